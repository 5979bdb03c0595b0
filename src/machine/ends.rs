//! The ends of the fields, where the small breakers of the enumeration do not come: the largest
//! limits, and numbers that come round.

use super::strategies::{Counted, for_each_strategy};
use super::{
    Answer, Control, Limits, Start, Ticket, Word, error_count, force, state, success_count,
};
use crate::state::State;
use crate::strategy::{Consecutive, Kept, Strategy};
use crate::ticks::SLACK;
use crate::verdict::Verdict;

const NEW: Word = Word::new(0);
const START: Start = Start { fresh: 0, slowly: false, fatal: true };

fn limits(errors: u16, successes: u8, probes: u8) -> Limits {
    let mut limits = Limits::DEFAULT;
    limits.error_threshold = errors;
    limits.recovery_threshold = successes;
    limits.max_probes = probes;
    limits
}

fn at(now: u32) -> impl FnOnce(u32) -> u32 {
    move |stamp| now.wrapping_sub(stamp)
}

/// The word once a call is admitted at that tick, or the ticks to wait.
fn admit(word: Word, now: u32, limits: &Limits) -> Result<Word, Option<u32>> {
    match super::admit(word, at(now), |_| limits.recovery_timeout, false, limits) {
        Some(Answer::AS_IT_IS) => Ok(word),
        None => Ok(Word { control: super::probe(word.control, limits), stamp: now }),
        Some(refusal) => Err(refusal.ticks()),
    }
}

fn end<S: Strategy>(
    strategy: S,
    word: Word,
    admitted: Control,
    verdict: Verdict,
    limits: &Limits,
) -> Word {
    let now = || 5;
    let threshold = limits.error_threshold;
    let record = |kept, failed| strategy.record(&S::MEMORY, kept, failed, threshold, &now);
    let ends = [Ticket::clean(admitted), Ticket::marked(admitted)]
        .map(|ticket| super::settle(word, ticket, verdict, record, now, START, limits));
    assert_eq!(ends[0], ends[1], "the mark is for one compare alone");
    ends[0]
}

fn reset(word: Word) -> Word {
    force(word, State::Closed, Consecutive::FRESH)
}

/// A breaker that has opened and whose timeout is over.
fn opened(word: Word, limits: &Limits) -> Word {
    let fail = |word: Word, _| end(Consecutive, word, word.control, Verdict::Failure, limits);
    (0..limits.error_threshold).fold(word, fail)
}

fn probe(word: Word, limits: &Limits) -> Word {
    admit(word, word.stamp.wrapping_add(1), limits).unwrap()
}

fn errors(word: Word, limits: &Limits) -> u16 {
    error_count(word, |kept| Consecutive.error_count(&(), kept, &|| 0), limits)
}

#[test]
fn the_largest_error_threshold_stays_in_its_field() {
    fn count_to_the_end<S: Strategy>(_: &str, strategy: S, counts: Counted) {
        let limits = limits(4096, 1, 1);
        let counted = |kept| strategy.error_count(&S::MEMORY, kept, &|| 0);
        let mut word = NEW;
        let mut errors = counts(0, true);
        while errors < 4096 {
            word = end(strategy, word, word.control, Verdict::Failure, &limits);
            let told = error_count(word, counted, &limits);
            assert_eq!((word.control.phase(), u32::from(told)), (State::Closed, errors));
            assert_eq!(word.control.0 & 0x1_FFFF, 0, "openings and generation");
            errors = counts(errors, true);
        }
        word = end(strategy, word, word.control, Verdict::Failure, &limits);
        assert!(word.control.is_open());
        assert_eq!(error_count(word, counted, &limits), 4096);
    }
    for_each_strategy!(count_to_the_end);
}

/// The seam for strategies that begin with a count of their own.
#[test]
fn what_a_strategy_starts_with_is_kept_wherever_it_starts() {
    let fresh = Kept { count: 0xFFF, stamp: 0 };
    let new = Word::new(fresh.count);
    assert_eq!((new.kept(), new.control.phase()), (fresh, State::Closed));
    let forced = force(new, State::ForcedOpen, fresh.count);
    assert_eq!(forced.kept(), Kept::default());
    let word = force(forced, State::Closed, fresh.count);
    assert_eq!((word.kept(), word.control.phase()), (fresh, State::Closed));
    assert_eq!(word.control.0 & 0x1_FFFF, 2, "two moves of the generation, no openings");
}

#[test]
fn the_openings_stop_at_fifteen_and_move_nothing_else() {
    let limits = limits(4096, 1, 1);
    let mut word = opened(NEW, &limits);
    for openings in 1..40_u16 {
        assert_eq!(errors(word, &limits), 4095 + openings.min(15));
        assert_eq!(word.control.0 & 0x1FFF, u32::from(openings), "one move of the generation each");
        let out = probe(word, &limits);
        word = end(Consecutive, out, out.control, Verdict::Failure, &limits);
        assert!(word.control.is_open());
    }
}

