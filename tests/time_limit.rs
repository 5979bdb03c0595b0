//! A time limit whose passing is an error that the breaker judges.
#![cfg(all(feature = "embedded-hal-async", not(loom)))]

#[path = "support/delay.rs"]
mod delay;

use core::cell::Cell;
use core::future::{pending, poll_fn};
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;
use std::error::Error as _;

use delay::{Delay, clock, poll, ready, run};
use mcb::{
    CircuitBreaker, Clock, Config, Consecutive, Error, Lists, ManualClock, State, TimedError,
    time_limit,
};

type Shared = &'static ManualClock;

const LIMIT: Duration = Duration::from_millis(20);

/// Opens at the second error in a row, for 100 ms.
fn breaker(clock: Shared) -> CircuitBreaker<Shared> {
    static CONFIG: Config<Shared> =
        Config::new("modem").error_threshold(2).recovery_timeout_ticks(100);
    CircuitBreaker::try_new(&CONFIG, clock).unwrap()
}

async fn hangs() -> Result<u8, &'static str> {
    pending().await
}

/// Ready after so many ticks of the clock.
async fn after(clock: Shared, ticks: u32) -> Result<u8, &'static str> {
    let began = clock.now();
    poll_fn(|_| if clock.now() - began < ticks { Poll::Pending } else { Poll::Ready(()) }).await;
    Ok(7)
}

#[test]
fn a_hang_is_an_error_that_opens_and_an_answer_closes() {
    let clock = clock();
    let (breaker, mut delay) = (breaker(clock), Delay::new(clock));
    for _ in 0..2 {
        let call = breaker.call_async(time_limit(&mut delay, LIMIT, hangs()));
        assert_eq!(run(clock, call), (Err(Error::Inner(TimedError::TimedOut)), 20));
    }
    assert_eq!(breaker.state(), State::Open);
    let call = breaker.call_async(time_limit(&mut delay, LIMIT, hangs()));
    assert!(ready(call).unwrap_err().is_rejected());
    clock.advance_ticks(100);
    let call = breaker.call_async(time_limit(&mut delay, LIMIT, after(clock, 19)));
    assert_eq!(run(clock, call), (Ok(7), 19));
    assert_eq!(breaker.state(), State::Closed);
    assert_eq!(delay.asked, [20, 20, 20]); // the rejected one asked for none
}

#[test]
fn an_error_of_the_future_is_its_own() {
    let clock = clock();
    let (breaker, mut delay) = (breaker(clock), Delay::new(clock));
    let call = breaker.call_async(time_limit(&mut delay, LIMIT, async { Err::<u8, _>("nack") }));
    assert_eq!(ready(call), Err(Error::Inner(TimedError::Inner("nack"))));
    assert_eq!(breaker.error_count(), 1);
}

#[test]
fn what_is_ready_as_the_limit_passes_has_kept_it() {
    let clock = clock();
    let mut delay = Delay::new(clock);
    assert_eq!(run(clock, time_limit(&mut delay, LIMIT, after(clock, 20))), (Ok(7), 20));
    assert_eq!(
        run(clock, time_limit(&mut delay, LIMIT, after(clock, 21))),
        (Err(TimedError::TimedOut), 20)
    );
    assert_eq!(ready(time_limit(&mut delay, Duration::ZERO, async { Ok::<_, ()>(7) })), Ok(7));
    assert_eq!(ready(time_limit(&mut delay, Duration::ZERO, hangs())), Err(TimedError::TimedOut));
}

#[test]
fn the_limit_begins_at_the_first_poll() {
    let clock = clock();
    let mut delay = Delay::new(clock);
    let limited = time_limit(&mut delay, LIMIT, hangs());
    clock.advance_ticks(1_000);
    assert_eq!(run(clock, limited), (Err(TimedError::TimedOut), 20));
}

#[test]
fn a_limit_is_rounded_up_and_at_most_what_a_delay_takes() {
    /// Notes what it is asked for.
    struct Asked(u32);
    impl embedded_hal_async::delay::DelayNs for Asked {
        async fn delay_ns(&mut self, _: u32) {}
        async fn delay_us(&mut self, us: u32) {
            self.0 = us;
        }
    }
    for (limit, micros) in [
        (Duration::ZERO, 0),
        (Duration::from_nanos(1), 1),
        (Duration::from_nanos(1_001), 2),
        (Duration::from_millis(20), 20_000),
        (Duration::from_micros(u32::MAX.into()), u32::MAX),
        (Duration::from_secs(4_295), u32::MAX),
        (Duration::MAX, u32::MAX),
    ] {
        let mut asked = Asked(7);
        assert_eq!(ready(time_limit(&mut asked, limit, hangs())), Err(TimedError::TimedOut));
        assert_eq!(asked.0, micros, "{limit:?}");
    }
}

