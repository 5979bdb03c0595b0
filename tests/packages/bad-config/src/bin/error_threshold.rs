use mcb::{CircuitBreaker, Config, FnClock, Verdict};

static BAD: CircuitBreaker<FnClock<u32, 1_000>> =
    CircuitBreaker::new(&Config::new("bad").error_threshold(0), FnClock::new(|| 0));

fn main() {
    let _ = (BAD.state(), Verdict::Ignore);
}
