//! Ticks: how a duration becomes them, and how old a stamp is.
//!
//! A stamp is the low half of a reading, 32 bits. A clock of `u32` ticks wraps with it. A clock of
//! `u64` ticks does not, and an [`Epoch`] beside the stamps remembers the upper half, so that a
//! stamp can be told to be older than the range.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use core::time::Duration;

use crate::sync;

/// Differences in the top `SLACK` ticks of the range mean "a moment newer than the reader's sample".
pub(crate) const SLACK: u32 = 1 << 16;

/// The largest age that is told.
pub(crate) const OLDEST: u32 = u32::MAX - SLACK;

/// The ticks from `earlier` to `now`, on a counter that wraps.
///
/// An interrupt may stamp a moment after the reader sampled its clock; such an `earlier` is slightly
/// *newer* than `now` and counts as 0, where plain wrapping subtraction would see an age and admit early.
#[inline]
pub(crate) const fn since(now: u32, earlier: u32) -> u32 {
    let age = now.wrapping_sub(earlier);
    if age > OLDEST { 0 } else { age }
}

/// `duration` in ticks, rounded up. Beyond the range it gives `u32::MAX`, which no setting accepts.
pub(crate) const fn ticks(duration: Duration, hz: u32) -> u32 {
    const NANOS: u64 = 1_000_000_000;
    let whole = duration.as_secs().saturating_mul(hz as u64);
    // Below 10^9 * 2^32, so it cannot overflow.
    let part = (duration.subsec_nanos() as u64 * hz as u64).div_ceil(NANOS);
    let ticks = whole.saturating_add(part);
    if ticks > u32::MAX as u64 { u32::MAX } else { ticks as u32 }
}

/// `duration` in ticks, rounded up to a millisecond and to a tick, with what a reading may be behind: without a division
/// of 64 bits. Beyond the range it gives 2³¹; no time is one tick.
pub(crate) fn ticks_at_run_time(duration: Duration, hz: u32, resolution: u32) -> u32 {
    const LONGEST: u32 = 1 << 31;
    let (whole, part) =
        (u32::try_from(duration.as_secs()), duration.subsec_nanos().div_ceil(1_000_000));
    // The rate as thousands and what remains: both products stay below 2^32.
    let part = part * (hz / 1_000) + (part * (hz % 1_000)).div_ceil(1_000);
    let whole = whole.ok().and_then(|seconds| seconds.checked_mul(hz));
    let ticks = whole.and_then(|whole| whole.checked_add(part)?.checked_add(resolution));
    ticks.unwrap_or(LONGEST).clamp(1, LONGEST)
}

/// What has passed for certain in `duration`, in ticks: rounded down to a millisecond and to a tick, without a division
/// of 64 bits.
pub(crate) fn ticks_passed(duration: Duration, hz: u32) -> u64 {
    let part = duration.subsec_millis();
    // As above.
    let part = part * (hz / 1_000) + part * (hz % 1_000) / 1_000;
    duration.as_secs().saturating_mul(u64::from(hz)).saturating_add(u64::from(part))
}

/// The integers that a clock can count in: `u32` and `u64`. Sealed.
pub trait Ticks: Copy + core::fmt::Debug + PartialEq + sealed::Sealed {
    /// The low 32 bits: what stamps hold.
    #[must_use]
    fn low(self) -> u32;

    /// The tick whose low 32 bits are `low`: at or before `self`, or newer by less than the slack, as
    /// that of an opening in an interrupt may be.
    #[must_use]
    fn back_to(self, low: u32) -> Self;

    /// `ticks` later, wrapping.
    #[must_use]
    fn after(self, ticks: u32) -> Self;

    /// All of it.
    #[doc(hidden)]
    fn wide(self) -> u64;

    /// The ticks since `earlier`, at most `u32::MAX`; 0 where it is slightly newer. Those of `u32` come round.
    #[doc(hidden)]
    fn since(self, earlier: Self) -> u32;

