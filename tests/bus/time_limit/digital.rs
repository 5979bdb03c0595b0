//! Pins that are waited for.

use core::future::pending;

use embedded_hal::digital::{Error as _, ErrorKind, ErrorType, InputPin};
use embedded_hal_async::digital::Wait;
use mcb::{Error, State, TimedError};

use super::super::delay::{ready, run};
use super::super::{breaker, clock};
use super::limited;

/// It notes what is asked of it; an expander's, so that it may fail, or never move.
#[derive(Default)]
struct Pin {
    asked: Vec<&'static str>,
    fault: Option<ErrorKind>,
    still: bool,
}

impl Pin {
    fn ask(&mut self, method: &'static str) -> Result<(), ErrorKind> {
        self.asked.push(method);
        self.fault.map_or(Ok(()), Err)
    }

    async fn moves(&mut self, method: &'static str) -> Result<(), ErrorKind> {
        if self.still {
            pending::<()>().await;
        }
        self.ask(method)
    }
}

impl ErrorType for Pin {
    type Error = ErrorKind;
}

impl InputPin for Pin {
    fn is_high(&mut self) -> Result<bool, ErrorKind> {
        self.ask("is_high").map(|()| true)
    }
    fn is_low(&mut self) -> Result<bool, ErrorKind> {
        self.ask("is_low").map(|()| false)
    }
}

impl Wait for Pin {
    async fn wait_for_high(&mut self) -> Result<(), ErrorKind> {
        self.moves("high").await
    }
    async fn wait_for_low(&mut self) -> Result<(), ErrorKind> {
        self.moves("low").await
    }
    async fn wait_for_rising_edge(&mut self) -> Result<(), ErrorKind> {
        self.moves("rising").await
    }
    async fn wait_for_falling_edge(&mut self) -> Result<(), ErrorKind> {
        self.moves("falling").await
    }
    async fn wait_for_any_edge(&mut self) -> Result<(), ErrorKind> {
        self.moves("any").await
    }
}

#[test]
fn each_way_to_wait_for_a_pin_is_its_own_within_the_limit() {
    let clock = clock();
    for (fault, still, expected, after) in [
        (None, false, Ok(()), 0),
        (Some(ErrorKind::Other), false, Err(TimedError::Inner(ErrorKind::Other)), 0),
        (None, true, Err(TimedError::TimedOut), 20),
    ] {
        let mut pin = limited(Pin { fault, still, ..Pin::default() }, clock);
        let results = [
            run(clock, pin.wait_for_high()),
            run(clock, pin.wait_for_low()),
            run(clock, pin.wait_for_rising_edge()),
            run(clock, pin.wait_for_falling_edge()),
            run(clock, pin.wait_for_any_edge()),
        ];
        assert_eq!(results, [(expected, after); 5]);
        let asked: &[_] = if still { &[] } else { &["high", "low", "rising", "falling", "any"] };
        assert_eq!(pin.release().0.asked, asked);
    }
}

#[test]
fn the_level_of_a_pin_is_asked_without_one() {
    let clock = clock();
    let mut pin = limited(Pin { still: true, ..Pin::default() }, clock);
    assert_eq!((pin.is_high(), pin.is_low()), (Ok(true), Ok(false)));
    pin.bus().fault = Some(ErrorKind::Other);
    let error = TimedError::Inner(ErrorKind::Other);
    assert_eq!((pin.is_high(), pin.is_low()), (Err(error), Err(error)));
    let (pin, delay) = pin.release();
    assert_eq!(pin.asked, ["is_high", "is_low", "is_high", "is_low"]);
    assert!(delay.asked.is_empty());
}

#[test]
fn an_edge_that_never_comes_is_judged_by_the_breaker_around_the_method() {
    let clock = clock();
    let breaker = breaker(clock);
    let mut radio = limited(Pin { still: true, ..Pin::default() }, clock);
    for _ in 0..2 {
        let (result, _) = run(clock, breaker.call_async(radio.wait_for_rising_edge()));
        assert_eq!(result, Err(Error::Inner(TimedError::TimedOut)));
    }
    assert_eq!(breaker.state(), State::Open);
    assert!(ready(breaker.call_async(radio.wait_for_rising_edge())).unwrap_err().is_rejected());
    assert_eq!(TimedError::<ErrorKind>::TimedOut.kind(), ErrorKind::Other);
}
