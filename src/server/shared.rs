//! What the handles of one breaker share: the breaker, and those that took its place when its settings changed.

use core::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::breaker::CircuitBreaker;
use crate::circuit::Circuit;
use crate::clock::Clock;
use crate::config::{Config, ConfigError, Recovery};
use crate::engine::{Fixed, Parts, Seal};
use crate::observe::Observer;
use crate::storage::Storage;
use crate::strategy::{AnyStrategy, Kept};

/// A breaker of one version of the settings. The rules are its handles' business.
pub(super) type Inner<C> = CircuitBreaker<C, AnyStrategy, ()>;

pub(super) type Told = Arc<dyn Observer + Send + Sync>;

/// The versions of a breaker. The present one is found by a load and a branch, since most breakers never see another
/// (peers, mcb-server). They stay for as long as the breaker does: a permit, a future or a reference may be out that
/// came from one.
pub(super) struct Shared<C: Clock> {
    first: Inner<C>,
    later: boxcar::Vec<Inner<C>>,
    /// The number of the present one: 0 for the first.
    present: AtomicUsize,
    clock: C,
    observer: Option<Told>,
    changing: Mutex<()>,
}

impl<C: Clock + Clone> Shared<C> {
    pub(super) fn new(
        config: Config<C, AnyStrategy>,
        clock: C,
        observer: Option<Told>,
    ) -> Result<Self, ConfigError> {
        let first = Inner::from_config(planned(config), clock.clone())?;
        let first = told(first, observer.as_ref());
        let (later, present, changing) = (boxcar::Vec::new(), AtomicUsize::new(0), Mutex::new(()));
        Ok(Shared { first, later, present, clock, observer, changing })
    }

    /// Goes on under other settings; whether they are others.
    pub(super) fn change(&self, config: Config<C, AnyStrategy>) -> Result<bool, ConfigError> {
        // A clock that panics leaves everything as it was.
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let old = self.present();
        let config = old.as_settings_of(planned(config));
        let new = Inner::from_config(config, self.clock.clone())?;
        if new.has_settings_of(old) {
            return Ok(false);
        }
        let taken = old.hand_over(&new, None);
        let version = self.later.push(told(new, self.observer.as_ref())) + 1;
        self.present.store(version, Ordering::Release);
        // What opened, closed or forced the old one between the two; and nothing does from now on.
        old.outdate();
        old.hand_over(self.of(version), Some(taken));
        Ok(true)
    }
}

impl<C: Clock> Shared<C> {
    #[inline]
    pub(super) fn version(&self) -> usize {
        self.present.load(Ordering::Acquire)
    }

    #[inline]
    pub(super) fn of(&self, version: usize) -> &Inner<C> {
        match version {
            0 => &self.first,
            later => self.later(later),
        }
    }

    // Out of line, since few ask (peers, mcb-server).
    #[inline(never)]
    fn later(&self, version: usize) -> &Inner<C> {
        self.later.get(version - 1).unwrap_or(&self.first)
    }

    #[inline]
    pub(super) fn present(&self) -> &Inner<C> {
        self.of(self.version())
    }
}

/// The present one at each question, so that who keeps a reference sees and changes the breaker and not what it was
/// before its settings changed. All that questions have in common is the same in all versions: the clock, who is told,
/// and the type.
impl<C: Clock> Parts for Shared<C> {
    fn storage(&self, seal: Seal) -> &Storage {
        self.present().storage(seal)
    }

    fn fixed(&self, seal: Seal) -> &Fixed {
        self.present().fixed(seal)
    }

    fn numbers(&self, seal: Seal) -> (u32, u32) {
        self.present().numbers(seal)
    }

    fn now(&self, seal: Seal) -> (u32, u32) {
        Parts::now(self.present(), seal)
    }

    fn age(&self, stamp: u32, seal: Seal) -> u32 {
        self.present().age(stamp, seal)
    }

    fn counted(&self, kept: Kept, seal: Seal) -> (u16, u32) {
        self.present().counted(kept, seal)
    }

    fn own_observer(&self, seal: Seal) -> Option<&dyn Observer> {
        self.present().own_observer(seal)
    }
}

impl<C: Clock> Circuit for Shared<C> {}

// As of a breaker: each state is settled whenever user code runs.
impl<C: Clock> UnwindSafe for Shared<C> {}
impl<C: Clock + RefUnwindSafe> RefUnwindSafe for Shared<C> {}

/// With a plan of recovery, if only of constant openings: only under one can an opening that is handed over last as long
/// as it was to.
fn planned<C: Clock>(config: Config<C, AnyStrategy>) -> Config<C, AnyStrategy, ()> {
    let config = config.with_rules(());
    if config.has_recovery() { config } else { config.with_recovery(Recovery::new()) }
}

fn told<C: Clock>(breaker: Inner<C>, observer: Option<&Told>) -> Inner<C> {
    match observer {
        Some(observer) => breaker.with_hooks(Arc::clone(observer)),
        None => breaker,
    }
}
