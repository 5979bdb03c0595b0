//! A count that failures raise by more than successes lower it.

use super::{Fingerprint, Kept, Step, Strategy, Time};

/// Opens when a count reaches `error_threshold` that a failure raises by `up` and a success lowers by `down`, never
/// below 0; what [`Config::debounce`](crate::Config::debounce) makes.
///
/// For what fails by turns. Where failures are independent the count drifts to the opening once their share is above
/// `down / (up + down)`, and below that it opens rarely: 2 and 1 with a threshold of 10 open after 89 calls, of which
/// three in ten fail, and after 9 · 10⁹ calls at one in a hundred. The counter debounce of AUTOSAR, the error counter of
/// a CAN node (8 up, 1 down, 256) and PX4's error density are this; [`NetError`](super::NetError) is 1 up, 1 down.
///
/// ```
/// use mcb::{CircuitBreaker, Config, Debounce, ManualClock, State};
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static CAN: CircuitBreaker<&ManualClock, Debounce> =
///     CircuitBreaker::new(&Config::new("can").debounce(8, 1).error_threshold(24), &CLOCK);
///
/// for _ in 0..2 {
///     let _ = CAN.call(|| Err::<(), _>("no acknowledgement"));
///     let _ = CAN.call(|| Ok::<_, &str>(()));
/// }
/// assert_eq!((CAN.state(), CAN.error_count()), (State::Closed, 14));
/// for _ in 0..2 {
///     let _ = CAN.call(|| Err::<(), _>("no acknowledgement"));
/// }
/// assert_eq!(CAN.state(), State::Open);
/// ```
///
/// # Jumps
///
/// With [`Config::jumps`](crate::Config::jumps) a failure first raises the count to one value if it is below that, and a
/// success first lowers it to another if it is above: the first failure after a calm, or the first success after a
/// storm, counts at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Debounce {
    pub(crate) up: u16,
    pub(crate) down: u16,
    pub(crate) jump_up: u16,
    pub(crate) jump_down: u16,
}

impl Debounce {
    /// The largest step up, to the highest threshold there is.
    pub(crate) const MOST_UP: u16 = 4096;
    /// The largest count.
    pub(crate) const MOST: u16 = 4095;

    pub(crate) const fn new(up: u16, down: u16) -> Self {
        Debounce { up, down, jump_up: 0, jump_down: u16::MAX }
    }

    pub(crate) const fn jumping(self, jump_up: u16, jump_down: u16) -> Self {
        Debounce { jump_up, jump_down, ..self }
    }
}

impl Strategy for Debounce {
    type Memory = ();
    type Started = ();
    const MEMORY: () = ();
    const FEWER_BITS_DO: bool = true;
    const STAMPS: bool = false;

    #[inline]
    fn record(&self, (): &(), kept: Kept, failed: bool, threshold: u16, _: &impl Time) -> Step {
        let Kept { count, stamp } = kept;
        if !failed {
            let count = count.min(self.jump_down).saturating_sub(self.down);
            return Step::Keep(Kept { count, stamp });
        }
        let count = count.max(self.jump_up).saturating_add(self.up);
        if count >= threshold { Step::Trip } else { Step::Keep(Kept { count, stamp }) }
    }

    fn fingerprint(&self) -> u32 {
        Fingerprint::NEW
            .with(11)
            .with(self.up.into())
            .with(self.down.into())
            .with(self.jump_up.into())
            .with(self.jump_down.into())
            .number()
    }

    #[inline]
    fn error_count(&self, (): &(), kept: Kept, _: &impl Time) -> u16 {
        kept.count
    }
}
