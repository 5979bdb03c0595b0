//! A task that sleeps until a call may pass.
#![cfg(all(feature = "embedded-hal-async", not(loom)))]

#[path = "support/delay.rs"]
mod delay;

use delay::{Delay, clock, poll, ready, run};
use mcb::{CircuitBreaker, Clock, Config, ManualClock, Recovery, State, Wait};

type Shared = &'static ManualClock;

/// Opens at the first error, for 100 ms; a probe's slot passes on after 40 ms.
fn breaker(clock: Shared) -> CircuitBreaker<Shared> {
    static CONFIG: Config<Shared> =
        Config::new("gps").error_threshold(1).recovery_timeout_ticks(100).probe_timeout_ticks(40);
    CircuitBreaker::try_new(&CONFIG, clock).unwrap()
}

fn open(breaker: &CircuitBreaker<Shared>) {
    breaker.try_acquire().unwrap().failure();
}

#[test]
fn it_sleeps_until_the_probe_and_that_is_the_caller_s() {
    let clock = clock();
    let (breaker, mut delay) = (breaker(clock), Delay::new(clock));
    assert_eq!(ready(breaker.next_probe(&mut delay)), Ok(())); // closed: no sleep
    open(&breaker);
    clock.advance_ticks(30);
    assert_eq!(run(clock, breaker.next_probe(&mut delay)), (Ok(()), 70));
    assert_eq!(delay.asked, [70]);
    assert_eq!(breaker.state(), State::HalfOpen);
    assert!(breaker.try_acquire().unwrap().is_probe());
    breaker.force_closed();
    assert_eq!(ready(breaker.next_probe(&mut delay)), Ok(()));
}

#[test]
fn where_only_a_hand_can_tell_it_returns_at_once() {
    let clock = clock();
    let (breaker, mut delay) = (breaker(clock), Delay::new(clock));
    breaker.force_open();
    let rejected = ready(breaker.next_probe(&mut delay)).unwrap_err();
    assert_eq!(
        (rejected.id, rejected.state, rejected.retry_after),
        ("gps", State::ForcedOpen, None)
    );
    assert!(delay.asked.is_empty());
}

#[test]
fn locked_out_is_for_a_hand_too() {
    static CONFIG: Config<Shared> = Config::new("gps")
        .error_threshold(1)
        .recovery_timeout_ticks(100)
        .recovery(&Recovery::new().lockout(1));
    let clock = clock();
    let (breaker, mut delay) =
        (CircuitBreaker::try_new(&CONFIG, clock).unwrap(), Delay::new(clock));
    open(&breaker);
    assert_eq!(ready(breaker.next_probe(&mut delay)).unwrap_err().state, State::LockedOut);
    assert!(delay.asked.is_empty());
}

#[test]
fn forced_open_while_it_sleeps_it_says_so_afterwards() {
    let clock = clock();
    let (breaker, mut delay) = (breaker(clock), Delay::new(clock));
    open(&breaker);
    let mut sleep = Box::pin(breaker.next_probe(&mut delay));
    assert!(poll(sleep.as_mut()).is_pending());
    breaker.force_open();
    clock.advance_ticks(99);
    assert!(poll(sleep.as_mut()).is_pending());
    clock.advance_ticks(1);
    let (result, _) = run(clock, sleep);
    assert_eq!(result.unwrap_err().state, State::ForcedOpen);
}

#[test]
fn it_sleeps_on_where_somebody_was_faster() {
    let clock = clock();
    let (breaker, mut delay) = (breaker(clock), Delay::new(clock));
    open(&breaker);
    let mut sleep = Box::pin(breaker.next_probe(&mut delay));
    assert!(poll(sleep.as_mut()).is_pending());
    clock.advance_ticks(100);
    let permit = breaker.try_acquire().unwrap(); // takes the only slot
    assert!(poll(sleep.as_mut()).is_pending());
    clock.advance_ticks(10);
    permit.failure(); // and opens it once more
    let (result, ticks) = run(clock, sleep);
    assert_eq!((result, ticks), (Ok(()), 100));
    assert_eq!(delay.asked, [100, 40, 70]); // the open duration, the slot, what is left of the second opening
}

#[test]
fn a_clock_slower_or_faster_than_the_delay_is_asked_again() {
    /// Each sleep is over after half of it.
    struct Hasty(Shared, u32);
    impl embedded_hal_async::delay::DelayNs for Hasty {
        async fn delay_ns(&mut self, _: u32) {}
        async fn delay_ms(&mut self, ms: u32) {
            self.0.advance_ticks(ms.div_ceil(2));
            self.1 += 1;
        }
    }
    let clock = clock();
    let breaker = breaker(clock);
    open(&breaker);
    let mut hasty = Hasty(clock, 0);
    assert_eq!(ready(breaker.next_probe(&mut hasty)), Ok(()));
    assert_eq!((clock.now(), hasty.1), (100, 7)); // 50, 25, 13, 6, 3, 2, 1
}

#[test]
fn the_longest_wait_is_slept_in_pieces() {
    /// A delay that counts nanoseconds alone, as the trait asks for at least.
    struct Pieces(&'static ManualClock, u32);
    impl embedded_hal_async::delay::DelayNs for Pieces {
        async fn delay_ns(&mut self, ns: u32) {
            self.0.advance_ticks(ns.div_ceil(1_000_000));
            self.1 += 1;
        }
    }
    static CONFIG: Config<Shared> =
        Config::new("gps").error_threshold(1).recovery_timeout_ticks(1_000_000);
    let clock = clock();
    let breaker = CircuitBreaker::try_new(&CONFIG, clock).unwrap();
    open(&breaker);
    let mut pieces = Pieces(clock, 0);
    assert_eq!(ready(breaker.next_probe(&mut pieces)), Ok(()));
    assert_eq!((clock.now(), pieces.1), (1_000_000, 1_000_000_u32.div_ceil(4_294)));
    assert_eq!(breaker.retry_after(), Some(Wait::new(0, 1_000)));
}
