//! mcb's windows, each through a reference of which the compiler knows nothing.

use std::time::Duration;

use mcb::{
    CircuitBreaker, Config, Consecutive, CountWindow, DecayingRate, Error, Rejected, StdClock,
    TimeWindow, Wait,
};

use super::{MINIMUM, Window};
use crate::ours::FreeClock;
use crate::peers::leak;
use crate::subject::{Failed, LONG, THRESHOLD, refused, work};

macro_rules! window {
    ($name:ident, $label:literal, $strategy:ty, $clock:ident, |$config:ident, $percent:ident| $made:expr) => {
        pub struct $name(&'static CircuitBreaker<$clock, $strategy>);

        impl Window for $name {
            const NAME: &'static str = $label;

            fn new($percent: u8) -> Self {
                let $config = Config::new("peer").recovery_timeout(Duration::from_secs(LONG));
                let config: Config<$clock, $strategy> = $made;
                // The configuration is no part of what a breaker keeps.
                let config = unseen(|| leak(config));
                $name(leak(CircuitBreaker::new(config, $clock)))
            }

            #[inline(always)]
            fn call(&mut self, request: u64) -> u64 {
                match self.0.call(|| work(request)) {
                    Ok(value) => value,
                    Err(Error::Inner(Failed(value))) => value,
                    Err(Error::Rejected(Rejected {
                        id, state, retry_after, error_count, ..
                    })) => {
                        let wait = retry_after.map(Wait::ticks);
                        refused(id) + refused(state) + refused(wait) + refused(error_count)
                    }
                }
            }

            fn size() -> usize {
                size_of::<CircuitBreaker<$clock, $strategy>>()
            }

            fn share(&self) -> Self {
                $name(self.0)
            }
        }
    };
}

use crate::heap::unseen;

window!(Default, "mcb-default", Consecutive, FreeClock, |config, _percent| {
    config.error_threshold(THRESHOLD as u16)
});
window!(Count100, "mcb-count-100", CountWindow<100>, FreeClock, |config, percent| {
    config.count_window::<100>(percent, MINIMUM)
});
window!(Count32, "mcb-count-32", CountWindow<32>, FreeClock, |config, percent| {
    config.count_window::<32>(percent, MINIMUM)
});
const SPAN: Duration = Duration::from_secs(10);
window!(Time10, "mcb-time-10", TimeWindow<10>, FreeClock, |config, percent| {
    config.time_window::<10>(SPAN, percent, MINIMUM)
});
window!(Time10Std, "mcb-time-10-std", TimeWindow<10>, StdClock, |config, percent| {
    config.time_window::<10>(SPAN, percent, MINIMUM)
});
window!(Decaying, "mcb-decaying", DecayingRate, FreeClock, |config, percent| {
    config.decaying_rate(5, percent.min(99), SPAN)
});
window!(DecayingStd, "mcb-decaying-std", DecayingRate, StdClock, |config, percent| {
    config.decaying_rate(5, percent.min(99), SPAN)
});
