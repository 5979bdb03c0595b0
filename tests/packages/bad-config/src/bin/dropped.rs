use mcb::{CircuitBreaker, Config, FnClock, Verdict};

static BAD: CircuitBreaker<FnClock<u32, 1_000>> =
    CircuitBreaker::new(&Config::new("bad").dropped(Verdict::Success), FnClock::new(|| 0));

fn main() {
    let _ = (BAD.state(), Verdict::Ignore);
}
