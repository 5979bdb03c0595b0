use core::time::Duration;

use mcb::{CircuitBreaker, Config, Consecutive, DecayingRate, Either, FnClock, Verdict};

static BAD: CircuitBreaker<FnClock<u32, 1_000>, Either<DecayingRate, Consecutive>> =
    CircuitBreaker::new(
        &Config::new("bad").decaying_rate(4, 50, Duration::from_secs(9)).or(Consecutive),
        FnClock::new(|| 0),
    );

fn main() {
    let _ = (BAD.state(), Verdict::Ignore);
}
