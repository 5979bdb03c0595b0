//! The declaration of a guarded function with its own breaker.

use crate::error::Error;

/// What a guarded function returns, from what the unguarded one returns; so that `circuit!` works
/// with aliases such as `io::Result<T>` too.
#[diagnostic::on_unimplemented(
    message = "a function in `circuit!` returns a `Result`, not `{Self}`"
)]
pub trait Fallible {
    /// The result with the breaker's error around its own.
    type Guarded;
}

impl<T, E> Fallible for Result<T, E> {
    type Guarded = Result<T, Error<E>>;
}

/// Declares a guarded function together with its own static breaker, which stays reachable by name.
///
/// ```
/// use core::time::Duration;
/// use mcb::{circuit, CircuitBreaker, ManualClock, State};
///
/// static CLOCK: ManualClock = ManualClock::new();
///
/// circuit! {
///     /// The breaker of `read_imu`: clock first, then options, each a method of `Config`.
///     static IMU: CircuitBreaker<&ManualClock> = &CLOCK,
///         error_threshold(1), recovery_timeout(Duration::from_millis(500));
///
///     /// Reads a register.
///     fn read_imu(register: u8) -> Result<u16, &'static str> {
///         if register < 0x80 { Ok(7) } else { Err("nack") }
///     }
/// }
///
/// assert_eq!(read_imu(1), Ok(7));
/// assert!(read_imu(0xFF).is_err());
/// assert_eq!((IMU.id(), IMU.state()), ("read_imu", State::Open));
/// ```
///
/// The id is the function's name unless `id("…")` is among the options. With the feature `std`, the
/// type and the clock may be left out, with options or without:
///
#[cfg_attr(feature = "std", doc = "```")]
#[cfg_attr(not(feature = "std"), doc = "```ignore (needs the feature std)")]
/// mcb::circuit! {
///     static FETCH, error_threshold(2);
///     async fn fetch(url: &str) -> std::io::Result<usize> {
///         Ok(url.len())
///     }
/// }
/// # let _ = fetch("");
/// assert_eq!(FETCH.id(), "fetch");
/// ```
///
/// Generic functions, methods, and arguments that are patterns (`mut x` too) are not taken: use
/// [`Wrap`](crate::Wrap) or [`CircuitBreaker::call`](crate::CircuitBreaker::call) there.
#[macro_export]
macro_rules! circuit {
    (
        $(#[$static_meta:meta])* $static_vis:vis static $name:ident
            $(, $option:ident($($value:expr),* $(,)?))* $(,)?;
        $($function:tt)*
    ) => {
        $crate::circuit! {
            $(#[$static_meta])* $static_vis static $name:
                $crate::CircuitBreaker<$crate::clock::StdClock> = $crate::clock::StdClock
                $(, $option($($value),*))*;
            $($function)*
        }
    };
    (
        $(#[$static_meta:meta])* $static_vis:vis static $name:ident: $type:ty = $clock:expr
            $(, $option:ident($($value:expr),* $(,)?))* $(,)?;
        $(#[$meta:meta])* $vis:vis fn $function:ident($($argument:ident: $argument_type:ty),* $(,)?)
            -> $result:ty $body:block
    ) => {
        $(#[$static_meta])*
        $static_vis static $name: $type = $crate::CircuitBreaker::new(
            &$crate::Config::new(::core::stringify!($function))$(.$option($($value),*))*,
            $clock,
        );

        $(#[$meta])*
        $vis fn $function($($argument: $argument_type),*)
            -> <$result as $crate::Fallible>::Guarded
        {
            $name.call(move || -> $result { $body })
        }
    };
    (
        $(#[$static_meta:meta])* $static_vis:vis static $name:ident: $type:ty = $clock:expr
            $(, $option:ident($($value:expr),* $(,)?))* $(,)?;
        $(#[$meta:meta])* $vis:vis async fn $function:ident($($argument:ident: $argument_type:ty),* $(,)?)
            -> $result:ty $body:block
    ) => {
        $(#[$static_meta])*
        $static_vis static $name: $type = $crate::CircuitBreaker::new(
            &$crate::Config::new(::core::stringify!($function))$(.$option($($value),*))*,
            $clock,
        );

        $(#[$meta])*
        $vis async fn $function($($argument: $argument_type),*)
            -> <$result as $crate::Fallible>::Guarded
        {
            $name.call_async(async move { let result: $result = async move { $body }.await; result }).await
        }
    };
}
