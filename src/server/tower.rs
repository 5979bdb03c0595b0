//! A layer and a service for tower.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::{Breaker, CallAsync};
use crate::clock::{Clock, StdClock};
use crate::error::{Error, Rejected};
use crate::rules::{EveryError, Rules};

/// Puts a [`Breaker`] around services, for `tower::ServiceBuilder` and the like. Needs the feature `tower`.
///
/// The breaker is a handle: keep a clone of it beside the layer, to read it, to force it, to register it. Its rules see
/// the service's `Result<Response, Error>`. The error of the guarded service is an [`Error`], either that of the service
/// inside or the rejection, and becomes a `BoxError` by `map_err(Into::into)`.
///
/// ```
/// use mcb::server::{Breaker, tower::BreakerLayer};
/// use mcb::{Config, EveryError};
/// use tower_layer::Layer;
/// use tower_service::Service;
/// # use std::{convert::Infallible, future::{Future, Ready, ready}, task::{Context, Poll, Waker}};
/// #
/// # #[derive(Clone)]
/// # struct Upstream;
/// # impl Service<&'static str> for Upstream {
/// #     type Response = u16;
/// #     type Error = Infallible;
/// #     type Future = Ready<Result<u16, Infallible>>;
/// #     fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> { Poll::Ready(Ok(())) }
/// #     fn call(&mut self, _: &'static str) -> Self::Future { ready(Ok(503)) }
/// # }
///
/// fn is_down(status: &u16) -> bool { *status >= 500 }
///
/// let breaker = Breaker::new(Config::new("upstream").error_threshold(1))?
///     .with_rules(EveryError.detect_error(is_down));
/// let mut guarded = BreakerLayer::new(breaker.clone()).layer(Upstream);
///
/// # let mut context = Context::from_waker(Waker::noop());
/// # assert!(guarded.poll_ready(&mut context).is_ready());
/// # let answer = std::pin::pin!(guarded.call("/")).poll(&mut context);
/// # assert_eq!(answer, Poll::Ready(Ok(503)));
/// // A response 503 later:
/// assert_eq!(breaker.state(), mcb::State::Open);
/// # Ok::<(), mcb::ConfigError>(())
/// ```
///
/// # Readiness
///
/// While the breaker rejects, the guarded service is ready at once and does not ask the one inside, which may be waiting
/// for a connection that will not come; the call is then rejected. Else it is ready when the one inside is, and an error
/// of its readiness is judged as that of a call. Who was already waiting for the one inside when the breaker opened is
/// not woken by that.
///
/// A call asks for admission when it is made, not when its future is first polled. A future that is dropped before its
/// end means what [`Config::dropped`](crate::Config::dropped) says.
#[derive(Clone, Copy, Debug)]
pub struct BreakerLayer<P> {
    pick: P,
}

impl<R, C: Clock> BreakerLayer<Breaker<R, C>> {
    /// One breaker for all requests, and for all services that this layer is put around.
    #[must_use]
    pub const fn new(breaker: Breaker<R, C>) -> Self {
        BreakerLayer { pick: breaker }
    }
}

impl<F> BreakerLayer<ByRequest<F>> {
    /// A breaker for each request, from a function: one per host or tenant, say, out of a keyed set. Where the function
    /// gives an error the call ends with that, and the service inside is not called.
    ///
    /// The readiness of the service inside is then no breaker's business, since there is no request yet.
    ///
    /// ```
    /// use mcb::server::{Breaker, tower::BreakerLayer};
    /// # use mcb::Config;
    /// # let (reads, writes) = (Breaker::new(Config::new("reads"))?, Breaker::new(Config::new("writes"))?);
    /// let layer = BreakerLayer::by(move |method: &&str| {
    ///     Ok::<_, std::io::Error>(if *method == "GET" { reads.clone() } else { writes.clone() })
    /// });
    /// # let _ = layer;
    /// # Ok::<(), mcb::ConfigError>(())
    /// ```
    #[must_use]
    pub const fn by(pick: F) -> Self {
        BreakerLayer { pick: ByRequest(pick) }
    }
}

impl<S, P: Clone> Layer<S> for BreakerLayer<P> {
    type Service = BreakerService<S, P>;

    fn layer(&self, inner: S) -> Self::Service {
        BreakerService { inner, pick: self.pick.clone(), refused: None }
    }
}

/// A function that picks a breaker for a request; see [`BreakerLayer::by`].
#[derive(Clone, Copy)]
pub struct ByRequest<F>(F);

impl<F> core::fmt::Debug for ByRequest<F> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ByRequest")
    }
}

/// Which breaker guards a request. Sealed: a [`Breaker`], which guards all of them, or a function ([`ByRequest`]).
pub trait Pick<Request, E>: sealed::Sealed {
    /// The rules of the breakers.
    type Rules: Clone;
    /// Their clock.
    type Clock: Clock;

