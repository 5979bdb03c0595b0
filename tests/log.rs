//! One log line for each transition, counted by a logger of this test's own.
//!
//! `DEFMT_LOG` decides while compiling which lines there are, and a test binary without a logger does not link
//! once it lets them through:
//!
//! ```text
//! DEFMT_LOG=trace cargo test --features defmt --test log
//! ```
//!
//! Without `DEFMT_LOG` the same test expects silence.
#![cfg(feature = "defmt")]

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use core::time::Duration;

use mcb::{CircuitBreaker, Config, ManualClock};

static LINES: AtomicU32 = AtomicU32::new(0);

#[defmt::global_logger]
struct Counter;

// SAFETY: nothing is shared but an atomic counter, and this test logs from one thread.
unsafe impl defmt::Logger for Counter {
    fn acquire() {
        LINES.fetch_add(1, Relaxed);
    }
    unsafe fn flush() {}
    unsafe fn release() {}
    unsafe fn write(_bytes: &[u8]) {}
}

defmt::timestamp!("");

#[defmt::panic_handler]
fn panic() -> ! {
    unreachable!("nothing here panics through defmt")
}

/// The lines that `step` logged, if lines are compiled in.
fn logged(step: impl FnOnce()) -> Option<u32> {
    let before = LINES.load(Relaxed);
    step();
    let lines = LINES.load(Relaxed) - before;
    if option_env!("DEFMT_LOG") == Some("trace") {
        return Some(lines);
    }
    assert_eq!(lines, 0, "no DEFMT_LOG, no line above error");
    None
}

#[test]
fn each_transition_logs_one_line_and_nothing_else_does() {
    static CLOCK: ManualClock = ManualClock::new();
    static CONFIG: Config<&ManualClock> =
        Config::new("imu").error_threshold(2).recovery_timeout(Duration::from_millis(10));
    let imu = CircuitBreaker::try_new(&CONFIG, &CLOCK).unwrap();
    let fail = || {
        let _ = imu.call(|| Err::<(), _>("nack"));
    };
    let succeed = || {
        let _ = imu.call(|| Ok::<_, &str>(()));
    };

    for (lines, step) in [
        (0, &succeed as &dyn Fn()),
        (0, &fail),                                        // counts
        (1, &fail),                                        // opens
        (0, &fail),                                        // rejected
        (0, &|| CLOCK.advance(Duration::from_millis(10))), // reads half-open, stays open
        (2, &fail),                                        // half-open, and open again
        (0, &|| CLOCK.advance(Duration::from_millis(10))),
        (2, &succeed), // half-open, and closed
        (1, &|| imu.force_open()),
        (0, &|| imu.force_open()),
        (1, &|| imu.force_closed()),
        (1, &|| imu.reset()),
    ] {
        if let Some(logged) = logged(step) {
            assert_eq!(logged, lines);
        }
    }
}
