//! The breaker: configuration, clock and word put together.
//!
//! One call, from admission to result: [`CircuitBreaker::call`] loads the control half. Closed and
//! clean it is admitted as it is; anything else goes out of line to `enter`. After the call the rules
//! judge the result. A success that finds the control as it was is done; anything else goes to
//! `settle`, which moves the word and tells the hooks.

mod call;
mod future;
mod permit;
mod reads;
mod recover;
mod wrap;

pub use permit::Permit;
pub use recover::Helped;
pub use wrap::Wrap;

use crate::cell::Cell;
use crate::clock::{Clock, Ticks};
use crate::config::{Config, ConfigError, Settings};
use crate::error::{Rejected, Wait};
use crate::hooks::{Cause, Observer, Transition};
use crate::log;
use crate::rules::{EveryError, Verdict};
use crate::state::{self, Control, State, Word};
use crate::strategy::{Consecutive, Strategy};

/// A circuit breaker: it counts failures of what it guards, and rejects calls for a while when there
/// are too many.
///
/// Any functions can share one; it lives in a `static` and is used through `&self` from tasks and
/// interrupts at once. A successful call on a clean closed breaker costs a load and a branch before
/// and a load and a compare after: no clock, no write, no lock.
///
/// `C` is the [clock](crate::Clock), `S` the [strategy](crate::strategy), `R` the
/// [rules](crate::rules) and [hooks](crate::hooks).
///
/// ```
/// use core::time::Duration;
/// use mcb::{CircuitBreaker, Config, Error, ManualClock, State};
///
/// static CLOCK: ManualClock = ManualClock::new(); // your own clock in real life
/// static IMU: CircuitBreaker<&ManualClock> = CircuitBreaker::new(
///     &Config::new("imu").error_threshold(2).recovery_timeout(Duration::from_millis(500)),
///     &CLOCK,
/// );
///
/// fn read() -> Result<u16, &'static str> { Err("nack") }
///
/// assert_eq!(IMU.call(read), Err(Error::Inner("nack")));
/// assert_eq!(IMU.call(read), Err(Error::Inner("nack")));
/// assert_eq!(IMU.state(), State::Open);
/// assert!(IMU.call(read).unwrap_err().is_rejected()); // read() did not run
///
/// CLOCK.advance(Duration::from_millis(500));
/// assert_eq!(IMU.call(|| Ok::<_, ()>(42)), Ok(42)); // the probe
/// assert_eq!(IMU.state(), State::Closed);
/// ```
///
/// # Invariants
///
/// Each is checked on every edge between the reachable states of small breakers (`src/state/enumeration.rs`).
///
/// - *Nothing wedges it.* Whoever waits as told, calls and succeeds closes it in
///   [`recovery_threshold`](Config::recovery_threshold) calls, whatever else is under way and never
///   ends; after [`force_open`](Self::force_open) and [`force_closed`](Self::force_closed) a reset does.
/// - *Probes are limited.* At most [`max_probes`](Config::max_probes) hold a place at a time. Only when all
///   places are taken and the last admission is a probe timeout ago do they pass on, to one call.
///   (A probe that is eight such passings late gives back a place that is no longer its own.)
/// - *A stale result changes nothing.* A result counts only in the phase and the generation that admitted
///   it; the generation moves by one where `Closed` or `HalfOpen` is left and by hand, nowhere else.
/// - *One opening a trip.* The result that opens it counts one opening, moves the generation and stamps the
///   time, all in one write; nothing else opens it.
/// - *Counts stay in their range*: errors below the threshold while closed, successes below theirs, places
///   within their limit, openings at 15 at the most.
/// - *Reads tell what the next call finds*, and change nothing. A wait is exact: a tick earlier the next call
///   is rejected, then it is admitted, unless something else happens meanwhile (or the clock has stepped back).
/// - *Health writes nothing*: a success on a clean closed breaker, an ignored result of a closed one, any
///   result of one that is forced closed, and admission to either. None of these reads the clock.
/// - *Only differences decide.* The same happens at every point of a clock that wraps.
///
/// # Interrupts
///
/// Every `&self` method may be called from an interrupt. Where the processor has no 64-bit atomics, a
/// change of the word and a read of all of it mask interrupts for a few loads and stores, never while
/// user code runs. A healthy call masks none.
///
/// # Panics
///
/// No method but the `const` constructor panics by itself. A panic in the guarded function or in a
/// rule counts as a failure, where unwinding exists, and goes on to the caller.
///
/// # Wraparound
///
/// See [`clock`](crate::clock#wraparound). A result counts only in the generation that admitted it;
/// the 13-bit generation comes round after 8,192 moves, 4,096 cycles of opening and closing within one
/// single call.
pub struct CircuitBreaker<C, S = Consecutive, R = EveryError>
where
    S: Strategy + 'static,
    R: 'static,
{
    cell: Cell,
    held: Held<S, R>,
    memory: S::Memory,
    clock: C,
}

