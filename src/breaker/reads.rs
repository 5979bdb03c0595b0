//! What a breaker tells.

use super::CircuitBreaker;
use crate::circuit::Circuit;
use crate::clock::Clock;
use crate::engine::{self, Admission};
use crate::error::Rejected;
use crate::machine::Answer;
use crate::state::State;
use crate::strategy::{Strategy, Which};
use crate::ticks::Ticks;
use crate::wait::Wait;

/// Reads. Each is pure: reading the state does not change it.
impl<C: Clock, S: Strategy, R> CircuitBreaker<C, S, R> {
    /// The id that it was given.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.head.fixed().id
    }

    /// The state now: an open breaker reads [`State::HalfOpen`] as soon as its recovery timeout is
    /// over (inclusive), before any probe.
    #[must_use]
    pub fn state(&self) -> State {
        engine::state(self.parts())
    }

    /// The strategy's count while closed. From the first opening until it closes again: the threshold
    /// + openings − 1, stopping at the threshold + 14. 0 while forced, and before anything is known.
    #[must_use]
    pub fn error_count(&self) -> u16 {
        engine::error_count(self.parts())
    }

    /// Which of two strategies ([`Either`](crate::Either)) opened it last, as an observer may ask when it is told of an
    /// opening. `None` before the first such opening, and with a single strategy. A failed probe, a hand and a
    /// [fatal](crate::Verdict::Fatal) result open it without a strategy.
    ///
    /// ```
    /// # use mcb::{CircuitBreaker, Config, Consecutive, CountWindow, Either, ManualClock};
    /// use mcb::strategy::Which;
    ///
    /// # static CLOCK: ManualClock = ManualClock::new();
    /// static DB: CircuitBreaker<&ManualClock, Either<Consecutive, CountWindow<20>>> =
    ///     CircuitBreaker::new(&Config::new("db").or_count_window::<20>(50, 10), &CLOCK);
    /// for call in 0..10 {
    ///     let _ = DB.call(|| if call % 2 == 0 { Err("refused") } else { Ok(()) });
    /// }
    /// assert_eq!(DB.opened_by(), Some(Which::Second)); // five of ten, and no two in a row
    /// ```
    #[must_use]
    pub fn opened_by(&self) -> Option<Which> {
        self.strategy.opened_by(&self.memory)
    }

    /// The successes of the present recovery, 0 in every other state.
    #[must_use]
    pub fn success_count(&self) -> u16 {
        engine::success_count(self.parts())
    }

    /// The tick of its last opening, in every state; `None` before the first. Forcing and resetting
    /// leave it alone.
    ///
    /// # Wraparound
    ///
    /// Kept in 32 bits, where 0 means never: an opening at tick 0 reads 1. With `u64` ticks it is the
    /// last tick up to now with these low bits, so older than 2³² ticks it reads too late.
    #[must_use]
    pub fn open_time(&self) -> Option<C::Ticks> {
        self.head.storage.opened().map(|tick| self.head.clock.now().back_to(tick))
    }

    /// The time since its last opening, in every state; `None` before the first.
    ///
    /// # Wraparound
    ///
    /// It comes round after 2³² ticks, also with `u64` ticks, of which 32 bits are kept.
    #[must_use]
    pub fn since_opening(&self) -> Option<Wait> {
        engine::since_opening(self.parts())
    }

    /// The openings in a row, 0 to 15: the level by which [`Recovery`](crate::Recovery) grows and locks out. 0 while
    /// closed, unless a [`reset_time`](crate::Recovery::reset_time) keeps it: then it is what the last closing left,
    /// and falls when the breaker opens again. 0 once it is forced or reset.
    #[must_use]
    pub fn openings(&self) -> u8 {
        engine::openings(self.parts())
    }

    /// What is left of a [slow start](crate::Config::slow_start); `None` in every other state.
    #[must_use]
    pub fn slow_start_left(&self) -> Option<Wait> {
        engine::slow_start_left(self.parts())
    }

    /// The tick until which the last opening lasts or lasted: [`open_time`](Self::open_time) and the
    /// how long it lasts. `None` before the first opening, in [`State::ForcedOpen`] and in [`State::LockedOut`]. Exact
    /// while it is open; later without the jitter and what was asked for, which nobody keeps.
    #[must_use]
    pub fn recovery_start_time(&self) -> Option<C::Ticks> {
        let control = self.head.storage.present();
        if control.needs_a_hand() {
            return None;
        }
        let lasts = self.head.fixed().last_duration(control);
        self.open_time().map(|opened| opened.after(lasts))
    }

    /// When a call may pass: zero where it may now, `None` in [`State::ForcedOpen`] and [`State::LockedOut`], where only
    /// a hand can tell. While it is open that is the time left of the opening, and where all probes are under way that of
    /// the last one's slot. Asking takes no probe's slot.
    #[must_use]
    #[doc(alias = "time_left")]
    pub fn retry_after(&self) -> Option<Wait> {
        // With the rate as a constant, which makes a division by it cheap (growth, wait_ms).
        self.head.look().answer.ticks().map(|ticks| Wait::new(ticks, C::HZ))
    }

    /// The present tick.
    pub(crate) fn now(&self) -> C::Ticks {
        self.head.clock.now()
    }

    /// Whether it is open now, as a rejection; judges nothing and takes no slot.
    ///
    /// For what belongs to calls that this breaker guards elsewhere: a bus that only the driver's own transfers should
    /// use, which are guarded as a whole. Where it reads half-open everything passes, the probe's own transfers among it.
    /// Never in place of a call: between asking and calling the state may change, and what follows is not judged.
    ///
    /// # Errors
    ///
    /// [`Rejected`] while it is `Open`, `LockedOut` or `ForcedOpen`, and does not [only
    /// observe](crate::Config::observe_only).
    pub fn check(&self) -> Result<(), Rejected> {
        let control = self.head.storage.control();
        let shut = control.is_open() || control.needs_a_hand();
        if !shut || self.strategy.observes_only() {
            return Ok(());
        }
        let Admission { control, answer } = self.head.look();
        let passes = answer.is(Answer::AS_IT_IS) || answer.is(Answer::PROBE);
        // It may have been moved in between; whatever it is now, half-open passes.
        if passes || control.is_half_open() { Ok(()) } else { Err(self.rejected(control, answer)) }
    }
}

impl<C: Clock, S: Strategy, R> core::fmt::Debug for CircuitBreaker<C, S, R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let circuit: &dyn Circuit = self;
        circuit.fmt(f)
    }
}
