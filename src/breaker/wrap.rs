//! The decorator: a guarded function of the same arguments.

use super::CircuitBreaker;
use crate::clock::Clock;
use crate::error::Error;
use crate::rules::Rules;
use crate::strategy::Strategy;

/// The decorator: `breaker.wrap(f)` is a guarded function of the same arguments, up to six.
///
/// ```
/// use mcb::{CircuitBreaker, Config, ManualClock, Wrap};
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static IMU: CircuitBreaker<&ManualClock> = CircuitBreaker::new(&Config::new("imu"), &CLOCK);
///
/// fn read(register: u8, width: usize) -> Result<usize, &'static str> {
///     Ok(usize::from(register) * width)
/// }
/// let guarded = IMU.wrap(read);
/// assert_eq!(guarded(7, 2), Ok(14));
/// ```
///
/// A reference among the arguments has one lifetime for all calls of the guarded function. Where each call
/// lends something else, use [`circuit!`](crate::circuit!) or [`CircuitBreaker::call`].
pub trait Wrap<F, Arguments> {
    /// Each call of what it returns is a [`CircuitBreaker::call`] of `f`.
    fn wrap(&self, f: F) -> impl Sized;
}

macro_rules! wrap {
    ($($argument:ident $name:ident),*) => {
        // The trait cannot name "a function of these arguments"; each impl can, and callers see it.
        #[allow(refining_impl_trait)]
        impl<C, S, R, F, T, E $(, $argument)*> Wrap<F, ($($argument,)*)> for CircuitBreaker<C, S, R>
        where
            C: Clock,
            S: Strategy,
            R: Rules<T, E>,
            F: Fn($($argument),*) -> Result<T, E>,
        {
            fn wrap(&self, f: F) -> impl Fn($($argument),*) -> Result<T, Error<E>> {
                move |$($name),*| self.call(|| f($($name),*))
            }
        }
    };
}

wrap!();
wrap!(A a);
wrap!(A a, B b);
wrap!(A a, B b, D d);
wrap!(A a, B b, D d, G g);
wrap!(A a, B b, D d, G g, H h);
wrap!(A a, B b, D d, G g, H h, I i);