#[test]
fn the_largest_recovery_stays_in_its_fields() {
    let limits = limits(1, 32, 15);
    let mut word = opened(NEW, &limits);
    // Fifteen slots, and no sixteenth.
    for slots in 1..=15 {
        word = probe(word, &limits);
        assert_eq!((word.control.in_flight(), word.control.successes()), (slots, 0));
    }
    assert_eq!(admit(word, word.stamp, &limits), Err(Some(1)));
    // They pass on until the number of the round comes again; the successes stay.
    let mut successes = 0;
    for round in 1..=16 {
        word = probe(word, &limits);
        word = end(Consecutive, word, word.control, Verdict::Success, &limits);
        successes += 1;
        let control = word.control;
        assert_eq!((control.round(), control.successes()), (round % 8, successes));
        assert_eq!((control.in_flight(), control.openings()), (0, 1));
        for _ in 0..15 {
            word = probe(word, &limits);
        }
        assert_eq!((word.control.in_flight(), word.control.successes()), (15, successes));
    }
    for successes in successes + 1..32 {
        word = end(Consecutive, word, word.control, Verdict::Success, &limits);
        assert_eq!(success_count(word.control), successes as u16);
        assert_eq!(word.control.in_flight(), 31 - successes);
    }
    word = end(Consecutive, word, word.control, Verdict::Success, &limits);
    assert_eq!((word.control.phase(), word.control.0 & !0x1FFF), (State::Closed, 0));
}

/// The promise with its number: a result counts only in the generation that admitted it, and the
/// generation comes round after 8,192 moves.
#[test]
fn a_result_counts_again_after_8192_moves_and_not_before() {
    let limits = limits(1, 1, 1);
    let admitted = NEW.control;
    let mut word = NEW;
    for _ in 1..8192 {
        word = reset(word);
        assert_eq!(end(Consecutive, word, admitted, Verdict::Failure, &limits), word);
    }
    word = reset(word);
    assert!(end(Consecutive, word, admitted, Verdict::Failure, &limits).control.is_open());
}

#[test]
fn one_call_outlives_4095_cycles_of_opening_and_closing() {
    let limits = limits(1, 1, 1);
    let admitted = NEW.control;
    let mut word = NEW;
    for cycle in 1..=4096 {
        word = opened(word, &limits);
        assert_eq!(end(Consecutive, word, admitted, Verdict::Failure, &limits), word);
        word = probe(word, &limits);
        assert_eq!(end(Consecutive, word, admitted, Verdict::Success, &limits), word);
        word = end(Consecutive, word, word.control, Verdict::Success, &limits);
        assert!(word.control.is_closed() && word.control.is_clean());
        let counts = end(Consecutive, word, admitted, Verdict::Failure, &limits) != word;
        assert_eq!(counts, cycle == 4096);
    }
}

/// The generation alone would let a call that was admitted in `Closed` end a later recovery.
#[test]
fn a_generation_that_has_come_round_in_another_phase_is_stale() {
    let limits = limits(1, 2, 1);
    let admitted = NEW.control;
    let word = (1..8192).fold(NEW, |word, _| reset(word));
    let word = opened(word, &limits);
    assert_eq!(word.control.0 & 0x1FFF, admitted.0 & 0x1FFF);
    let word = probe(word, &limits);
    for verdict in [Verdict::Success, Verdict::Failure, Verdict::Ignore] {
        assert_eq!(end(Consecutive, word, admitted, verdict, &limits), word);
    }
}

/// The one exception to the limit of probes, with its number.
#[test]
fn a_probe_eight_rounds_old_gives_back_one_slot_too_many() {
    let limits = limits(1, 32, 1);
    let mut word = probe(opened(NEW, &limits), &limits);
    let hung = word.control;
    for _ in 1..8 {
        word = probe(word, &limits);
        let after = end(Consecutive, word, hung, Verdict::Ignore, &limits);
        assert_eq!(after, word, "not its slot");
    }
    word = probe(word, &limits);
    word = end(Consecutive, word, hung, Verdict::Ignore, &limits);
    assert_eq!(word.control.in_flight(), 0);
    // Its own probe ends later: nothing is left to give back, and nothing underflows.
    assert_eq!(end(Consecutive, word, word.control, Verdict::Ignore, &limits), word);
}

#[test]
fn a_refusal_tells_its_wait_and_no_other_value_is_one() {
    for ticks in [1, 2, 30_000, Limits::LONGEST - 1, Limits::LONGEST] {
        assert_eq!(Answer::wait(0, ticks).map(Answer::ticks), Some(Some(ticks)));
    }
    assert_eq!(Answer::BY_HAND.ticks(), None);
    assert_eq!(Answer::JUST_THIS.ticks(), Some(0));
}

#[test]
fn a_stamp_in_the_slack_waits_the_whole_timeout_and_an_older_one_not_at_all() {
    for timeout in [1, 2, 30_000, Limits::LONGEST] {
        let left = |age| Answer::wait(age, timeout).map(Answer::ticks);
        assert_eq!(left(0), Some(Some(timeout)));
        assert_eq!(left(timeout - 1), Some(Some(1)));
        assert_eq!(left(timeout), None);
        assert_eq!(left(u32::MAX - SLACK), None, "the oldest");
        assert_eq!(
            left(u32::MAX - SLACK + 1),
            Some(Some(timeout)),
            "the most that it may be newer"
        );
        assert_eq!(left(u32::MAX), Some(Some(timeout)), "a moment newer");
    }
}

#[test]
fn the_longest_timeout_is_told_from_both_ends_of_the_range() {
    let mut limits = limits(1, 1, 1);
    limits.set_recovery_timeout(1 << 31);
    let word = opened(NEW, &limits);
    let later = |age: u32| word.stamp.wrapping_add(age);
    assert_eq!(state(word, at(later((1 << 31) - 1)), |_| 1 << 31), State::Open);
    assert_eq!(admit(word, later((1 << 31) - 1), &limits), Err(Some(1)));
    assert_eq!(state(word, at(later(1 << 31)), |_| 1 << 31), State::HalfOpen);
    assert!(admit(word, later(1 << 31), &limits).is_ok());
    assert_eq!(admit(word, later(u32::MAX), &limits), Err(Some(1 << 31)));
}
