use mcb::{CircuitBreaker, Config, FnClock, Verdict};

static BAD: CircuitBreaker<FnClock<u32, 0>> =
    CircuitBreaker::new(&Config::new("bad").recovery_timeout_ticks(1), FnClock::new(|| 0));

fn main() {
    let _ = (BAD.state(), Verdict::Ignore);
}