    /// What a breaker keeps beside its stamps: nothing for `u32`, the upper half for `u64`.
    #[doc(hidden)]
    type Epoch: Send + Sync + core::fmt::Debug;
    #[doc(hidden)]
    const EPOCH: Self::Epoch;

    /// The age of a stamp at this reading; [`OLDEST`] for one that is older. In the slack above that it is slightly
    /// newer.
    #[doc(hidden)]
    fn age(self, stamp: u32, epoch: &Self::Epoch) -> u32;

    /// A stamp of this reading, or of one just before, is about to be written; by how many epochs it is later than the
    /// latest stamp before it.
    #[doc(hidden)]
    fn mark(self, epoch: &Self::Epoch) -> u32;
}

impl Ticks for u32 {
    #[inline]
    fn low(self) -> u32 {
        self
    }

    #[inline]
    fn back_to(self, low: u32) -> u32 {
        low
    }

    #[inline]
    fn after(self, ticks: u32) -> u32 {
        self.wrapping_add(ticks)
    }

    #[inline]
    fn wide(self) -> u64 {
        u64::from(self)
    }

    #[inline]
    fn since(self, earlier: u32) -> u32 {
        since(self, earlier)
    }

    type Epoch = ();
    const EPOCH: () = ();

    #[inline]
    fn age(self, stamp: u32, (): &()) -> u32 {
        self.wrapping_sub(stamp)
    }

    #[inline]
    fn mark(self, (): &()) -> u32 {
        0
    }
}

impl Ticks for u64 {
    #[inline]
    fn low(self) -> u32 {
        self as u32
    }

    #[inline]
    fn back_to(self, low: u32) -> u64 {
        match since(self as u32, low) {
            0 => self.wrapping_add(u64::from(low.wrapping_sub(self as u32))),
            age => self.wrapping_sub(u64::from(age)),
        }
    }

    #[inline]
    fn after(self, ticks: u32) -> u64 {
        self.wrapping_add(u64::from(ticks))
    }

    #[inline]
    fn wide(self) -> u64 {
        self
    }

    #[inline]
    fn since(self, earlier: u64) -> u32 {
        self.saturating_sub(earlier).try_into().unwrap_or(u32::MAX)
    }

    type Epoch = Epoch;
    const EPOCH: Epoch = Epoch(AtomicU32::new(0));

    #[inline]
    fn age(self, stamp: u32, epoch: &Epoch) -> u32 {
        let (now, marked) = (self as u32, epoch.0.load(Relaxed));
        // Negative where somebody stamped in the next epoch since this reading was taken.
        match upper(self).wrapping_sub(marked).cast_signed() {
            // Both in one epoch: no doubt that the stamp is older, however close to the range.
            0 if now >= stamp => (now - stamp).min(OLDEST),
            ..=0 => now.wrapping_sub(stamp),
            // In the epoch before this one: no doubt that it is older.
            1 if now < stamp => now.wrapping_sub(stamp).min(OLDEST),
            _ => OLDEST,
        }
    }

    #[inline]
    fn mark(self, epoch: &Epoch) -> u32 {
        let before = sync::raise(&epoch.0, upper(self));
        let later = upper(self).wrapping_sub(before).cast_signed();
        if later > 0 { later.cast_unsigned() } else { 0 }
    }
}

/// The epoch of the latest stamp: the upper half of its tick, never lower than that of the stamp in
/// the word. It is raised before a stamp is written, and never falls, so that whoever loses the race
/// for the word does no harm.
#[derive(Debug)]
pub struct Epoch(AtomicU32);