/// Where the configuration is: in flash, or with `std` in the breaker itself, whether or not it was
/// known when compiling: to look there first would cost each failure and rejection a branch.
#[cfg(not(feature = "std"))]
struct Held<S: 'static, R: 'static>(&'static Settings<S, R>);
#[cfg(feature = "std")]
struct Held<S, R>(Settings<S, R>);

impl<S: Copy, R: Copy> Held<S, R> {
    const fn new(settings: &'static Settings<S, R>) -> Self {
        #[cfg(feature = "std")]
        let settings = *settings;
        Held(settings)
    }
}

impl<S, R> Held<S, R> {
    #[inline]
    fn settings(&self) -> &Settings<S, R> {
        #[cfg(feature = "std")]
        let Held(settings) = self;
        #[cfg(not(feature = "std"))]
        let Held(settings) = *self;
        settings
    }
}

/// What `enter` answers, in two registers.
#[derive(Clone, Copy)]
#[repr(C)]
struct Admission {
    control: Control,
    /// 0: admitted. Else the ticks left; timeouts are at most 2^31.
    wait: u32,
}

/// No time to tell: forced open.
const BY_HAND: u32 = u32::MAX;

impl<C: Clock, S: Strategy, R: Copy> CircuitBreaker<C, S, R> {
    /// A breaker with a configuration in flash, for a `static`.
    ///
    /// # Panics
    ///
    /// When a setting is out of range: in const evaluation that is a compile error which names the
    /// field. At run time use [`try_new`](Self::try_new) instead.
    #[cfg(not(loom))]
    #[must_use]
    #[allow(clippy::missing_panics_doc)]
    pub const fn new(config: &'static Config<C, S, R>, clock: C) -> Self {
        if let Err(error) = config.settings.check(C::HZ) {
            panic!("{}", error.message());
        }
        Self::build(Held::new(&config.settings), clock, Cell::new(Word::new(S::FRESH)))
    }

    /// A breaker with a configuration that lives as long as the program, checked at run time: one in a
    /// `static`, or in a `StaticCell`. A configuration that was just computed does not live so long (E0716);
    /// `from_config` (feature `std`) takes it by value.
    ///
    /// # Errors
    ///
    /// The first setting that is out of range.
    pub fn try_new(config: &'static Config<C, S, R>, clock: C) -> Result<Self, ConfigError> {
        config.settings.check(C::HZ)?;
        Ok(Self::build(Held::new(&config.settings), clock, Cell::new(Word::new(S::FRESH))))
    }

    /// A breaker that owns its configuration, which may come from wherever: a file, a command line. Needs
    /// the feature `std`.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use mcb::{CircuitBreaker, Config, StdClock};
    ///
    /// # fn main() -> Result<(), mcb::ConfigError> {
    /// let threshold = "7".parse().unwrap();
    /// let config = Config::new("db").error_threshold(threshold);
    /// let db = Arc::new(CircuitBreaker::from_config(config, StdClock)?);
    /// # assert!(db.call(|| Ok::<_, ()>(())).is_ok());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The first setting that is out of range.
    #[cfg(feature = "std")]
    pub fn from_config(config: Config<C, S, R>, clock: C) -> Result<Self, ConfigError> {
        config.settings.check(C::HZ)?;
        Ok(Self::build(Held(config.settings), clock, Cell::new(Word::new(S::FRESH))))
    }

    const fn build(held: Held<S, R>, clock: C, cell: Cell) -> Self {
        CircuitBreaker { cell, held, memory: S::MEMORY, clock }
    }
}

impl<C, S: Strategy, R> CircuitBreaker<C, S, R> {
    #[inline]
    fn settings(&self) -> &Settings<S, R> {
        self.held.settings()
    }
}

impl<C: Clock, S: Strategy, R> CircuitBreaker<C, S, R> {
    /// The low half of the present tick: what stamps hold.
    #[inline]
    fn now(&self) -> u32 {
        self.clock.now().low()
    }

    /// Inlined, so that a caller who only looks whether it was rejected does not pay for the fields.
    #[inline(always)]
    #[allow(clippy::inline_always)]
    fn rejected(&self, refusal: Admission) -> Rejected {
        let wait = if refusal.wait == BY_HAND { None } else { Some(refusal.wait) };
        Self::rejection(self.settings(), refusal.control, wait)
    }

    #[inline(always)]
    #[allow(clippy::inline_always)]
    fn rejection(settings: &Settings<S, R>, control: Control, wait: Option<u32>) -> Rejected {
        let Settings { id, limits, strategy, .. } = settings;
        let error_count = state::error_count(Word { control, stamp: 0 }, limits, strategy);
        Rejected { id, retry_after: wait.map(|ticks| Wait::new(ticks, C::HZ)), error_count }
    }
}

impl<C: Clock, S: Strategy, R: Observer> CircuitBreaker<C, S, R> {
    /// What `enter` would answer if the breaker is open and has still to wait, inlined, so that the
    /// rejection is built where it is wanted; `None` leaves the question to `enter`.
    #[inline(always)]
    #[allow(clippy::inline_always)]
    fn refuse(&self) -> Option<Rejected> {
        let word = self.cell.load();
        if !word.control.is_open() {
            return None;
        }
        let settings = self.settings();
        match state::wait(word, self.now(), &settings.limits) {
            None => None,
            wait => Some(Self::rejection(settings, word.control, wait)),
        }
    }

    /// Asks for admission where the breaker is not closed and clean.
    ///
    /// Two functions that call each other rather than a loop: a rejection then pays for no constant
    /// that only a write needs. Who loses the race for the word several times in a row uses a frame
    /// of stack for each, some 40 bytes on a Cortex-M0.
    #[cold]
    #[inline(never)]
    fn enter(&self) -> Admission {
        let old = self.cell.load();
        match state::admit(old, || self.now(), &self.settings().limits) {
            Err(wait) => Admission { control: old.control, wait: wait.unwrap_or(BY_HAND) },
            Ok(new) if new == old => Admission { control: new.control.marked(), wait: 0 },
            Ok(new) => self.enter_as_probe(old, new),
        }
    }

    #[cold]
    #[inline(never)]
    fn enter_as_probe(&self, old: Word, new: Word) -> Admission {
        if self.cell.replace(old, new) { self.entered(old, new) } else { self.enter() }
    }

    /// A probe was admitted; the first of a recovery tells the hooks.
    #[inline]
    fn entered(&self, old: Word, new: Word) -> Admission {
        let admitted = Admission { control: new.control.marked(), wait: 0 };
        if new.control.phase() == old.control.phase() {
            return admitted;
        }
        // A hook that panics must not keep the probe's place. Given back, not failed: that would be a
        // transition, and the same hook could panic again while it unwinds, which aborts.
        let place = permit::Place::new(self, new.control);
        self.tell(old, new);
        core::mem::forget(place);
        let running = permit::Running::new(self, new.control);
        let ready = self.settings().rules.before_probe(self);
        core::mem::forget(running);
        if ready { admitted } else { self.unrecovered(new.control) }
    }

    /// The recovery step of an admitted probe failed: what a rejection says of it.
    #[inline]
    fn unrecovered(&self, carried: Control) -> Admission {
        self.fail(carried, Cause::Recovery);
        // Usually open again for a whole timeout; but the hook, or somebody faster, may have moved it.
        let word = self.cell.load();
        let wait = match state::admit(word, || self.now(), &self.settings().limits) {
            Err(wait) => wait.unwrap_or(BY_HAND),
            // A wait of 0 means admitted, and this call is not: the next one may be.
            Ok(_) => 1,
        };
        Admission { control: word.control, wait }
    }

    /// Takes an outcome and tells the hooks but `on_open`; `true` when it has opened the breaker, and
    /// the caller, who knows the cause, must tell that.
    #[inline(never)]
    fn settle(&self, carried: Control, verdict: Verdict) -> bool {
        let Settings { limits, strategy, .. } = self.settings();
        loop {
            let old = self.cell.load();
            let now = || self.now();
            let new = state::settle(old, carried, verdict, now, limits, strategy, &self.memory);
            if new == old {
                return false;
            }
            if self.cell.replace(old, new) {
                return self.told(old, new, verdict);
            }
        }
    }

    /// What follows a written outcome, through whatever reference it was written.
    #[inline]
    fn told(&self, old: Word, new: Word, verdict: Verdict) -> bool {
        if old.control.phase() == new.control.phase() {
            if new.control.is_closed() {
                let failed = matches!(verdict, Verdict::Failure);
                self.settings().strategy.settled(&self.memory, old.kept(), new.kept(), failed);
            }
            return false;
        }
        self.tell(old, new);
        if new.control.is_closed() {
            self.settings().rules.on_close(self);
        }
        new.control.is_open()
    }

    /// A failure without a result to judge.
    fn fail(&self, carried: Control, cause: Cause<'_>) {
        if self.settle(carried, Verdict::Failure) {
            self.settings().rules.on_open(self, cause);
        }
    }

    fn tell(&self, old: Word, new: Word) {
        let transition = Transition { from: old.control.phase(), to: new.control.phase() };
        let Settings { id, limits, strategy, rules } = self.settings();
        log::transition(id, transition, || state::error_count(new, limits, strategy));
        rules.on_transition(self, transition);
    }

    /// By hand, to `Closed`, `ForcedOpen` or `ForcedClosed`.
    fn force(&self, to: State) {
        loop {
            let old = self.cell.load();
            let new = state::force(old, to, S::FRESH);
            if self.cell.replace(old, new) {
                if old.control.phase() != to {
                    self.tell(old, new);
                }
                return;
            }
        }
    }
}
