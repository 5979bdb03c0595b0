//! `defmt::Format` for every public type, in one place, so that the types need not carry what one feature wants.
//!
//! What has a `Display` reads the same, the rest looks as with `Debug`.

#![allow(clippy::match_same_arms)] // texts become numbers of symbols, which clippy takes to be alike

mod told;

use defmt::{Format, Formatter, write};

use crate::breaker::{CallAsync, CallAsyncOn, CircuitBreaker, Permit};
use crate::circuit::Circuit;
use crate::clock::{CachedClock, Clock, FnClock, ManualClock};
use crate::config::{Config, ConfigError, ConfigErrorKind, Settings};
use crate::error::{Error, Rejected};
use crate::last_good::{LastGood, Reading};
use crate::machine::Limits;
use crate::observe::Hooks;
use crate::rules::{Detect, EveryError, Kinds, Lists, Reporting};
use crate::state::{Cause, Reason, State, Transition};
use crate::strategy::{Consecutive, Kept, NetError, Step, Strategy};
use crate::verdict::Verdict;
use crate::wait::Wait;

/// What shows its name and nothing else.
macro_rules! named {
    ($($type:ty $([$($generics:tt)*])? = $name:tt)*) => {$(
        impl $(<$($generics)*>)? Format for $type {
            fn format(&self, f: Formatter<'_>) {
                write!(f, $name);
            }
        }
    )*};
}

/// An enum without fields, by the names of its variants.
macro_rules! variants {
    ($($type:ident { $($variant:ident = $name:tt)* })*) => {$(
        impl Format for $type {
            fn format(&self, f: Formatter<'_>) {
                match self {
                    $($type::$variant => write!(f, $name),)*
                }
            }
        }
    )*};
}

#[cfg(any(
    feature = "embedded-hal",
    feature = "embedded-io",
    feature = "embedded-io-06",
    feature = "embedded-storage"
))]
mod bus;
mod many;
mod strategies;

// States, and what changes them.

variants! {
    Verdict { Success = "Success" Failure = "Failure" Fatal = "Fatal" Ignore = "Ignore" }
}

impl Format for State {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}", self.as_str());
    }
}

impl Format for Cause {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}", self.as_str());
    }
}

impl Format for Reason {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Reason::Failure(cause) => write!(f, "Failure({})", cause),
            Reason::Success => write!(f, "Success"),
            Reason::Time => write!(f, "Time"),
            Reason::ByHand => write!(f, "ByHand"),
            Reason::Restored => write!(f, "Restored"),
        }
    }
}

impl Format for Transition {
    fn format(&self, f: Formatter<'_>) {
        let Transition { id, from, to, reason, error_count } = *self;
        write!(
            f,
            "Transition {{ id: {=str}, from: {}, to: {}, reason: {}, error_count: {=u16} }}",
            id, from, to, reason, error_count
        );
    }
}

// What a call returns.

impl Format for Wait {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u32:ms} s", self.as_millis());
    }
}

impl Format for Rejected {
    fn format(&self, f: Formatter<'_>) {
        let Rejected { id, state, retry_after, error_count } = *self;
        write!(f, "circuit {=str} is {}", id, state);
        match retry_after {
            None => return,
            Some(wait) if wait.is_zero() => write!(f, ", retry now"),
            Some(wait) => write!(f, ", retry in {}", wait),
        }
        let s = if error_count == 1 { "" } else { "s" };
        write!(f, " ({=u16} error{=str})", error_count, s);
    }
}

impl<E: Format> Format for Error<E> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Error::Rejected(rejected) => rejected.format(f),
            Error::Inner(error) => error.format(f),
        }
    }
}

#[cfg(feature = "embedded-hal-async")]
impl<E: Format> Format for crate::time_limit::TimedError<E> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            crate::time_limit::TimedError::TimedOut => write!(f, "time limit has passed"),
            crate::time_limit::TimedError::Inner(error) => error.format(f),
        }
    }
}

impl<T: Format> Format for Reading<T> {
    fn format(&self, f: Formatter<'_>) {
        let Reading { value, age, fresh } = self;
        write!(f, "Reading {{ value: {}, age: {}, fresh: {=bool} }}", value, age, fresh);
    }
}

named! { LastGood<T, C> [T, C: Clock] = "LastGood" }

// Settings.

impl Format for ConfigErrorKind {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}", self.name());
    }
}

impl Format for ConfigError {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}", self.message().as_str());
    }
}

