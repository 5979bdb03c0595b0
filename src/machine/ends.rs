//! The ends of the fields, where the small breakers of the enumeration do not come: the largest
//! limits, and numbers that come round.

use super::{Control, State, Word, admit, error_count, force, settle, since, state, success_count};
use crate::config::Limits;
use crate::rules::Verdict;
use crate::strategy::{Consecutive, Kept, NetError, Strategy};

const NEW: Word = Word::new(Kept { count: 0, stamp: 0 });

fn limits(errors: u16, successes: u8, probes: u8) -> Limits {
    let mut limits = Limits::DEFAULT;
    limits.error_threshold = errors;
    limits.recovery_threshold = successes;
    limits.max_probes = probes;
    limits
}

fn end<S: Strategy<Memory = ()>>(
    strategy: S,
    word: Word,
    carried: Control,
    verdict: Verdict,
    limits: &Limits,
) -> Word {
    settle(word, carried, verdict, || 5, limits, &strategy, &())
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
    admit(word, || word.stamp.wrapping_add(1), limits).unwrap()
}

#[test]
fn the_largest_error_threshold_stays_in_its_field() {
    fn count_to_the_end<S: Strategy<Memory = ()>>(strategy: S) {
        let limits = limits(4096, 1, 1);
        let mut word = NEW;
        for errors in 1..4096 {
            word = end(strategy, word, word.control, Verdict::Failure, &limits);
            let told = error_count(word, &limits, &strategy);
            assert_eq!((word.control.phase(), told), (State::Closed, errors));
            assert_eq!(word.control.0 & 0x1_FFFF, 0, "openings and generation");
        }
        word = end(strategy, word, word.control, Verdict::Failure, &limits);
        assert!(word.control.is_open());
        assert_eq!(error_count(word, &limits, &strategy), 4096);
    }
    count_to_the_end(Consecutive);
    count_to_the_end(NetError);
}

/// The seam for strategies that begin with a count of their own.
#[test]
fn what_a_strategy_starts_with_is_kept_wherever_it_starts() {
    let fresh = Kept { count: 0xFFF, stamp: 9 };
    let new = Word::new(fresh);
    assert_eq!((new.kept(), new.control.phase()), (fresh, State::Closed));
    let forced = force(new, State::ForcedOpen, Kept::default());
    let word = force(forced, State::Closed, fresh);
    assert_eq!((word.kept(), word.control.phase()), (fresh, State::Closed));
    assert_eq!(word.control.0 & 0x1_FFFF, 2, "two moves of the generation, no openings");
}

#[test]
fn the_openings_stop_at_fifteen_and_move_nothing_else() {
    let limits = limits(4096, 1, 1);
    let mut word = opened(NEW, &limits);
    for openings in 1..40_u16 {
        assert_eq!(error_count(word, &limits, &Consecutive), 4095 + openings.min(15));
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
    // Fifteen places, and no sixteenth.
    for places in 1..=15 {
        word = probe(word, &limits);
        assert_eq!((word.control.in_flight(), word.control.successes()), (places, 0));
    }
    assert_eq!(admit(word, || word.stamp, &limits), Err(Some(1)));
    // They pass on until the lease number comes round; the successes stay.
    let mut successes = 0;
    for lease in 1..=16 {
        word = probe(word, &limits);
        word = end(Consecutive, word, word.control, Verdict::Success, &limits);
        successes += 1;
        let control = word.control;
        assert_eq!((control.lease(), control.successes()), (lease % 8, successes));
        assert_eq!((control.in_flight(), control.openings()), (0, 1));
        for _ in 0..15 {
            word = probe(word, &limits);
        }
        assert_eq!((word.control.in_flight(), word.control.successes()), (15, successes));
    }
    for successes in successes + 1..32 {
        word = end(Consecutive, word, word.control, Verdict::Success, &limits);
        assert_eq!(success_count(word), successes as u16);
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
fn a_probe_eight_leases_old_gives_back_one_place_too_many() {
    let limits = limits(1, 32, 1);
    let mut word = probe(opened(NEW, &limits), &limits);
    let hung = word.control;
    for _ in 1..8 {
        word = probe(word, &limits);
        let after = end(Consecutive, word, hung, Verdict::Ignore, &limits);
        assert_eq!(after, word, "not its place");
    }
    word = probe(word, &limits);
    word = end(Consecutive, word, hung, Verdict::Ignore, &limits);
    assert_eq!(word.control.in_flight(), 0);
    // Its own probe ends later: nothing is left to give back, and nothing underflows.
    assert_eq!(end(Consecutive, word, word.control, Verdict::Ignore, &limits), word);
}

#[test]
fn ages_are_differences_and_the_guard_band_has_its_width() {
    for earlier in [0, 1, 1 << 31, u32::MAX - 1, u32::MAX] {
        assert_eq!(since(earlier, earlier), 0);
        assert_eq!(since(earlier.wrapping_add(1), earlier), 1);
        assert_eq!(since(earlier.wrapping_sub(1), earlier), 0, "a moment newer");
        assert_eq!(
            since(earlier.wrapping_sub(1 << 16), earlier),
            0,
            "the most that it may be newer"
        );
        let oldest = earlier.wrapping_sub(1 << 16).wrapping_sub(1);
        assert_eq!(since(oldest, earlier), u32::MAX - (1 << 16), "older than that");
    }
}

#[test]
fn the_longest_timeout_is_told_from_both_ends_of_the_range() {
    let mut limits = limits(1, 1, 1);
    limits.set_recovery_timeout(1 << 31);
    let word = opened(NEW, &limits);
    let at = |age: u32| word.stamp.wrapping_add(age);
    assert_eq!(state(word, || at((1 << 31) - 1), &limits), State::Open);
    assert_eq!(admit(word, || at((1 << 31) - 1), &limits), Err(Some(1)));
    assert_eq!(state(word, || at(1 << 31), &limits), State::HalfOpen);
    assert!(admit(word, || at(1 << 31), &limits).is_ok());
    assert_eq!(admit(word, || at(u32::MAX), &limits), Err(Some(1 << 31)));
}