    /// The breaker of a request.
    ///
    /// # Errors
    ///
    /// What the function gives instead of a breaker.
    fn pick(&self, request: &Request) -> Result<Breaker<Self::Rules, Self::Clock>, E>;

    /// The one breaker of all requests, if there is one.
    fn one(&self) -> Option<&Breaker<Self::Rules, Self::Clock>>;
}

mod sealed {
    pub trait Sealed {}
    impl<R, C: crate::clock::Clock> Sealed for super::Breaker<R, C> {}
    impl<F> Sealed for super::ByRequest<F> {}
}

impl<Request, E, R: Clone, C: Clock> Pick<Request, E> for Breaker<R, C> {
    type Rules = R;
    type Clock = C;

    fn pick(&self, _: &Request) -> Result<Breaker<R, C>, E> {
        Ok(self.clone())
    }

    fn one(&self) -> Option<&Breaker<R, C>> {
        Some(self)
    }
}

impl<Request, E, F, R: Clone, C: Clock> Pick<Request, E> for ByRequest<F>
where
    F: Fn(&Request) -> Result<Breaker<R, C>, E>,
{
    type Rules = R;
    type Clock = C;

    fn pick(&self, request: &Request) -> Result<Breaker<R, C>, E> {
        (self.0)(request)
    }

    fn one(&self) -> Option<&Breaker<R, C>> {
        None
    }
}

/// A service behind a breaker; what a [`BreakerLayer`] makes.
#[derive(Debug)]
pub struct BreakerService<S, P> {
    inner: S,
    pick: P,
    /// Ready only to refuse, since the service inside was not asked.
    refused: Option<Rejected>,
}

impl<S, P> BreakerService<S, P> {
    /// The service inside.
    pub const fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The service inside, to be changed.
    pub const fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The service inside, without its breaker.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

/// The clone of a service is not ready, whatever the other one is.
impl<S: Clone, P: Clone> Clone for BreakerService<S, P> {
    fn clone(&self) -> Self {
        BreakerService { inner: self.inner.clone(), pick: self.pick.clone(), refused: None }
    }
}

impl<S, P, Request> Service<Request> for BreakerService<S, P>
where
    S: Service<Request>,
    P: Pick<Request, S::Error>,
    P::Rules: Rules<S::Response, S::Error>,
{
    type Response = S::Response;
    type Error = Error<S::Error>;
    type Future = ResponseFuture<S::Future, S::Error, P::Rules, P::Clock>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        let Some(breaker) = self.pick.one() else {
            return self.inner.poll_ready(context).map_err(Error::Inner);
        };
        self.refused = breaker.refusal();
        if self.refused.is_some() {
            return Poll::Ready(Ok(()));
        }
        let ready = ready!(self.inner.poll_ready(context));
        Poll::Ready(ready.or_else(|error| breaker.failed::<S::Response, _>(error)))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if let (Some(rejected), Some(breaker)) = (self.refused.take(), self.pick.one()) {
            return ResponseFuture::refused(breaker.rejected_by(rejected));
        }
        let breaker = match self.pick.pick(&request) {
            Ok(breaker) => breaker,
            Err(error) => return ResponseFuture::refused(Error::Inner(error)),
        };
        match breaker.begin(|| self.inner.call(request)) {
            Ok(future) => ResponseFuture { state: State::Running { future } },
            Err(rejected) => ResponseFuture::refused(Error::Rejected(rejected)),
        }
    }
}

pin_project! {
    /// What a [`BreakerService`] answers with. It can be named where the future of the service inside can.
    #[must_use = "a future does nothing until it is polled"]
    pub struct ResponseFuture<F, E, R = EveryError, C = StdClock>
    where
        C: Clock,
    {
        #[pin]
        state: State<F, E, R, C>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F, E, R, C>
    where
        C: Clock,
    {
        Running {
            #[pin]
            future: CallAsync<F, R, C>,
        },
        /// The error is given once.
        Refused {
            error: Option<Error<E>>,
        },
    }
}

impl<F, E, R, C: Clock> ResponseFuture<F, E, R, C> {
    const fn refused(error: Error<E>) -> Self {
        ResponseFuture { state: State::Refused { error: Some(error) } }
    }
}

impl<F, T, E, R, C> Future for ResponseFuture<F, E, R, C>
where
    F: Future<Output = Result<T, E>>,
    R: Rules<T, E>,
    C: Clock,
{
    type Output = Result<T, Error<E>>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            StateProjection::Running { future } => future.poll(context),
            // After its end it stays pending, as a future may.
            StateProjection::Refused { error } => {
                error.take().map_or(Poll::Pending, |error| Poll::Ready(Err(error)))
            }
        }
    }
}

impl<F, E, R, C: Clock> core::fmt::Debug for ResponseFuture<F, E, R, C> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let refused = matches!(self.state, State::Refused { .. });
        f.debug_struct("ResponseFuture").field("refused", &refused).finish_non_exhaustive()
    }
}
