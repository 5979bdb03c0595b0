//! The forms in which a guarded call can be written.

use core::time::Duration;

use mcb::{CircuitBreaker, Config, Error, ManualClock, State, Wrap, circuit};

static CLOCK: ManualClock = ManualClock::new();

circuit! {
    /// The breaker of `divide`.
    pub static DIVIDE: CircuitBreaker<&ManualClock> = &CLOCK, error_threshold(1), id("division");

    /// Divides.
    pub fn divide(a: u32, b: u32) -> Result<u32, &'static str> {
        if b == 0 {
            return Err("by zero");
        }
        Ok(a / b)
    }
}

circuit! {
    static LENGTH: CircuitBreaker<&ManualClock> = &CLOCK;
    async fn length(text: &str) -> Result<usize, core::fmt::Error> {
        Ok(text.len())
    }
}

#[test]
fn a_declared_function_has_its_own_breaker_by_name() {
    assert_eq!(divide(6, 3), Ok(2));
    assert_eq!(divide(6, 0), Err(Error::Inner("by zero")));
    assert!(divide(6, 3).unwrap_err().is_rejected());
    assert_eq!((DIVIDE.id(), DIVIDE.state()), ("division", State::Open));
}

#[test]
fn an_async_function_can_be_declared() {
    use core::{
        future::Future,
        pin::pin,
        task::{Context, Poll, Waker},
    };
    let poll = pin!(length("four")).poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(poll, Poll::Ready(Ok(4)));
    assert_eq!(LENGTH.id(), "length");
}

#[test]
fn functions_of_different_types_share_a_breaker() {
    static B: CircuitBreaker<&ManualClock> =
        CircuitBreaker::new(&Config::new("db").error_threshold(2), &CLOCK);
    let one = B.wrap(|key: u8| Err::<u16, _>(key));
    let two = B.wrap(|key: &str, size: usize| Err::<(), _>((key.len(), size)));
    assert_eq!(one(7), Err(Error::Inner(7)));
    assert_eq!(two("ab", 3), Err(Error::Inner((2, 3))));
    assert!(one(7).unwrap_err().is_rejected());
}

#[test]
fn up_to_six_arguments_are_passed_on_in_their_order() {
    static B: CircuitBreaker<&ManualClock> = CircuitBreaker::new(&Config::new("b"), &CLOCK);
    assert_eq!(B.wrap(|| Ok::<_, ()>(0))(), Ok(0));
    assert_eq!(B.wrap(|a| Ok::<_, ()>([a]))(1), Ok([1]));
    assert_eq!(B.wrap(|a, b| Ok::<_, ()>([a, b]))(1, 2), Ok([1, 2]));
    assert_eq!(B.wrap(|a, b, c| Ok::<_, ()>([a, b, c]))(1, 2, 3), Ok([1, 2, 3]));
    assert_eq!(B.wrap(|a, b, c, d| Ok::<_, ()>([a, b, c, d]))(1, 2, 3, 4), Ok([1, 2, 3, 4]));
    let five = B.wrap(|a, b, c, d, e| Ok::<_, ()>([a, b, c, d, e]));
    assert_eq!(five(1, 2, 3, 4, 5), Ok([1, 2, 3, 4, 5]));
    let six = B.wrap(|a, b, c, d, e, f| Ok::<_, ()>([a, b, c, d, e, f]));
    assert_eq!(six(1, 2, 3, 4, 5, 6), Ok([1, 2, 3, 4, 5, 6]));
}

#[test]
fn call_mut_lives_through_the_same_states() {
    static CLOCK: ManualClock = ManualClock::new();
    static CONFIG: Config<&ManualClock> =
        Config::new("adc").error_threshold(2).recovery_timeout(Duration::from_secs(1));
    let mut adc = CircuitBreaker::try_new(&CONFIG, &CLOCK).unwrap();
    let fail = || Err::<(), _>("overrun");
    assert_eq!(adc.call_mut(fail), Err(Error::Inner("overrun")));
    assert_eq!(adc.call_mut(|| Ok::<_, ()>(1)), Ok(1));
    assert_eq!(adc.error_count(), 0);
    assert_eq!(adc.call_mut(fail), Err(Error::Inner("overrun")));
    assert_eq!(adc.call_mut(fail), Err(Error::Inner("overrun")));
    assert!(adc.call_mut(fail).unwrap_err().is_rejected());
    CLOCK.advance(Duration::from_secs(1));
    assert_eq!(adc.call_mut(|| Ok::<_, ()>(2)), Ok(2));
    assert_eq!((adc.state(), adc.open_time()), (State::Closed, Some(1)));
}