/// Sets a flag as it is dropped.
struct Transfer<'a>(&'a Cell<bool>);
impl Drop for Transfer<'_> {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

#[test]
fn the_future_is_dropped_before_the_error_is_judged() {
    thread_local! {
        static ENDED: Cell<bool> = const { Cell::new(false) };
        static ENDED_WHEN_JUDGED: Cell<bool> = const { Cell::new(false) };
    }
    fn note(error: &TimedError<()>) -> bool {
        ENDED_WHEN_JUDGED.set(ENDED.get());
        error.is_timed_out()
    }
    struct Ends;
    impl Drop for Ends {
        fn drop(&mut self) {
            ENDED.set(true);
        }
    }
    static CONFIG: Config<Shared, Consecutive, Lists<TimedError<()>, 1, 0>> =
        Config::new("dma").error_threshold(1).rules(Lists::new().blacklist([note]));
    let clock = clock();
    let breaker = CircuitBreaker::try_new(&CONFIG, clock).unwrap();
    let mut delay = Delay::new(clock);
    let transfer = async {
        let _ends = Ends;
        pending::<Result<(), ()>>().await
    };
    let (result, _) = run(clock, breaker.call_async(time_limit(&mut delay, LIMIT, transfer)));
    assert_eq!(result, Err(Error::Inner(TimedError::TimedOut)));
    assert!(ENDED_WHEN_JUDGED.get());
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn dropped_from_outside_the_future_goes_too_and_nothing_is_counted() {
    let clock = clock();
    let (breaker, mut delay, ended) = (breaker(clock), Delay::new(clock), Cell::new(false));
    {
        let transfer = async {
            let _transfer = Transfer(&ended);
            pending::<Result<(), ()>>().await
        };
        let mut call = pin!(breaker.call_async(time_limit(&mut delay, LIMIT, transfer)));
        assert!(poll(call.as_mut()).is_pending());
        assert!(!ended.get());
    }
    assert!(ended.get());
    assert_eq!(breaker.error_count(), 0);
}

#[test]
fn polled_again_it_says_the_same_and_polls_nothing() {
    let clock = clock();
    let mut delay = Delay::new(clock);
    let mut limited = pin!(time_limit(&mut delay, Duration::ZERO, hangs()));
    for _ in 0..3 {
        assert_eq!(poll(limited.as_mut()), Poll::Ready(Err(TimedError::TimedOut)));
    }
}

#[test]
fn a_panic_within_is_a_failure() {
    let breaks = poll_fn(|_| -> Poll<Result<(), ()>> { panic!("no such register") });
    let clock = clock();
    let (breaker, mut delay) = (breaker(clock), Delay::new(clock));
    let call = breaker.call_async(time_limit(&mut delay, LIMIT, breaks));
    let polled = std::panic::catch_unwind(core::panic::AssertUnwindSafe(|| ready(call)));
    assert!(polled.is_err());
    assert_eq!(breaker.error_count(), 1);
}

#[test]
fn the_error_shows_itself_and_what_it_holds() {
    let inner = TimedError::Inner("nack");
    assert_eq!(
        (inner.inner(), inner.into_inner(), inner.is_timed_out()),
        (Some(&"nack"), Some("nack"), false)
    );
    let passed = TimedError::<&str>::TimedOut;
    assert_eq!((passed.inner(), passed.into_inner(), passed.is_timed_out()), (None, None, true));
    assert_eq!(
        format!("{inner}, {passed}, {passed:>22}"),
        "nack, time limit has passed,  time limit has passed"
    );
    assert!(passed.source().is_none() && inner.source().is_none());
    // `?` takes it, also from a guarded call.
    let try_it = || -> Result<(), Box<dyn std::error::Error>> {
        Err(Error::Inner(TimedError::<&str>::TimedOut))?
    };
    assert_eq!(try_it().unwrap_err().to_string(), "time limit has passed");
}

#[test]
fn the_future_stands_in_it_once() {
    let clock = clock();
    let mut delay = Delay::new(clock);
    let large = async {
        let buffer = [0_u8; 1024];
        pending::<()>().await;
        if buffer[0] == 0 { Ok(()) } else { Err(()) }
    };
    let bare = size_of_val(&large);
    let limited = size_of_val(&time_limit(&mut delay, LIMIT, large));
    assert!(limited < bare + 256, "{limited} bytes for {bare}");
}
