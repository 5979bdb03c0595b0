use mcb::{CircuitBreaker, Config, CountWindow, FnClock, Verdict};

static BAD: CircuitBreaker<FnClock<u32, 1_000>, CountWindow<20>> =
    CircuitBreaker::new(&Config::new("bad").count_window::<20>(50, 21), FnClock::new(|| 0));

fn main() {
    let _ = (BAD.state(), Verdict::Ignore);
}
