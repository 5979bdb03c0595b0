//! Nothing in here allocates but what is configured at run time, and that once: neither calls nor recoveries, nor
//! hooks, registries, reads and messages.
//! Counted per thread, so that tests beside this one do not matter.
#![cfg(not(loom))]

use core::cell::Cell;
use core::fmt::Write;
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::alloc::{GlobalAlloc, Layout, System};
use std::panic::{AssertUnwindSafe, catch_unwind};

use mcb::{
    Cause, CircuitBreaker, Config, Consecutive, Error, EveryError, Hooks, ManualClock, NetError,
    Registry, Rejected, Reporting, State, Transition, Verdict, View, Wait, Wrap,
};
use strategies::{Counting as Strategies, ForStrategy};

#[path = "support/strategies.rs"]
mod strategies;

struct Counting;

thread_local! {
    // Const-initialised and without a destructor: reaching it allocates nothing.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: every method hands its arguments on to `System`, whose contract is the same.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are passed on.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The allocations of this thread in `f`.
fn allocations(f: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    f();
    ALLOCATIONS.get() - before
}

#[track_caller]
fn allocates_nothing(f: impl FnOnce()) {
    assert_eq!(allocations(f), 0);
}

/// A message that is written, not made: a fixed buffer, as firmware has it.
struct Buffer {
    bytes: [u8; 256],
    length: usize,
}

impl Buffer {
    fn of(args: core::fmt::Arguments<'_>) -> Buffer {
        let mut buffer = Buffer { bytes: [0; 256], length: 0 };
        buffer.write_fmt(args).unwrap();
        buffer
    }

    fn text(&self) -> &str {
        core::str::from_utf8(&self.bytes[..self.length]).unwrap()
    }
}

impl Write for Buffer {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        let end = self.length + text.len();
        let place = self.bytes.get_mut(self.length..end).ok_or(core::fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

type Clock = &'static ManualClock;

/// The whole life of a breaker: healthy, failing, open, recovering, closed again, by hand.
fn live<S: mcb::Strategy, R>(b: &CircuitBreaker<Clock, S, R>, clock: &ManualClock)
where
    R: mcb::Rules<u8, u8>,
{
    for _ in 0..3 {
        assert_eq!(b.call(|| Ok(1)), Ok(1));
        while b.state() == State::Closed {
            assert_eq!(b.call(|| Err(2)), Err(Error::Inner(2)));
        }
        assert_eq!(b.state(), State::Open);
        assert!(b.call(|| Ok(1)).unwrap_err().is_rejected());
        let reads = (b.error_count(), b.success_count(), b.open_time(), b.recovery_start_time());
        assert!(reads.0 > 0 && reads.2.is_some() && b.retry_after().is_some());
        clock.advance_ticks(30_000);
        assert_eq!(b.call(|| Err(2)), Err(Error::Inner(2)), "a failing probe");
        clock.advance_ticks(30_000);
        let hung = b.try_acquire().unwrap();
        assert!(b.try_acquire().is_err());
        clock.advance_ticks(30_000);
        let second = b.try_acquire().unwrap();
        second.success();
        hung.success();
        assert_eq!(b.state(), State::Closed);
    }
    drop(b.try_acquire().unwrap());
    b.try_acquire().unwrap().failure();
    b.try_acquire().unwrap().record(Verdict::Ignore);
    b.force_open();
    assert!(b.try_acquire().is_err());
    b.force_closed();
    b.try_acquire().unwrap().failure();
    b.reset();
}

#[test]
fn the_allocator_counts() {
    assert!(allocations(|| drop(std::hint::black_box(Box::new(1)))) > 0);
}

#[test]
fn calls_permits_and_recoveries_allocate_nothing() {
    static CLOCK: ManualClock = ManualClock::new();
    static A: CircuitBreaker<Clock> = CircuitBreaker::new(&Config::new("a"), &CLOCK);
    struct Life;
    impl ForStrategy for Life {
        type Output = ();
        fn run<S: mcb::Strategy>(self, config: Config<Clock, S>) {
            let config = Box::leak(Box::new(config.error_threshold(3).recovery_threshold(2)));
            let clock: Clock = Box::leak(Box::new(ManualClock::new()));
            let b = CircuitBreaker::try_new(config, clock).unwrap();
            allocates_nothing(|| live(&b, clock));
        }
    }
    for strategy in Strategies::ALL {
        strategy.with("b", Life);
    }
    let (new, second) = (|| Config::new("b"), core::time::Duration::from_secs(1));
    Life.run(new().quiet(second));
    Life.run(new().failures_per_period(3, second));
    Life.run(new().count_window::<20>(60, 5));
    Life.run(new().count_window::<200>(60, 5));
    Life.run(new().decaying_rate(3, 50, second));
    Life.run(new().or_time_window::<10>(second, 50, 5));

    allocates_nothing(|| {
        let guarded = A.wrap(|a: u8, b: u8| a.checked_add(b).ok_or(()));
        assert_eq!(guarded(1, 2), Ok(3));
        assert_eq!(guarded(1, 255), Err(Error::Inner(())));
    });
}

#[test]
fn an_exclusive_breaker_allocates_nothing() {
    static CLOCK: ManualClock = ManualClock::new();
    static CONFIG: Config<Clock> = Config::new("a").error_threshold(2);
    allocates_nothing(|| {
        let mut b = CircuitBreaker::try_new(&CONFIG, &CLOCK).unwrap();
        assert_eq!(b.call_mut(|| Ok::<_, ()>(1)), Ok(1));
        for _ in 0..2 {
            assert!(b.call_mut(|| Err::<(), _>(())).is_err());
        }
        assert!(b.call_mut(|| Ok::<_, ()>(1)).unwrap_err().is_rejected());
        CLOCK.advance_ticks(30_000);
        assert_eq!(b.call_mut(|| Ok::<_, ()>(1)), Ok(1));
    });
}

#[test]
fn a_refused_configuration_allocates_nothing() {
    static CLOCK: ManualClock = ManualClock::new();
    static CONFIG: Config<Clock> = Config::new("a").max_probes(16);
    allocates_nothing(|| {
        let error = CircuitBreaker::try_new(&CONFIG, &CLOCK).unwrap_err();
        let text = "circuit a: max_probes is 16, must be 1 to 15";
        assert_eq!(Buffer::of(format_args!("{error}")).text(), text);
    });
}

#[cfg(feature = "std")]
#[test]
fn a_breaker_configured_at_run_time_allocates_once_and_never_again() {
    use mcb::StdClock;

    static CLOCK: ManualClock = ManualClock::new();
    let threshold = std::hint::black_box(3);
    let mut made = None;
    let config = Config::new("a").error_threshold(threshold).recovery_threshold(2);
    let own = || made = Some(CircuitBreaker::from_config(config, &CLOCK).unwrap());
    assert_eq!(allocations(own), 1, "its configuration");
    let a = made.unwrap();
    allocates_nothing(|| live(&a, &CLOCK));

    let opened = std::sync::atomic::AtomicU32::new(0);
    let count = move |_: &Transition, _| {
        opened.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    };
    let a = a.with_hooks(Hooks::new().on_open(count));
    allocates_nothing(|| live(&a, &CLOCK));

    let db = CircuitBreaker::from_config(Config::new("db").error_threshold(1), StdClock).unwrap();
    allocates_nothing(|| {
        assert!(db.call(|| Err::<(), _>(())).is_err());
        assert!(db.call(|| Ok::<_, ()>(())).unwrap_err().is_rejected());
    });
}

#[test]
fn hooks_allocate_nothing() {
    static CLOCK: ManualClock = ManualClock::new();
    type Report = fn(&'static str, &Result<u8, u8>);
    fn opened(_: &Transition, cause: Cause) {
        assert!(matches!(cause, Cause::Error | Cause::Reported));
        assert!(A.retry_after().is_some());
    }
    fn closed(closing: &Transition) {
        assert_eq!(closing.to, State::Closed);
    }
    fn changed(change: &Transition) {
        assert_ne!(change.from, change.to);
        assert!(Buffer::of(format_args!("{change:?}")).text().contains(change.id));
    }
    fn recover(_: &'static str) -> bool {
        true
    }
    fn in_vain(_: &'static str) -> bool {
        false
    }
    fn report(id: &'static str, result: &Result<u8, u8>) {
        assert_eq!((id, result), ("b", &Err(2)));
    }
    static A: CircuitBreaker<Clock> = CircuitBreaker::new(
        &Config::new("a")
            .error_threshold(3)
            .recovery_threshold(2)
            .before_probe(recover)
            .hooks(&Hooks::new().on_open(opened).on_close(closed).on_transition(changed)),
        &CLOCK,
    );
    static B: CircuitBreaker<Clock, Consecutive, Reporting<Report>> = CircuitBreaker::new(
        &Config::new("b")
            .error_threshold(3)
            .recovery_threshold(2)
            .rules(EveryError.reporting(report as Report))
            .hooks(&(Hooks::new().on_close(closed), Hooks::new().on_transition(changed))),
        &CLOCK,
    );
    static C: CircuitBreaker<Clock> =
        CircuitBreaker::new(&Config::new("c").error_threshold(1).before_probe(in_vain), &CLOCK);
    allocates_nothing(|| live(&A, &CLOCK));
    allocates_nothing(|| live(&B, &CLOCK));
    allocates_nothing(|| {
        assert!(C.call(|| Err::<(), _>(())).is_err());
        CLOCK.advance_ticks(30_000);
        assert!(C.call(|| Ok::<_, ()>(())).unwrap_err().is_rejected());
    });
}

fn poll<F: Future>(future: core::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn guarded_futures_allocate_nothing() {
    static CLOCK: ManualClock = ManualClock::new();
    static A: CircuitBreaker<Clock> =
        CircuitBreaker::new(&Config::new("a").error_threshold(1), &CLOCK);
    allocates_nothing(|| {
        let mut left = 2;
        let slow = core::future::poll_fn(|_| {
            left -= 1;
            if left == 0 { Poll::Ready(Ok::<_, ()>(7)) } else { Poll::Pending }
        });
        let mut guarded = pin!(A.call_async(slow));
        assert!(poll(guarded.as_mut()).is_pending());
        assert_eq!(poll(guarded.as_mut()), Poll::Ready(Ok(7)));

        let failing = pin!(A.call_async(async { Err::<(), _>(2) }));
        assert_eq!(poll(failing), Poll::Ready(Err(Error::Inner(2))));
        let rejected = pin!(A.call_async(async { Ok::<_, ()>(1) }));
        assert!(matches!(poll(rejected), Poll::Ready(Err(Error::Rejected(_)))));

        CLOCK.advance_ticks(30_000);
        {
            let cancelled = pin!(A.call_async(core::future::pending::<Result<(), ()>>()));
            assert!(poll(cancelled).is_pending());
        }
        let probe = pin!(A.call_async(async { Ok::<_, ()>(1) }));
        assert_eq!(poll(probe), Poll::Ready(Ok(1)));
    });
}

#[test]
fn registries_and_views_allocate_nothing() {
    static CLOCK: ManualClock = ManualClock::new();
    static A: CircuitBreaker<Clock> = CircuitBreaker::new(&Config::new("a"), &CLOCK);
    static B: CircuitBreaker<Clock, NetError> =
        CircuitBreaker::new(&Config::new("b").strategy(NetError), &CLOCK);
    static CIRCUITS: Registry<1> = Registry::new();
    static ALL: View = View::new(&[&A, &B]);
    // Some hosts make a lock at its first use.
    assert!(CIRCUITS.get("a").is_none());
    allocates_nothing(|| {
        CIRCUITS.register(&A).unwrap();
        let again = CIRCUITS.register(&A).unwrap_err();
        let full = CIRCUITS.register(&B).unwrap_err();
        assert_eq!(Buffer::of(format_args!("{again}")).text(), "circuit a is registered already");
        assert!(Buffer::of(format_args!("{full}")).text().starts_with("no place for circuit b"));
        A.force_open();
        assert_eq!(CIRCUITS.get("a").unwrap().state(), State::ForcedOpen);
        assert_eq!((CIRCUITS.iter().count(), CIRCUITS.open_circuits().count()), (1, 1));
        assert_eq!((ALL.circuits().count(), ALL.open_circuits().count()), (2, 1));
        assert!(ALL.get("b").is_some());
        for circuit in &CIRCUITS {
            circuit.reset();
        }
    });
}

#[test]
fn messages_allocate_nothing() {
    static CLOCK: ManualClock = ManualClock::new();
    static A: CircuitBreaker<Clock> =
        CircuitBreaker::new(&Config::new("imu").error_threshold(3), &CLOCK);
    let rejected = Rejected::new("imu", State::Open, Some(Wait::new(1_500, 1_000)), 3);
    allocates_nothing(|| {
        let text = "circuit imu is open, retry in 1.5 s (3 errors)";
        assert_eq!(Buffer::of(format_args!("{rejected}")).text(), text);
        let error: Error<core::fmt::Error> = Error::Rejected(rejected);
        assert_eq!(Buffer::of(format_args!("{error}")).text(), text);
        assert_eq!(Buffer::of(format_args!("{:>8}", A.state())).text(), "  closed");
        assert!(Buffer::of(format_args!("{A:?}")).text().contains("imu"));
        assert!(Buffer::of(format_args!("{:?}", A.try_acquire())).text().contains("imu"));
    });
}

/// Of a server: calls, futures, permits and rejections, with an observer, also after its settings have changed. A window of
/// time has its memory from the first outcome that it records.
#[cfg(feature = "server")]
#[test]
fn a_server_s_breaker_allocates_when_it_is_made_and_no_more() {
    let clock = std::sync::Arc::new(ManualClock::new());
    let config = |threshold| {
        Config::new("db")
            .time_window::<10>(core::time::Duration::from_secs(10), threshold, 4)
            .recovery_timeout(core::time::Duration::from_secs(1))
    };
    let observer = Hooks::new().on_open(|_, _| {});
    let db = mcb::server::Breaker::builder(config(50), std::sync::Arc::clone(&clock));
    let db = db.observer(observer).build().unwrap();
    for threshold in [50, 60] {
        db.reconfigure(config(threshold)).unwrap();
        let _ = db.call(|| Err::<(), _>(7)); // its memory
        allocates_nothing(|| {
            for _ in 0..3 {
                assert_eq!(db.call(|| Err::<(), _>(7)), Err(Error::Inner(7)));
            }
            assert!(db.call(|| Ok::<_, u8>(7)).unwrap_err().is_rejected());
            clock.advance(core::time::Duration::from_secs(2));
            let future = pin!(db.clone().call_async(async { Ok::<_, u8>(7) }));
            let poll = future.poll(&mut Context::from_waker(Waker::noop()));
            assert!(poll == Poll::Ready(Ok(7)));
            db.try_acquire_owned().unwrap().success();
            assert_eq!(db.state(), State::Closed);
        });
    }
}

/// Unwinding itself allocates in `std`; what the breaker adds to it does not.
#[test]
fn a_panic_that_counts_adds_no_allocation() {
    static CLOCK: ManualClock = ManualClock::new();
    static A: CircuitBreaker<Clock> =
        CircuitBreaker::new(&Config::new("a").error_threshold(4096), &CLOCK);
    fn raise() -> Result<(), ()> {
        std::panic::resume_unwind(Box::new(1))
    }
    let bare = || drop(catch_unwind(raise));
    let guarded = || drop(catch_unwind(AssertUnwindSafe(|| A.call(raise))));
    bare();
    guarded();
    assert_eq!(allocations(guarded), allocations(bare));
    assert_eq!(A.error_count(), 2);
}
