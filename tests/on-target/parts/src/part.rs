//! How a binary says what it guards by.

use core::time::Duration;

use mcb::{Clock, Config};

use crate::steps::TIMEOUT;

/// Milliseconds that an interrupt would count.
#[derive(Debug)]
pub struct Ticks;

impl Clock for Ticks {
    type Ticks = u32;
    const HZ: u32 = 1_000;
    // It moves by hand, and stands still in between.
    const RESOLUTION: u32 = 0;

    #[inline(always)]
    fn now(&self) -> u32 {
        crate::work::now()
    }
}

/// Like that of `budget`.
pub const CONFIG: Config<Ticks> =
    Config::new("sensor").error_threshold(3).recovery_timeout(Duration::from_millis(TIMEOUT as u64));

/// `part!(Type of the strategy, type of the rules; .what().the().configuration().has(); |breaker| a move by hand)`: a
/// firmware. The rules and the move may be left out.
#[macro_export]
macro_rules! part {
    ($strategy:ty $(, $rules:ty)?; $($setting:tt)*) => {
        $crate::part!(@moved ($strategy $(, $rules)?) [] $($setting)*);
    };
    (@moved $types:tt [$($setting:tt)*] ; |$breaker:ident| $moved:expr) => {
        $crate::part!(@made $types [$($setting)*] $breaker $moved);
    };
    (@moved $types:tt [$($setting:tt)*] $next:tt $($rest:tt)*) => {
        $crate::part!(@moved $types [$($setting)* $next] $($rest)*);
    };
    (@moved $types:tt [$($setting:tt)*]) => {
        $crate::part!(@made $types [$($setting)*] breaker {});
    };
    (@made ($($types:tt)*) [$($setting:tt)*] $breaker:ident $moved:expr) => {
        static BREAKER: mcb::CircuitBreaker<$crate::Ticks, $($types)*> =
            mcb::CircuitBreaker::new(&$crate::CONFIG $($setting)*, $crate::Ticks);

        /// The call, and a use of its value.
        #[inline(never)]
        #[unsafe(no_mangle)]
        extern "Rust" fn part_call() {
            $crate::work::keep(match BREAKER.call($crate::work::device) {
                Ok(value) => value,
                Err(mcb::Error::Inner(fault)) => fault,
                Err(mcb::Error::Rejected(_)) => $crate::work::REJECTED,
            });
        }

        /// A move by hand, where there is one.
        #[inline(never)]
        #[unsafe(no_mangle)]
        extern "Rust" fn part_move() {
            #[allow(unused_variables)]
            let $breaker = &BREAKER;
            $moved;
            $crate::work::keep($crate::work::MOVED);
        }
    };
}
