//! A struct that is generic over clock and rules asks for neither `'static` nor `Copy`.

use mcb::{CircuitBreaker, Clock, Consecutive, Error, EveryError, Permit, Rules, State, Strategy};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Busy,
    Absent,
}

/// A driver as a library would have it: the application chooses clock, strategy and rules.
struct Sensor<C: Clock, S: Strategy = Consecutive, R = EveryError> {
    circuit: CircuitBreaker<C, S, R>,
    answers: core::cell::Cell<Result<u16, Fault>>,
}

impl<C: Clock, S: Strategy, R: Rules<u16, Fault>> Sensor<C, S, R> {
    fn new(circuit: CircuitBreaker<C, S, R>) -> Self {
        Sensor { circuit, answers: core::cell::Cell::new(Ok(7)) }
    }

    fn read(&self) -> Result<u16, Error<Fault>> {
        self.circuit.call(|| self.answers.get())
    }

    fn read_mut(&mut self) -> Result<u16, Error<Fault>> {
        let Sensor { circuit, answers } = self;
        circuit.call_mut(|| answers.get())
    }

    async fn read_later(&self) -> Result<u16, Error<Fault>> {
        self.circuit.call_async(async { self.answers.get() }).await
    }

    fn begin(&self) -> Option<Permit<'_, C, S, R>> {
        self.circuit.try_acquire().ok()
    }

    fn is_there(&self) -> bool {
        matches!(self.circuit.state(), State::Closed | State::ForcedClosed)
    }
}

/// Every way to use it.
fn exercise<C: Clock, S: Strategy, R: Rules<u16, Fault>>(sensor: &mut Sensor<C, S, R>) {
    use core::future::Future;
    use core::pin::pin;
    use core::task::{Context, Poll, Waker};

    assert_eq!(sensor.read(), Ok(7));
    assert_eq!(sensor.read_mut(), Ok(7));
    let poll = pin!(sensor.read_later()).poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(poll, Poll::Ready(Ok(7)));
    sensor.begin().expect("it is closed").success();
    sensor.answers.set(Err(Fault::Busy));
    assert_eq!(sensor.read(), Err(Error::Inner(Fault::Busy)));
    sensor.answers.set(Err(Fault::Absent));
    while sensor.is_there() {
        assert_eq!(sensor.read(), Err(Error::Inner(Fault::Absent)));
    }
    assert!(sensor.read().unwrap_err().is_rejected() && sensor.begin().is_none());
}

#[test]
fn in_a_static_configuration() {
    use mcb::{Config, ManualClock, NetError};
    static CLOCK: ManualClock = ManualClock::new();
    static PLAIN: Config<&ManualClock> = Config::new("sensor").error_threshold(2);
    static NET: Config<&ManualClock, NetError> =
        Config::new("sensor").error_threshold(2).strategy(NetError);
    exercise(&mut Sensor::new(CircuitBreaker::try_new(&PLAIN, &CLOCK).unwrap()));
    exercise(&mut Sensor::new(CircuitBreaker::try_new(&NET, &CLOCK).unwrap()));
}

/// Both are borrowed from this very stack frame, and the rules can be neither copied nor cloned.
#[cfg(feature = "std")]
#[test]
fn with_a_clock_and_rules_that_it_borrows() {
    use core::cell::Cell;
    use core::time::Duration;
    use mcb::{Config, ManualClock, Verdict};

    struct Counting<'a> {
        harmless: &'a [Fault],
        judged: &'a Cell<u32>,
    }
    impl<T> Rules<T, Fault> for Counting<'_> {
        fn judge(&self, result: &Result<T, Fault>) -> Verdict {
            self.judged.set(self.judged.get() + 1);
            match result {
                Ok(_) => Verdict::Success,
                Err(fault) if self.harmless.contains(fault) => Verdict::Ignore,
                Err(_) => Verdict::Failure,
            }
        }
    }

    let (clock, judged, harmless) = (ManualClock::new(), Cell::new(0), [Fault::Busy]);
    let rules = Counting { harmless: &harmless, judged: &judged };
    let config = Config::new("sensor").error_threshold(2).rules(rules);
    let mut sensor = Sensor::new(CircuitBreaker::from_config(config, &clock).unwrap());
    exercise(&mut sensor);
    assert_eq!(judged.get(), 6, "a permit and rejections are not judged");
    clock.advance(Duration::from_secs(30));
    sensor.answers.set(Ok(8));
    assert_eq!(sensor.read(), Ok(8));
    assert!(sensor.is_there());
}
