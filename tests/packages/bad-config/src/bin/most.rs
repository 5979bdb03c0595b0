use core::time::Duration;

use mcb::{CircuitBreaker, Config, Consecutive, Either, FnClock, TimeWindow, Verdict};

static BAD: CircuitBreaker<FnClock<u32, 1_000>, Either<Consecutive, TimeWindow<10>>> =
    CircuitBreaker::new(
        &Config::new("bad").error_threshold(257).or_time_window::<10>(
            Duration::from_secs(9),
            50,
            10,
        ),
        FnClock::new(|| 0),
    );

fn main() {
    let _ = (BAD.state(), Verdict::Ignore);
}
