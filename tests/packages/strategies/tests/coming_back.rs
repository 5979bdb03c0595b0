//! Whatever the recovery policy, and whatever has happened: who waits as told, calls and succeeds closes the breaker,
//! unless it is locked out or forced.

use std::time::Duration;

use mcb::{CircuitBreaker, Config, ManualClock, Recovery, State, Verdict};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};

type Clock = &'static ManualClock;

/// What can happen to a breaker.
#[derive(Clone, Copy, Debug)]
enum Event {
    Call(Verdict),
    /// A call that is admitted now and ends after so many others, or never.
    Begin(Verdict, Option<u8>),
    Pass(u32),
    WaitAsTold,
    Trip,
    OpenFor(u64),
    Force(State),
    Reset,
}

#[derive(Clone, Debug)]
struct Settings {
    start: u32,
    errors: u16,
    recovery: u8,
    probes: u8,
    timeout: u32,
    probe_timeout: u32,
    schedule: u8,
    cap: u32,
    jitter: u8,
    reset_time: Option<u32>,
    lockout: Option<u8>,
    max_wait: Option<u32>,
    probing: bool,
    slow_start: Option<u32>,
}

fn verdicts() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        Just(Verdict::Success),
        Just(Verdict::Failure),
        Just(Verdict::Ignore),
        Just(Verdict::Fatal)
    ]
}

fn events() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => verdicts().prop_map(Event::Call),
        3 => (verdicts(), proptest::option::of(0_u8..6)).prop_map(|(v, n)| Event::Begin(v, n)),
        3 => prop_oneof![0_u32..200, 0_u32..100_000, Just(1 << 31)].prop_map(Event::Pass),
        4 => Just(Event::WaitAsTold),
        1 => Just(Event::Trip),
        1 => (0_u64..100_000).prop_map(Event::OpenFor),
        1 => prop_oneof![Just(State::ForcedOpen), Just(State::ForcedClosed)].prop_map(Event::Force),
        1 => Just(Event::Reset),
    ]
}

prop_compose! {
    fn settings()(
        start in prop_oneof![Just(0_u32), Just(u32::MAX - 50), any::<u32>()],
        (errors, recovery, probes) in (1_u16..4, 1_u8..4, 1_u8..4),
        (timeout, probe_timeout) in (1_u32..2_000, 1_u32..2_000),
        (schedule, cap) in (0_u8..3, 2_000_u32..60_000),
        jitter in prop_oneof![Just(0_u8), 1_u8..100],
        reset_time in proptest::option::of(1_u32..50_000),
        lockout in proptest::option::of(1_u8..16),
        max_wait in proptest::option::of(2_000_u32..50_000),
        probing in any::<bool>(),
        slow_start in proptest::option::of(1_u32..5_000),
    ) -> Settings {
        Settings {
            start, errors, recovery, probes, timeout, probe_timeout, schedule, cap, jitter, reset_time, lockout,
            max_wait, probing, slow_start,
        }
    }
}

fn ms(ticks: u32) -> Duration {
    Duration::from_millis(ticks.into())
}

impl Settings {
    fn policy(&self) -> Recovery<Clock> {
        let mut recovery = Recovery::new().jitter(self.jitter);
        recovery = match self.schedule {
            0 => recovery,
            1 => recovery.growing(170, ms(self.cap)),
            _ => recovery.each(&[ms(self.cap), ms(1), ms(self.timeout)]),
        };
        if let Some(time) = self.reset_time {
            recovery = recovery.reset_time(ms(time));
        }
        if let Some(openings) = self.lockout {
            recovery = recovery.lockout(openings);
        }
        if let Some(wait) = self.max_wait {
            recovery = recovery.max_wait(ms(wait));
        }
        if self.probing { recovery.start_by_probing() } else { recovery }
    }

    fn config(&self) -> Config<Clock> {
        Config::new("b")
            .error_threshold(self.errors)
            .recovery_threshold(self.recovery)
            .max_probes(self.probes)
            .recovery_timeout(ms(self.timeout))
            .probe_timeout(ms(self.probe_timeout))
            .with_recovery(self.policy())
    }
}

fn comes_back<S: mcb::Strategy>(
    breaker: &CircuitBreaker<Clock, S>,
    clock: Clock,
    settings: &Settings,
    events: &[Event],
) -> Result<(), TestCaseError> {
    let mut out = Vec::new();
    for event in events {
        match *event {
            Event::Call(verdict) => {
                if let Ok(permit) = breaker.try_acquire() {
                    permit.record(verdict);
                }
            }
            Event::Begin(verdict, ends) => {
                if let Ok(permit) = breaker.try_acquire() {
                    out.push((permit, verdict, ends));
                }
            }
            Event::Pass(ticks) => clock.advance_ticks(ticks),
            Event::WaitAsTold => {
                if let Some(wait) = breaker.retry_after() {
                    clock.advance_ticks(wait.ticks());
                }
            }
            Event::Trip => breaker.trip(),
            Event::OpenFor(millis) => breaker.open_for(Duration::from_millis(millis)),
            Event::Force(State::ForcedOpen) => breaker.force_open(),
            Event::Force(_) => breaker.force_closed(),
            Event::Reset => breaker.reset(),
        }
        let mut left = Vec::new();
        for (permit, verdict, ends) in out {
            match ends {
                Some(0) => permit.record(verdict),
                Some(n) => left.push((permit, verdict, Some(n - 1))),
                None => left.push((permit, verdict, None)),
            }
        }
        out = left;
    }
    for _ in 0..=settings.recovery {
        match breaker.state() {
            State::Open | State::HalfOpen => {}
            State::SlowStart => {
                // It ends by itself, also where nobody asks.
                clock.advance_ticks(settings.slow_start.unwrap() + 16);
                prop_assert_eq!(breaker.state(), State::Closed);
            }
            State::LockedOut | State::ForcedOpen => {
                prop_assert_eq!(breaker.retry_after(), None);
                breaker.reset();
                prop_assert_eq!(breaker.state(), State::Closed);
            }
            _ => break,
        }
        let wait = breaker.retry_after().expect("a wait");
        clock.advance_ticks(wait.ticks());
        let permit = breaker.try_acquire();
        prop_assert!(permit.is_ok(), "rejected after the wait: {:?}", breaker);
        permit.unwrap().success();
    }
    let state = breaker.state();
    let closed = matches!(state, State::Closed | State::ForcedClosed | State::SlowStart);
    prop_assert!(closed, "not closed: {:?}", breaker);
    for (permit, ..) in out {
        std::mem::forget(permit); // never ends
    }
    Ok(())
}

#[test]
fn whoever_waits_as_told_and_succeeds_closes_it() {
    let config = ProptestConfig {
        cases: 5_000,
        rng_seed: RngSeed::Fixed(0x6D63_6262),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let given = (settings(), proptest::collection::vec(events(), 0..40));
    let run = TestRunner::new(config).run(&given, |(settings, events)| {
        let clock: Clock = Box::leak(Box::new(ManualClock::at(settings.start)));
        let config = settings.config();
        if let Some(ticks) = settings.slow_start {
            let breaker = CircuitBreaker::from_config(config.slow_start(ms(ticks)), clock).unwrap();
            comes_back(&breaker, clock, &settings, &events)
        } else {
            let breaker = CircuitBreaker::from_config(config, clock).unwrap();
            comes_back(&breaker, clock, &settings, &events)
        }
    });
    if let Err(error) = run {
        panic!("{error}");
    }
}
