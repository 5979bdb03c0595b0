//! A breaker that outlives its memory.

mod bytes;
mod error;
#[cfg(feature = "serde")]
mod values;

use core::time::Duration;

pub use error::SnapshotError;

use crate::engine::Fixed;
use crate::machine::{Saved, Schedule};
use crate::state::State;
use crate::strategy::Fingerprint;

/// What a breaker was, to be written down before a reset of the processor or a deep sleep and taken over after it:
/// [`CircuitBreaker::snapshot`](crate::CircuitBreaker::snapshot) and
/// [`restore`](crate::CircuitBreaker::restore).
///
/// It keeps the state, the openings in a row, and of an opening how long it lasts and what is left of it; 16 bytes
/// ([`to_bytes`](Self::to_bytes)), or with the feature `serde` values. A closed breaker is restored clean (with its
/// level, if a [`reset_time`](crate::Recovery::reset_time) keeps one), one in a slow start likewise, a half-open one as
/// open and over, so that the next call is a probe. Forced states and lockout stay.
///
/// It is of one breaker and its configuration: id, strategy and all limits, and the rate of the clock. Under another one
/// it is refused, and so are bytes that were damaged or cut.
///
/// ```
/// use core::time::Duration;
/// use mcb::{CircuitBreaker, Config, ManualClock, Slept, Snapshot, State};
///
/// static CONFIG: Config<ManualClock> = Config::new("modem").error_threshold(1);
/// // RAM that survives a reset, a word in flash, the registers of a real-time clock.
/// let mut kept = [0; Snapshot::SIZE];
///
/// let modem = CircuitBreaker::try_new(&CONFIG, ManualClock::new()).unwrap();
/// let _ = modem.call(|| Err::<(), _>("no carrier"));
/// kept.copy_from_slice(&modem.snapshot().to_bytes());
///
/// // The processor has slept for 20 s and begins anew, its clock too.
/// let modem = CircuitBreaker::try_new(&CONFIG, ManualClock::new()).unwrap();
/// match Snapshot::from_bytes(&kept) {
///     Ok(snapshot) => modem.restore(&snapshot, Slept::For(Duration::from_secs(20)))?,
///     Err(_) => {} // nothing was written yet, or it was damaged: it begins closed
/// }
/// assert_eq!(modem.state(), State::Open);
/// assert_eq!(modem.retry_after().unwrap().as_millis(), 10_000);
/// # Ok::<(), mcb::SnapshotError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub(crate) saved: Saved,
    pub(crate) configuration: u32,
}

/// How long the processor slept between a snapshot and its restoration, while the breaker's clock stood still or began
/// anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slept {
    /// Nobody knows: what was left of an opening is left from now on.
    Unknown,
    /// That long, in which time went by for the breaker: taken off from what is left of an opening, and counted for the
    /// [level](crate::Recovery#the-level). Rounded down to a millisecond and to a tick, so that no opening is shorter
    /// than asked; a sleep that the clock itself has seen is none: `Slept::For(Duration::ZERO)`.
    For(Duration),
}

impl Snapshot {
    /// The bytes that it takes.
    pub const SIZE: usize = 16;

    /// The state that is restored, before any sleep.
    #[must_use]
    pub fn state(&self) -> State {
        self.saved.state()
    }

    /// The openings in a row, 0 to 15.
    #[must_use]
    pub const fn openings(&self) -> u8 {
        self.saved.level
    }

    /// What is left of an opening, in ticks of the breaker's clock, before any sleep; 0 in every state but `Open`.
    #[must_use]
    pub fn ticks_left(&self) -> u32 {
        self.saved.left()
    }
}

/// What stands for a configuration: all that decides, but for the seed of the jitter, which is a device's and not a
/// setting, and for who is told.
pub(crate) fn configuration(fixed: &Fixed, hz: u32, strategy: u32) -> u32 {
    let limits = &fixed.limits;
    let mut print = Fingerprint::NEW
        .with_text(fixed.id)
        .with(hz)
        .with(strategy)
        .with(limits.recovery_timeout)
        .with(limits.probe_timeout)
        .with(u32::from(limits.error_threshold))
        .with(u32::from(limits.recovery_threshold))
        .with(u32::from(limits.max_probes))
        .with(limits.dropped as u32);
    let Some(recover) = fixed.recover() else { return print.number() };
    let plan = &recover.plan;
    print = match plan.schedule {
        Schedule::Constant => print.with(1),
        Schedule::Growing { factor, cap } => print.with(2).with(factor).with(cap),
        Schedule::Shots { ticks, shots } => {
            ticks.iter().fold(print.with(3).with(u32::from(shots)), |print, &shot| print.with(shot))
        }
    };
    let (lockout, probes) = (u32::from(plan.lockout), u32::from(plan.start_by_probing));
    let print = print.with(plan.jitter).with(plan.max_wait).with(plan.reset_time);
    print.with(lockout).with(probes).number()
}
