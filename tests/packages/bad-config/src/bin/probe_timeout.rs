use mcb::{CircuitBreaker, Config, FnClock, Verdict};

static BAD: CircuitBreaker<FnClock<u32, 1_000>> = CircuitBreaker::new(
    &Config::new("bad").probe_timeout(core::time::Duration::ZERO),
    FnClock::new(|| 0),
);

fn main() {
    let _ = (BAD.state(), Verdict::Ignore);
}
