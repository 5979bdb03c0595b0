use core::time::Duration;

use mcb::{CircuitBreaker, Config, Either, FailuresPerPeriod, FnClock, TimeWindow, Verdict};

static BAD: CircuitBreaker<FnClock<u32, 1_000>, Either<FailuresPerPeriod, TimeWindow<10>>> =
    CircuitBreaker::new(
        &Config::new("bad").failures_per_period(5, Duration::from_secs(4)).or_time_window::<10>(
            Duration::from_secs(9),
            50,
            10,
        ),
        FnClock::new(|| 0),
    );

fn main() {
    let _ = (BAD.state(), Verdict::Ignore);
}
