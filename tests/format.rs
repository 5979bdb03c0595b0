//! Every public type shows itself to `defmt` as well as to `Debug`. That it compiles is the test.
#![cfg(feature = "defmt")]

use core::fmt::Debug;

use mcb::strategy::{Kept, Step};
use mcb::{
    Cause, CircuitBreaker, Circuits, Config, ConfigError, Consecutive, Detect, EveryError, FnClock,
    Hooked, Hooks, Kinds, Lists, ManualClock, NetError, OpenCircuits, Permit, Registry,
    RegistryError, Rejected, State, Transition, TypedHooks, Verdict, View, Wait,
};

fn shown<T: Debug + defmt::Format + ?Sized>() {}

type Clock = &'static ManualClock;

#[test]
fn every_public_type_has_a_format() {
    shown::<mcb::CachedClock<Clock>>();
    shown::<Cause<'_, u8, u8>>();
    shown::<CircuitBreaker<Clock>>();
    shown::<dyn mcb::Circuit>();
    shown::<dyn mcb::Circuit + Sync>();
    shown::<Circuits<'_, 2>>();
    shown::<Config<Clock>>();
    shown::<ConfigError>();
    shown::<Consecutive>();
    shown::<Detect<u8>>();
    shown::<mcb::Error<u8>>();
    shown::<EveryError>();
    shown::<FnClock<u32, 1_000>>();
    shown::<Hooked>();
    shown::<Hooks>();
    shown::<Kept>();
    shown::<Kinds<u8, 1, 1>>();
    shown::<Lists<u8, 1, 1>>();
    shown::<ManualClock>();
    shown::<NetError>();
    shown::<OpenCircuits<Circuits<'_, 2>>>();
    shown::<Permit<'_, Clock>>();
    shown::<Registry<2>>();
    shown::<RegistryError>();
    shown::<Rejected>();
    shown::<State>();
    shown::<Step>();
    shown::<Transition>();
    shown::<TypedHooks<u8, u8>>();
    shown::<Verdict>();
    shown::<View<'_>>();
    shown::<Wait>();
}

#[cfg(feature = "std")]
#[test]
fn the_standard_clock_has_a_format() {
    shown::<mcb::StdClock>();
}

#[cfg(feature = "embedded-time")]
#[test]
fn the_clock_over_embedded_time_has_a_format() {
    shown::<mcb::EmbeddedTime<u8>>();
}

#[cfg(all(feature = "fugit", feature = "rtic-time", feature = "embassy-time"))]
#[test]
fn the_other_foreign_clocks_have_a_format() {
    shown::<mcb::Fugit<fugit::WrappingInstant<u32, 1, 1_000>>>();
    shown::<mcb::RticTime<u8>>();
    shown::<mcb::EmbassyTime>();
}

#[cfg(feature = "embedded-hal")]
#[test]
fn guards_have_a_format() {
    use mcb::guard::{Guard, NoRecovery, PerAddress};
    shown::<NoRecovery>();
    shown::<Kinds<embedded_hal::i2c::ErrorKind, 0, 1>>();
    shown::<Kinds<embedded_hal::spi::ErrorKind, 0, 1>>();
    shown::<mcb::Error<embedded_hal::i2c::ErrorKind>>();
    shown::<PerAddress<'_, u8, Clock, 2>>();
    shown::<Guard<Clock, &'static CircuitBreaker<Clock>, NoRecovery>>();
}

#[cfg(feature = "embedded-io")]
#[test]
fn rules_by_kinds_of_streams_have_a_format() {
    shown::<Kinds<embedded_io::ErrorKind, 0, 1>>();
}
