//! The clock over embassy-time's driver. One test, since the mock driver is one for the whole process.

use core::time::Duration;

use embassy_time::MockDriver;
use mcb::{CircuitBreaker, Clock, Config, EmbassyTime, State, Wait};

static B: CircuitBreaker<EmbassyTime> = CircuitBreaker::new(
    &Config::new("b").error_threshold(1).recovery_timeout(Duration::from_millis(20)),
    EmbassyTime,
);

/// The driver's ticks are microseconds.
fn advance(ticks: u64) {
    MockDriver::get().advance(embassy_time::Duration::from_ticks(ticks));
}

#[test]
fn it_recovers_over_the_wrap_of_the_low_half() {
    super::is_a_clock::<EmbassyTime>();
    assert_eq!(u64::from(EmbassyTime::HZ), embassy_time::TICK_HZ);
    let opened = (3 << 32) - 100;
    advance(opened);
    assert_eq!(EmbassyTime.now(), embassy_time::Instant::now().as_ticks());

    let _ = B.call(|| Err::<(), _>("nack"));
    assert_eq!(B.open_time(), Some(opened));
    // 20 ms and the tick by which a reading may be behind.
    advance(20_000);
    assert_eq!((B.state(), B.retry_after().map(Wait::ticks)), (State::Open, Some(1)));
    assert!(B.call(|| Ok::<_, ()>(())).is_err());
    advance(1);
    assert_eq!((B.state(), B.open_time()), (State::HalfOpen, Some(opened)));
    assert!(B.call(|| Ok::<_, ()>(())).is_ok());
    assert_eq!(B.state(), State::Closed);
}
