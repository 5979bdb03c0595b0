//! Guarded futures: what they cost, and what happens when they end otherwise than by their output.
#![cfg(not(loom))]

use core::future::{Future, pending, ready};
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};
use std::panic::{AssertUnwindSafe, catch_unwind};

use mcb::{CallAsync, CircuitBreaker, Config, Error, ManualClock, State};

type Breaker = CircuitBreaker<&'static ManualClock>;

static CONFIG: Config<&ManualClock> = Config::new("b").error_threshold(1);

fn breaker(clock: &'static ManualClock) -> Breaker {
    CircuitBreaker::try_new(&CONFIG, clock).unwrap()
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_guarded_future_is_little_larger_than_what_it_holds() {
    async fn inner(_: &mut [u8; 1]) -> Result<(), ()> {
        let large = [0_u8; 1024];
        pending::<()>().await;
        if large[0] == 0 { Ok(()) } else { Err(()) }
    }
    static CLOCK: ManualClock = ManualClock::new();
    let (breaker, mut device) = (breaker(&CLOCK), [0]);
    let size = size_of_val(&inner(&mut device));

    // It stands there once, beside a reference and two words.
    let guarded = size_of_val(&breaker.call_async(inner(&mut [0])));
    assert!(guarded <= size + 3 * size_of::<usize>(), "{guarded} bytes for {size}");
    // A closure's future stands there once too, and what it captures in each step on its way there.
    let guarded = size_of_val(&breaker.call_async_on(
        &mut device,
        async |_: &mut _| (),
        async |device| inner(device).await,
    ));
    assert!(guarded <= size + 16 * size_of::<usize>(), "{guarded} bytes for {size}");
    // The step's own future has its place where the other one will be.
    let with_a_step = size_of_val(&breaker.call_async_on(&mut device, inner, inner));
    assert!(with_a_step <= size + 16 * size_of::<usize>(), "{with_a_step} bytes for {size}");
}

#[test]
fn a_guarded_future_has_a_name_and_may_be_kept() {
    type Answer = core::future::Ready<Result<u8, ()>>;
    struct Task {
        call: CallAsync<'static, Answer, &'static ManualClock>,
    }
    fn may_move<T: Send + Unpin>(_: &T) {}

    static CLOCK: ManualClock = ManualClock::new();
    static B: Breaker = Breaker::new(&Config::new("b"), &CLOCK);
    let mut task = Task { call: B.call_async(ready(Ok(7))) };
    may_move(&task);
    assert_eq!(format!("{:?}", task.call), "CallAsync { id: \"b\", .. }");
    assert_eq!(poll(Pin::new(&mut task.call)), Poll::Ready(Ok(7)));
}

#[test]
fn one_that_is_polled_after_its_end_asks_anew() {
    static CLOCK: ManualClock = ManualClock::new();
    let breaker = breaker(&CLOCK);
    let fails = || core::future::poll_fn(|_| Poll::Ready(Err::<(), _>(7)));
    let mut first = pin!(breaker.call_async(fails()));
    assert_eq!(poll(first.as_mut()), Poll::Ready(Err(Error::Inner(7))));
    assert_eq!(breaker.state(), State::Open);
    // Not admitted, so that what is inside is not polled after its own end.
    assert!(matches!(poll(first.as_mut()), Poll::Ready(Err(Error::Rejected(_)))));

    // A rejection is no end of what is inside: the same future may come again.
    breaker.reset();
    assert_eq!(poll(first.as_mut()), Poll::Ready(Err(Error::Inner(7))));
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn a_panic_before_the_first_await_is_a_failure() {
    static CLOCK: ManualClock = ManualClock::new();
    let breaker = breaker(&CLOCK);
    let (mut first, mut second) = ((), ());
    let guarded = pin!(breaker.call_async_on(
        &mut first,
        async |(): &mut ()| (),
        |(): &mut ()| -> core::future::Ready<Result<(), ()>> { panic!("while it is made") },
    ));
    assert!(catch_unwind(AssertUnwindSafe(|| poll(guarded).is_ready())).is_err());
    assert_eq!(breaker.state(), State::Open);

    CLOCK.advance_ticks(30_000);
    let recovering = pin!(breaker.call_async_on(
        &mut second,
        |(): &mut ()| -> core::future::Ready<()> { panic!("in the step") },
        |(): &mut ()| ready(Ok::<_, ()>(())),
    ));
    assert!(catch_unwind(AssertUnwindSafe(|| poll(recovering).is_ready())).is_err());
    assert_eq!((breaker.state(), breaker.error_count()), (State::Open, 2));
}

#[test]
fn what_is_cancelled_ends_before_its_slot_is_free() {
    /// A transfer that is aborted by its destructor.
    struct Transfer<'a>(&'a Breaker, &'a mut bool);
    impl Future for Transfer<'_> {
        type Output = Result<(), ()>;
        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
            Poll::Pending
        }
    }
    impl Drop for Transfer<'_> {
        fn drop(&mut self) {
            *self.1 = !self.0.retry_after().unwrap().is_zero();
        }
    }

    static CLOCK: ManualClock = ManualClock::new();
    let breaker = breaker(&CLOCK);
    let mut held = false;
    for on in [false, true] {
        breaker.reset();
        let _ = breaker.call(|| Err::<(), _>(()));
        CLOCK.advance_ticks(30_000);
        let transfer = Transfer(&breaker, &mut held);
        if on {
            let f = async |(): &mut ()| transfer.await;
            assert!(
                poll(pin!(breaker.call_async_on(&mut (), async |(): &mut ()| (), f))).is_pending()
            );
        } else {
            assert!(poll(pin!(breaker.call_async(transfer))).is_pending());
        }
        assert!(held, "the slot was free before the transfer was aborted");
        assert!(breaker.retry_after().unwrap().is_zero());
        held = false;
    }
}
