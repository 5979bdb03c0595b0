use mcb::{CircuitBreaker, Config, FnClock, Verdict};

const ID: &str = match core::str::from_utf8(&[b'x'; 256]) {
    Ok(id) => id,
    Err(_) => "",
};

static BAD: CircuitBreaker<FnClock<u32, 1_000>> =
    CircuitBreaker::new(&Config::new(ID), FnClock::new(|| 0));

fn main() {
    let _ = (BAD.state(), Verdict::Ignore);
}
