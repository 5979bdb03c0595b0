//! A thermometer loses its supply for a while, and a breaker spares its caller the waiting.
//!
//! `cargo run --example quickstart`. Time is simulated: the run ends at once, and is the same every time.

use std::time::Duration;

use mcb::{CircuitBreaker, Clock, Config, Error, Hooks, ManualClock, State, Transition};

/// Stands still until it is moved. On a server it would be `StdClock`, on a board whatever counts ticks.
static CLOCK: ManualClock = ManualClock::new();

static THERMOMETER: CircuitBreaker<&ManualClock> = CircuitBreaker::new(
    &Config::new("thermometer")
        .error_threshold(3) // in a row, and it opens
        .recovery_timeout(Duration::from_millis(500)) // for so long it rejects
        .recovery_threshold(2) // successful probes close it
        .hooks(&Hooks::new().on_transition(moved)),
    &CLOCK,
);

fn moved(change: &Transition) {
    say(&format!("hook: {} to {}, reason: {:?}", change.from, change.to, change.reason));
}

/// It does not answer without its supply; nor afterwards, until it is set up anew.
struct Sensor {
    supplied: bool,
    set_up: bool,
    /// How often it was asked: what a rejected call spares.
    asked: u32,
}

impl Sensor {
    fn read(&mut self) -> Result<f32, &'static str> {
        self.asked += 1;
        if self.supplied && self.set_up {
            Ok(21.5)
        } else {
            CLOCK.advance(Duration::from_millis(80)); // what waiting in vain takes
            Err("no answer within 80 ms")
        }
    }

    /// The recovery step, which runs before the first probe of a recovery.
    fn set_up(&mut self) -> bool {
        self.set_up = self.supplied;
        say(if self.set_up { "recovery step: set up anew" } else { "recovery step: still dead" });
        self.set_up
    }
}

fn main() {
    println!("   time  state after  what the caller gets, every 100 ms");
    let mut sensor = Sensor { supplied: true, set_up: true, asked: 0 };
    let (mut readings, mut failures, mut rejections) = (0, 0, 0);
    for time in (0..2_000).step_by(100) {
        CLOCK.set(time);
        match time {
            300 => {
                say("-- the sensor loses its supply");
                (sensor.supplied, sensor.set_up) = (false, false);
            }
            1_200 => {
                say("-- the supply is back");
                sensor.supplied = true;
            }
            _ => {}
        }

        // Without a recovery step it would be `THERMOMETER.call(|| sensor.read())`.
        let outcome = match THERMOMETER.call_on(&mut sensor, Sensor::set_up, Sensor::read) {
            Ok(celsius) => {
                readings += 1;
                format!("{celsius} °C")
            }
            Err(Error::Inner(error)) => {
                failures += 1;
                format!("an error: {error}")
            }
            Err(Error::Rejected(rejected)) => {
                rejections += 1;
                format!("rejected at once: {rejected}")
            }
        };
        println!("{:>4} ms  {:11}  {outcome}", CLOCK.now(), THERMOMETER.state());
    }

    println!("\n{readings} readings, {failures} errors, {rejections} rejections");
    println!("waited in vain for {} ms instead of {}", failures * 80, (failures + rejections) * 80);
    assert_eq!(sensor.asked, readings + failures, "a rejected call does not reach the sensor");
    assert_eq!((readings, failures, rejections), (7, 3, 10));
    assert_eq!(THERMOMETER.state(), State::Closed);
}

fn say(event: &str) {
    println!("{:>4} ms               {event}", CLOCK.now());
}
