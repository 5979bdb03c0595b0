//! The clock over `embedded_time::Clock`: over the wrap, and on a source that fails.

use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

use embedded_time::clock::Error;
use embedded_time::rate::Fraction;
use embedded_time::{Clock as _, Instant};
use mcb::{CircuitBreaker, Clock, Config, EmbeddedTime, State};

static NOW: AtomicU32 = AtomicU32::new(u32::MAX - 1);
static BROKEN: AtomicBool = AtomicBool::new(false);

#[derive(Debug)]
struct Timer;
impl embedded_time::Clock for Timer {
    type T = u32;
    const SCALING_FACTOR: Fraction = Fraction::new(1, 32_768);
    fn try_now(&self) -> Result<Instant<Self>, Error> {
        if BROKEN.load(Relaxed) {
            Err(Error::Unspecified)
        } else {
            Ok(Instant::new(NOW.load(Relaxed)))
        }
    }
}

#[test]
fn it_wraps_and_a_failing_source_only_delays_recovery() {
    static B: CircuitBreaker<EmbeddedTime<Timer>> = CircuitBreaker::new(
        &Config::new("b").error_threshold(1).recovery_timeout_ticks(4),
        EmbeddedTime::new(Timer),
    );
    super::is_a_clock::<EmbeddedTime<Timer>>();
    assert_eq!(<EmbeddedTime<Timer> as Clock>::HZ, 32_768);
    assert_eq!(<EmbeddedTime<Timer> as Clock>::RESOLUTION, 1);
    assert!(Timer.try_now().is_ok());
    let _ = B.call(|| Err::<(), _>(()));
    NOW.store(1, Relaxed); // over the wrap, three ticks later
    assert_eq!(B.state(), State::Open);
    BROKEN.store(true, Relaxed);
    NOW.store(100, Relaxed);
    assert_eq!(B.state(), State::Open); // time stands still
    BROKEN.store(false, Relaxed);
    assert_eq!(B.state(), State::HalfOpen);
}
