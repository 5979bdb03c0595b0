//! What the async twins have in common.

use super::inspect::Outcome;
use super::{Guarded, NoRecovery, Select};
use crate::breaker::{CallAsyncOn, RecoveryOutcome};
use crate::error::Error;
use crate::rules::Rules;

/// [`Recovery`](super::Recovery) for the async traits.
///
/// Functions and closures `AsyncFnMut(&mut B) -> X` are recovery steps, for every address.
pub trait AsyncRecovery<B: ?Sized, A> {
    /// Brings back what is at `address`; `false` is a failed probe.
    // Executors for microcontrollers ask for no `Send`, and the traits of the buses do not either.
    #[allow(async_fn_in_trait)]
    async fn recover(&mut self, bus: &mut B, address: &A) -> bool;
}

impl<B: ?Sized, A, X: RecoveryOutcome, F: AsyncFnMut(&mut B) -> X> AsyncRecovery<B, A> for F {
    async fn recover(&mut self, bus: &mut B, _: &A) -> bool {
        self(bus).await.succeeded()
    }
}

impl<B: ?Sized, A> AsyncRecovery<B, A> for NoRecovery {
    async fn recover(&mut self, _: &mut B, _: &A) -> bool {
        true
    }
}

impl<B, K, P, I> Guarded<B, K, P, I> {
    /// [`recovery`](Self::recovery) for the async traits.
    #[must_use]
    pub fn recovery_async<F, X>(self, step: F) -> Guarded<B, K, F, I>
    where
        F: AsyncFnMut(&mut B) -> X,
        X: RecoveryOutcome,
    {
        self.recovery_by(step)
    }

    /// One guarded operation that is awaited.
    pub(super) fn operate_async<A, O: Outcome>(
        &mut self,
        address: A,
        operation: impl AsyncFnOnce(&mut B) -> O,
    ) -> CallAsyncOn<impl Future<Output = Result<O::Output, Error<O::Error>>>>
    where
        K: Select<A>,
        K::Rules: Rules<O::Output, O::Error>,
        P: AsyncRecovery<B, A>,
    {
        let Guarded { bus, breakers, recovery, .. } = self;
        CallAsyncOn::new(async move {
            match breakers.select(&address) {
                Some(breaker) if K::GATES => breaker.check().map_err(Error::Rejected)?,
                Some(breaker) => {
                    let step = async |bus: &mut B| recovery.recover(bus, &address).await;
                    return breaker
                        .steps(bus, step, operation, |rules, outcome: O| outcome.judged(rules))
                        .await;
                }
                None => {}
            }
            operation(bus).await.result().map_err(Error::Inner)
        })
    }
}
