use mcb::{CircuitBreaker, Config, Debounce, FnClock, Verdict};

static BAD: CircuitBreaker<FnClock<u32, 1_000>, Debounce> =
    CircuitBreaker::new(&Config::new("bad").debounce(0, 1), FnClock::new(|| 0));

fn main() {
    let _ = (BAD.state(), Verdict::Ignore);
}
