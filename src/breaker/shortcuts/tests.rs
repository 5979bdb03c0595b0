//! A short cut that is taken gives what the engine gives, from every word; one that is not taken writes nothing.

use std::boxed::Box;
use std::vec::Vec;

use super::*;
use crate::clock::ManualClock;
use crate::config::Config;
use crate::engine::{Admission, Head, Place};
use crate::machine::strategies::{Counted, for_each_strategy};
use crate::rules::EveryError;
use crate::state::{Cause, State};
use crate::strategy::{Consecutive, CountWindow, DecayingRate, TimeWindow, TimedConsecutive};
use crate::verdict::Verdict;

type Clock = ManualClock;

const TIMEOUT: u32 = 1_000;

/// Every phase and detail, with a few openings and generations, the impossible ones included.
fn controls() -> impl Iterator<Item = Control> {
    (0..1 << (32 - 17))
        .flat_map(|top: u32| [0, 0x1FFF, 0x2001, 0x1_FFFF].map(|rest| Control(top << 17 | rest)))
}

fn config<S: Strategy>(strategy: S, errors: u16) -> &'static Config<Clock, S> {
    let config = Config::new("b").error_threshold(errors).recovery_timeout_ticks(TIMEOUT);
    Box::leak(Box::new(config.strategy(strategy)))
}

fn breaker<S: Strategy>(
    config: &'static Config<Clock, S>,
    word: Word,
    now: u32,
) -> CircuitBreaker<Clock, S> {
    let fixed = &config.settings.fixed;
    let head = Head::new(Storage::new(word, &fixed.limits), Place::borrowed(fixed), Clock::at(now));
    CircuitBreaker::build(head, config.settings.strategy, EveryError)
}

#[test]
fn admission_by_the_short_cut_is_the_engines() {
    let config = config(Consecutive, 5);
    // Waiting, over, over the wrap of the clock, and a moment newer than the reading.
    for (stamp, now) in [(0, 0), (5, 1_004), (5, 1_005), (u32::MAX, 998), (9, 3)] {
        for control in controls() {
            let word = Word { control, stamp };
            let b = breaker(config, word, now);
            let soon = b.admit_soon(control);
            assert_eq!(b.head.storage.load(), word, "it writes");
            let Some(soon) = soon else {
                // An opening of its own duration is the engine's to tell, and no other.
                let waits = control.is_open() && b.state() == State::Open;
                let asked = control.is_closed() || (waits && !control.has_own_duration());
                assert!(!Storage::ROOMY || !asked, "{word:?} goes the long way");
                continue;
            };
            let Admission { control, answer } = b.head.enter();
            let long = match answer {
                Answer::AS_IT_IS => Ok(Ticket::marked(control)),
                refusal => Err(b.rejected(control, refusal)),
            };
            assert_eq!(soon, long, "{word:?}");
            assert_eq!(
                b.head.storage.load(),
                word,
                "the engine writes where the short cut does not"
            );
        }
    }
}

fn counting_is_settling<S: Strategy>(_: &str, strategy: S, _: Counted) {
    for errors in [1, 2, 5, 4_096] {
        let config = config(strategy, errors);
        for control in controls() {
            let word = Word { control, stamp: u32::MAX };
            for ticket in [
                Ticket::clean(control),
                Ticket::marked(control),
                Ticket::marked(Control(control.0 ^ 1)), // of another generation
            ] {
                let (b, engines) = (breaker(config, word, 7), breaker(config, word, 7));
                if b.count_soon(ticket) {
                    let opened = engines.settle(Cause::Error, ticket, Verdict::Failure);
                    assert!(!opened, "{word:?} opens");
                    assert_ne!(engines.head.storage.load(), word);
                }
                // Counted alike, or untouched for the long way.
                assert_eq!(
                    b.head.storage.load(),
                    engines.head.storage.load(),
                    "{word:?} by {ticket:?}"
                );
            }
            let (mut b, engines) = (breaker(config, word, 7), breaker(config, word, 7));
            if control.is_closed() && b.count_mut(word) {
                let ticket = Ticket::clean(control);
                engines.settle(Cause::Error, ticket, Verdict::Failure);
                assert_ne!(engines.head.storage.load(), word);
            }
            assert_eq!(b.head.storage.load(), engines.head.storage.load(), "{word:?}, exclusively");
        }
    }
}

#[test]
fn a_failure_counted_by_the_short_cut_is_what_the_engine_makes_of_it() {
    for_each_strategy!(counting_is_settling);
}

/// Successes too, which a strategy with more than a count keeps.
#[test]
fn an_outcome_kept_by_the_short_cut_is_what_the_engine_makes_of_it() {
    /// `most` is the largest count there is.
    fn keeping_is_settling<S: Strategy>(strategy: S, most: u32) {
        let config = config(strategy, 5);
        for control in controls().filter(|control| control.0 >> 17 & 0xFFF <= most) {
            let stamp = control.0.wrapping_mul(0x9E37_79B9);
            let word = Word { control, stamp };
            for (ticket, failed) in [
                (Ticket::clean(control), false),
                (Ticket::marked(control), true),
                (Ticket::marked(control), false),
                (Ticket::marked(Control(control.0 ^ 1)), true), // of another generation
            ] {
                let (b, engines) = (breaker(config, word, 7), breaker(config, word, 7));
                if b.keep_soon(ticket, failed) {
                    let verdict = if failed { Verdict::Failure } else { Verdict::Success };
                    let opened = engines.settle(Cause::Error, ticket, verdict);
                    assert!(!opened, "{word:?} opens");
                }
                assert_eq!(
                    b.head.storage.load(),
                    engines.head.storage.load(),
                    "{word:?} by {ticket:?}"
                );
                assert_eq!(b.error_count(), engines.error_count(), "{word:?} by {ticket:?}");
            }
        }
    }
    keeping_is_settling(CountWindow::<32>::new(50, 2), 33);
    keeping_is_settling(CountWindow::<100>::new(50, 2), 1);
    keeping_is_settling(TimeWindow::<10>::new(100, 50, 2), 10);
    keeping_is_settling(DecayingRate::new(4, 50, 100), 4095);
    keeping_is_settling(TimedConsecutive::UNTIMED.quiet(3).lump(1), 4094);
}

#[test]
fn failures_take_the_short_cut_up_to_the_last_before_the_threshold() {
    let mut b = breaker(config(Consecutive, 5), Word::new(Consecutive::FRESH), 7);
    let counted = |b: &mut CircuitBreaker<Clock>| {
        let word = b.head.storage.load();
        if b.error_count().is_multiple_of(2) {
            b.count_soon(Ticket::marked(word.control))
        } else {
            b.count_mut(word)
        }
    };
    let taken: Vec<bool> = (0..5).map(|_| counted(&mut b)).collect();
    let roomy = Storage::ROOMY;
    assert_eq!(taken, [roomy, roomy, roomy, roomy, false]);
    assert_eq!(b.error_count(), if roomy { 4 } else { 0 });
}