// Hooks need not show themselves.
impl<C, S: Format, R: Format> Format for Config<C, S, R> {
    fn format(&self, f: Formatter<'_>) {
        let Settings { fixed, strategy, rules } = &self.settings;
        let Limits { recovery_timeout, probe_timeout, error_threshold, .. } = fixed.limits;
        let Limits { recovery_threshold, max_probes, dropped, .. } = fixed.limits;
        write!(f, "Config {{ id: {=str}, error_threshold: {=u16}, ", fixed.id, error_threshold);
        write!(f, "recovery_threshold: {=u8}, max_probes: {=u8}, ", recovery_threshold, max_probes);
        write!(
            f,
            "recovery_timeout: {=u32}, probe_timeout: {=u32}, ",
            recovery_timeout, probe_timeout
        );
        write!(f, "dropped: {}, strategy: {}, rules: {} }}", dropped, strategy, rules);
    }
}

named! {
    Consecutive = "Consecutive"
    NetError = "NetError"
    EveryError = "EveryError"
    Hooks<O> [O] = "Hooks"
}

impl Format for Kept {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "Kept {{ count: {=u16}, stamp: {=u32} }}", self.count, self.stamp);
    }
}

impl Format for Step {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Step::Keep(kept) => write!(f, "Keep({})", kept),
            Step::Trip => write!(f, "Trip"),
        }
    }
}

impl<K: Format, const B: usize, const W: usize> Format for Kinds<K, B, W> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "Kinds {{ blacklist: {}, whitelist: {} }}", self.blacklist, self.whitelist);
    }
}

// Predicates do not show themselves; how many there are is something.
impl<E, const B: usize, const W: usize> Format for Lists<E, B, W> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "Lists<{=usize}, {=usize}>", B, W);
    }
}

impl<T, R: Format> Format for Detect<T, R> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "Detect {{ rules: {} }}", self.rules);
    }
}

impl<F, R: Format> Format for Reporting<F, R> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "Reporting {{ rules: {} }}", self.rules);
    }
}

// Clocks.

impl<const HZ: u32> Format for ManualClock<HZ> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "ManualClock({=u32})", self.now());
    }
}

impl<C: Clock> Format for CachedClock<C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "CachedClock({=u32})", self.now());
    }
}

impl<T, const HZ: u32, const RESOLUTION: u32> Format for FnClock<T, HZ, RESOLUTION> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "FnClock<{=u32}>", HZ);
    }
}

#[cfg(feature = "std")]
named! { crate::clock::StdClock = "StdClock" }

#[cfg(feature = "embassy-time")]
named! { crate::clock::EmbassyTime = "EmbassyTime" }

#[cfg(feature = "quanta")]
named! { crate::clock::QuantaClock = "QuantaClock" }

#[cfg(feature = "embedded-time")]
named! { crate::clock::EmbeddedTime<K> [K] = "EmbeddedTime" }

#[cfg(any(feature = "fugit", feature = "fugit-03"))]
named! { crate::clock::Fugit<I> [I] = "Fugit" }

#[cfg(feature = "rtic-time")]
named! { crate::clock::RticTime<M> [M] = "RticTime" }

// Breakers.

impl Format for dyn Circuit + '_ {
    fn format(&self, f: Formatter<'_>) {
        let (errors, successes) = (self.error_count(), self.success_count());
        write!(
            f,
            "Circuit {{ id: {=str}, state: {}, error_count: {=u16}, success_count: {=u16} }}",
            self.id(),
            self.state(),
            errors,
            successes
        );
    }
}

impl Format for dyn Circuit + Sync + '_ {
    fn format(&self, f: Formatter<'_>) {
        (**self).format(f);
    }
}

impl Format for dyn Circuit + Send + Sync + '_ {
    fn format(&self, f: Formatter<'_>) {
        (**self).format(f);
    }
}

impl<C: Clock, S: Strategy, R> Format for CircuitBreaker<C, S, R> {
    fn format(&self, f: Formatter<'_>) {
        let circuit: &dyn Circuit = self;
        circuit.format(f);
    }
}

impl<C: Clock, S: Strategy, R> Format for Permit<'_, C, S, R> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "Permit {{ id: {=str}, probe: {=bool} }}", self.breaker.id(), self.is_probe());
    }
}

impl<F, C: Clock, S: Strategy, R> Format for CallAsync<'_, F, C, S, R> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "CallAsync {{ id: {=str} }}", self.id());
    }
}

named! { CallAsyncOn<F> [F] = "CallAsyncOn" }
