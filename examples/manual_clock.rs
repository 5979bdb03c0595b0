//! How to test your own code in no time at all: a thermostat, generic over the clock, whose sensor
//! is guarded. `main` is the test; on a board the same type gets the board's clock.

use core::time::Duration;

use mcb::{CircuitBreaker, Clock, Config, Error, ManualClock, State};

/// The sensor did not answer.
#[derive(Debug, PartialEq)]
struct NoAnswer;

/// Heats below 20 degrees; after too many errors it stops asking for a minute and turns the heating
/// off to be safe.
struct Thermostat<C: Clock> {
    sensor: CircuitBreaker<C>,
    heating: bool,
}

impl<C: Clock + 'static> Thermostat<C> {
    fn new(clock: C) -> Self {
        let config = const {
            &Config::new("sensor").error_threshold(3).recovery_timeout(Duration::from_secs(60))
        };
        Thermostat { sensor: CircuitBreaker::new(config, clock), heating: false }
    }

    /// To be called now and then; tells whether it is heating.
    fn control(&mut self, read: impl FnOnce() -> Result<i16, NoAnswer>) -> bool {
        self.heating = match self.sensor.call(read) {
            Ok(degrees) => degrees < 20,
            Err(Error::Inner(NoAnswer)) => self.heating && self.sensor.state() == State::Closed,
            Err(Error::Rejected(_)) => false,
        };
        self.heating
    }
}

/// Close to its wrap, so that the scenario crosses it.
static CLOCK: ManualClock = ManualClock::at(u32::MAX - 30_000);

fn main() {
    let mut thermostat = Thermostat::new(&CLOCK);
    let not_asked = || unreachable!("an open breaker does not ask the sensor");

    assert!(thermostat.control(|| Ok(18)));
    assert!(!thermostat.control(|| Ok(21)));
    assert!(thermostat.control(|| Ok(19)));
    println!("healthy: heats below 20 degrees");

    assert!(thermostat.control(|| Err(NoAnswer)), "one error is not a reason to freeze");
    assert!(thermostat.control(|| Err(NoAnswer)));
    assert!(!thermostat.control(|| Err(NoAnswer)), "the third is");
    assert_eq!(thermostat.sensor.state(), State::Open);
    println!("three errors: {:?}, heating off", thermostat.sensor.state());

    CLOCK.advance(Duration::from_millis(59_999));
    assert!(!thermostat.control(not_asked));
    let wait = thermostat.sensor.retry_after().unwrap();
    assert_eq!(wait.as_duration(), Duration::from_millis(1));
    println!("59.999 s later: still {:?}, asks again in {wait}", thermostat.sensor.state());

    CLOCK.advance(Duration::from_millis(1));
    assert_eq!(thermostat.sensor.state(), State::HalfOpen);
    assert!(!thermostat.control(|| Err(NoAnswer)), "the probe fails: another minute");
    assert!(!thermostat.control(not_asked));
    println!("60 s later: the probe failed, {:?} again", thermostat.sensor.state());

    CLOCK.advance(Duration::from_secs(60));
    assert!(thermostat.control(|| Ok(12)), "the probe passes: back to work");
    assert_eq!(thermostat.sensor.state(), State::Closed);
    assert_eq!(thermostat.sensor.error_count(), 0);
    println!("120 s later: the probe passed, {:?}, heating", thermostat.sensor.state());
}
