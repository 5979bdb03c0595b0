use mcb::{CircuitBreaker, Config, CountWindow, FnClock, Verdict};

static BAD: CircuitBreaker<FnClock<u32, 1_000>, CountWindow<0>> =
    CircuitBreaker::new(&Config::new("bad").count_window::<0>(50, 10), FnClock::new(|| 0));

fn main() {
    let _ = (BAD.state(), Verdict::Ignore);
}
