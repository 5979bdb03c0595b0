//! Every public type shows itself to `defmt` as well as to `Debug`; clocks in `tests/clocks`. That it compiles is the test.
#![cfg(feature = "defmt")]

use core::fmt::Debug;

use mcb::registry::{Circuits, OpenCircuits};
use mcb::strategy::{Breach, Checked, Kept, Step, Which};
use mcb::{
    CallAsync, CallAsyncOn, Cause, Circuit, CircuitBreaker, Config, ConfigError, ConfigErrorKind,
    Consecutive, CountWindow, Debounce, DecayingRate, Detect, Either, EveryError,
    FailuresPerPeriod, Hooks, Kinds, LastGood, Lists, ManualClock, NetError, Permit, Reading,
    Reason, Registry, RegistryError, Rejected, Reporting, State, TimeWindow, TimedConsecutive,
    Transition, Verdict, View, Wait,
};

fn shown<T: Debug + defmt::Format + ?Sized>() {}

type Clock = &'static ManualClock;

/// What neither `Debug` nor `Format` asks of a type parameter.
struct Silent;

#[test]
fn every_public_type_has_a_format() {
    shown::<Breach>();
    shown::<CallAsync<'_, Silent, Clock>>();
    shown::<CallAsyncOn<Silent>>();
    shown::<Cause>();
    shown::<CircuitBreaker<Clock>>();
    shown::<CircuitBreaker<Clock, NetError, Silent>>();
    shown::<dyn Circuit>();
    shown::<dyn Circuit + Sync>();
    shown::<dyn Circuit + Send + Sync>();
    shown::<Checked>();
    shown::<Circuits<'_, 2>>();
    shown::<Config<Clock>>();
    shown::<ConfigError>();
    shown::<ConfigErrorKind>();
    shown::<Consecutive>();
    shown::<CountWindow<100>>();
    shown::<Debounce>();
    shown::<DecayingRate>();
    shown::<Detect<u8>>();
    shown::<Either<Debounce, CountWindow<9>>>();
    shown::<mcb::Error<u8>>();
    shown::<EveryError>();
    shown::<FailuresPerPeriod>();
    shown::<Hooks<Silent>>();
    shown::<Kept>();
    shown::<Kinds<u8, 1, 1>>();
    shown::<LastGood<Silent, Clock>>();
    shown::<Lists<u8, 1, 1>>();
    shown::<NetError>();
    shown::<OpenCircuits<Circuits<'_, 2>>>();
    shown::<Permit<'_, Clock>>();
    shown::<Reading<u8>>();
    shown::<Reason>();
    shown::<mcb::Keyed<u8, Clock, 2>>();
    shown::<mcb::KeyedCircuits<'_, u8, Clock, 2>>();
    shown::<mcb::KeyedFull>();
    shown::<Registry<2>>();
    shown::<RegistryError>();
    shown::<Rejected>();
    shown::<Reporting<Silent>>();
    shown::<State>();
    shown::<Step>();
    shown::<TimedConsecutive>();
    shown::<TimeWindow<10>>();
    shown::<Transition>();
    shown::<Verdict>();
    shown::<View<'_>>();
    shown::<Wait>();
    shown::<Which>();
    shown::<mcb::observe::Counts>();
    shown::<mcb::observe::Statistics<Clock>>();
    shown::<mcb::observe::Told<Consecutive, Silent>>();
    shown::<mcb::Slept>();
    shown::<mcb::Snapshot>();
    shown::<mcb::SnapshotError>();
    shown::<mcb::watchdog::Withheld>();
}

#[cfg(feature = "std")]
#[test]
fn choices_have_a_format() {
    use mcb::strategy::{AnyStrategy, Choice, CountChoice, RateChoice};
    shown::<AnyStrategy>();
    shown::<Choice>();
    shown::<CountChoice>();
    shown::<RateChoice>();
}

#[cfg(any(
    feature = "embedded-hal",
    feature = "embedded-io",
    feature = "embedded-io-06",
    feature = "embedded-storage"
))]
#[test]
fn guarded_buses_have_a_format() {
    use mcb::bus::{Gate, Guarded, NoInspection, NoRecovery, PerAddress};
    shown::<NoRecovery>();
    shown::<NoInspection>();
    shown::<PerAddress<'_, u8, Clock, 2>>();
    shown::<Gate<&CircuitBreaker<Clock>>>();
    shown::<Guarded<Silent, &CircuitBreaker<Clock>, Silent, Silent>>();
}

#[cfg(feature = "embedded-hal")]
#[test]
fn rules_by_kinds_of_buses_have_a_format() {
    shown::<Kinds<embedded_hal::i2c::ErrorKind, 0, 1>>();
    shown::<Kinds<embedded_hal::spi::ErrorKind, 0, 1>>();
    shown::<Kinds<embedded_hal::digital::ErrorKind, 0, 1>>();
    shown::<mcb::Error<embedded_hal::i2c::ErrorKind>>();
}

#[cfg(feature = "embedded-hal-async")]
#[test]
fn time_limits_have_a_format() {
    shown::<mcb::TimedError<u8>>();
    shown::<mcb::bus::TimeLimit<Silent, Silent>>();
}

#[cfg(feature = "embedded-io")]
#[test]
fn rules_by_kinds_of_streams_have_a_format() {
    shown::<Kinds<embedded_io::ErrorKind, 0, 1>>();
}

#[cfg(feature = "embedded-io-06")]
#[test]
fn rules_by_kinds_of_older_streams_have_a_format() {
    shown::<Kinds<embedded_io_06::ErrorKind, 0, 1>>();
}
