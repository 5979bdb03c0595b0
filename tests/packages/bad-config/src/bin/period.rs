use core::time::Duration;

use mcb::{CircuitBreaker, Config, FailuresPerPeriod, FnClock, Verdict};

static BAD: CircuitBreaker<FnClock<u32, 1_000>, FailuresPerPeriod> = CircuitBreaker::new(
    &Config::new("bad").failures_per_period(5, Duration::from_millis(4)),
    FnClock::new(|| 0),
);

fn main() {
    let _ = (BAD.state(), Verdict::Ignore);
}