const fn upper(tick: u64) -> u32 {
    (tick >> 32) as u32
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for u32 {}
    impl Sealed for u64 {}
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::{OLDEST, SLACK, Ticks, since, ticks_passed};

    const RANGE: u64 = 1 << 32;

    #[test]
    fn ages_are_differences_and_the_slack_has_its_width() {
        assert_eq!((SLACK, OLDEST), (1 << 16, u32::MAX - (1 << 16)));
        for earlier in [0, 1, 1 << 31, u32::MAX - 1, u32::MAX] {
            let newer = |by| since(earlier.wrapping_sub(by), earlier);
            assert_eq!(since(earlier, earlier), 0);
            assert_eq!(since(earlier.wrapping_add(1), earlier), 1);
            assert_eq!(newer(1), 0, "a moment newer");
            assert_eq!(newer(1 << 16), 0, "the most that it may be newer");
            assert_eq!(newer((1 << 16) + 1), OLDEST, "older than that");
        }
    }

    #[test]
    fn what_has_passed_is_never_told_longer() {
        for hz in [1, 999, 1_000, 32_768, 1_000_000, u32::MAX] {
            for millis in [0, 1, 2, 999, 1_000, 1_001, 59_999, 1 << 40] {
                let told = ticks_passed(Duration::from_millis(millis), hz);
                let exact = u128::from(millis) * u128::from(hz) / 1_000;
                assert_eq!(u128::from(told), exact, "{millis} ms at {hz} Hz");
            }
            assert_eq!(ticks_passed(Duration::from_nanos(999_999), hz), 0);
        }
        assert_eq!(ticks_passed(Duration::MAX, 1_000), u64::MAX);
    }

    #[test]
    fn a_stamp_leads_back_to_its_tick() {
        for now in [RANGE - 1, RANGE, 7 * RANGE + 5, u64::MAX] {
            for age in [0, 1, 1_000, 1 << 31, u64::from(OLDEST)] {
                let Some(tick) = now.checked_sub(age) else { continue };
                assert_eq!(now.back_to(tick.low()), tick, "{age} before {now}");
            }
        }
        // One of an interrupt that came between the reader's sample and its load, over the end of the low half too.
        for now in [9, RANGE - 2, 7 * RANGE] {
            for newer in [1, 5, u64::from(SLACK)] {
                assert_eq!(now.back_to((now + newer).low()), now + newer);
            }
        }
        assert_eq!((u64::MAX.after(7), u32::MAX.after(7)), (6, 6));
        assert_eq!(5_u32.back_to(9), 9);
    }

    /// The ages of a stamp taken at `stamped`, read `later` ticks after it.
    fn age(stamped: u64, later: u64) -> u32 {
        let epoch = u64::EPOCH;
        stamped.mark(&epoch);
        (stamped + later).age(stamped.low(), &epoch)
    }

    #[test]
    fn a_u64_tick_tells_every_age_up_to_the_range_and_what_is_older() {
        for stamped in [0, 1, RANGE - 1, RANGE, RANGE + 7, 5 * RANGE - 3, 1 << 60] {
            for exact in [0, 1, 1_000, (1 << 31) - 1, 1 << 31] {
                assert_eq!(u64::from(age(stamped, exact)), exact, "{stamped}");
            }
            let oldest = u64::from(OLDEST);
            for older in [
                oldest,
                oldest + 1,
                RANGE - 1,
                RANGE,
                RANGE + 1,
                RANGE * 3 / 2,
                20 * RANGE,
                1 << 50,
            ] {
                assert_eq!(age(stamped, older), OLDEST, "{stamped} {older}");
            }
        }
    }

    #[test]
    fn a_stamp_that_is_slightly_newer_than_the_reading_has_no_age() {
        for stamped in [RANGE - 5, RANGE, RANGE + 5] {
            let epoch = u64::EPOCH;
            stamped.mark(&epoch);
            assert!((stamped - 6).age(stamped.low(), &epoch) > u32::MAX - SLACK);
        }
    }

    #[test]
    fn an_epoch_never_falls() {
        let epoch = u64::EPOCH;
        (7 * RANGE).mark(&epoch);
        (6 * RANGE + 9).mark(&epoch); // somebody who was slow, and loses the race for the word
        assert_eq!((7 * RANGE + 50).age(0, &epoch), 50);
    }

    #[test]
    fn a_u32_tick_wraps_with_the_stamp() {
        assert_eq!(3_u32.age(u32::MAX, &()), 4);
    }
}
