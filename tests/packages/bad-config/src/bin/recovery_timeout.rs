use mcb::{CircuitBreaker, Config, FnClock, Verdict};

static BAD: CircuitBreaker<FnClock<u32, 168_000_000>> =
    CircuitBreaker::new(&Config::new("bad"), FnClock::new(|| 0));

fn main() {
    let _ = (BAD.state(), Verdict::Ignore);
}
