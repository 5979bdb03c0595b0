use core::time::Duration;

use mcb::{CircuitBreaker, Config, FnClock, TimeWindow, Verdict};

static BAD: CircuitBreaker<FnClock<u32, 1_000>, TimeWindow<0>> = CircuitBreaker::new(
    &Config::new("bad").time_window::<0>(Duration::from_secs(9), 50, 10),
    FnClock::new(|| 0),
);

fn main() {
    let _ = (BAD.state(), Verdict::Ignore);
}
