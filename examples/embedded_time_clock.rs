//! A breaker on a clock that a HAL already offers as an `embedded_time::Clock`.
//!
//! `cargo run --example embedded_time_clock --features embedded-time`

use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;

use embedded_time::clock::Error as ClockError;
use embedded_time::fraction::Fraction;
use embedded_time::{Clock as _, Instant};
use mcb::{CircuitBreaker, Clock as _, Config, EmbeddedTime, Error, State};

/// The HAL's counter of a 32,768 Hz crystal; here we turn it ourselves.
static COUNTER: AtomicU32 = AtomicU32::new(u32::MAX - 1_000);
/// What the counter shows while it has not been started.
const STOPPED: u32 = u32::MAX;

/// The HAL's clock.
#[derive(Debug)]
struct Crystal;

impl embedded_time::Clock for Crystal {
    type T = u32;
    const SCALING_FACTOR: Fraction = Fraction::new(1, 32_768);

    fn try_now(&self) -> Result<Instant<Self>, ClockError> {
        match COUNTER.load(Ordering::Relaxed) {
            STOPPED => Err(ClockError::NotRunning),
            ticks => Ok(Instant::new(ticks)),
        }
    }
}

static BARO: CircuitBreaker<EmbeddedTime<Crystal>> = CircuitBreaker::new(
    &Config::new("baro").error_threshold(2).recovery_timeout(Duration::from_millis(250)),
    EmbeddedTime::new(Crystal),
);

/// Moves the crystal on.
fn advance(ticks: u32) {
    let now = COUNTER.load(Ordering::Relaxed);
    COUNTER.store(now.wrapping_add(ticks), Ordering::Relaxed);
}

fn main() {
    assert_eq!(<EmbeddedTime<Crystal> as mcb::Clock>::HZ, 32_768);

    for _ in 0..2 {
        assert_eq!(BARO.call(|| Err::<u16, _>("nack")), Err(Error::Inner("nack")));
    }
    let rejected = BARO.call(|| Ok::<_, &str>(1_013)).unwrap_err();
    println!("{rejected}");
    assert!(rejected.is_rejected());
    // 250 ms are 8,192 ticks. One more, since the tick in which it opened may have been over at once.
    assert_eq!(BARO.retry_after().map(mcb::Wait::ticks), Some(8_193));

    advance(8_192); // over the wrap of the counter
    assert_eq!(BARO.state(), State::Open);
    println!("8192 ticks later: {}, retry in {}", BARO.state(), BARO.retry_after().unwrap());
    advance(1);
    assert_eq!(BARO.state(), State::HalfOpen);
    assert_eq!(BARO.call(|| Ok::<_, &str>(1_013)), Ok(1_013));
    println!("8193 ticks later: the probe passed, {}", BARO.state());
    assert_eq!(BARO.state(), State::Closed);

    // A clock that fails stands still for the breaker; nothing panics.
    let clock = EmbeddedTime::new(Crystal);
    let before = clock.now();
    COUNTER.store(STOPPED, Ordering::Relaxed);
    assert!(Crystal.try_now().is_err());
    assert_eq!(clock.now(), before);
    println!("a stopped clock stands still at {before}");
}
