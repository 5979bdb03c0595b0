//! Which breaker an operation belongs to.

use crate::breaker::CircuitBreaker;
use crate::clock::Clock;
use crate::keyed::Keyed;
use crate::rules::EveryError;
use crate::strategy::{Consecutive, Strategy};

/// Finds the breaker of an operation by the address `A` that it goes to; buses without addresses ask
/// with `()`.
///
/// A `&CircuitBreaker` is the breaker for every address. For one breaker an address see [`PerAddress`];
/// implement it for anything else, a range of addresses, say.
pub trait Select<A> {
    /// The breakers' clock.
    type Clock: Clock;
    /// The breakers' strategy.
    type Strategy: Strategy + 'static;
    /// The breakers' rules.
    type Rules;

    /// Whether the breaker is only asked, as by a [`Gate`], and judges nothing here.
    const GATES: bool = false;

    /// The breaker for `address`; `None` lets the operation pass without one.
    fn select(
        &self,
        address: &A,
    ) -> Option<&CircuitBreaker<Self::Clock, Self::Strategy, Self::Rules>>;
}

/// One breaker for every address.
impl<A, C: Clock, S: Strategy, R> Select<A> for CircuitBreaker<C, S, R> {
    type Clock = C;
    type Strategy = S;
    type Rules = R;

    #[inline]
    fn select(&self, _: &A) -> Option<&CircuitBreaker<C, S, R>> {
        Some(self)
    }
}

impl<A, K: Select<A> + ?Sized> Select<A> for &K {
    type Clock = K::Clock;
    type Strategy = K::Strategy;
    type Rules = K::Rules;
    const GATES: bool = K::GATES;

    #[inline]
    fn select(&self, address: &A) -> Option<&CircuitBreaker<K::Clock, K::Strategy, K::Rules>> {
        (**self).select(address)
    }
}

/// For several guards that own it together.
#[cfg(feature = "std")]
impl<A, K: Select<A> + ?Sized> Select<A> for std::sync::Arc<K> {
    type Clock = K::Clock;
    type Strategy = K::Strategy;
    type Rules = K::Rules;
    const GATES: bool = K::GATES;

    #[inline]
    fn select(&self, address: &A) -> Option<&CircuitBreaker<K::Clock, K::Strategy, K::Rules>> {
        (**self).select(address)
    }
}

/// One breaker for each address, from its first operation on; operations to an address that is refused pass without one.
///
#[cfg_attr(feature = "embedded-hal", doc = "```")]
#[cfg_attr(not(feature = "embedded-hal"), doc = "```ignore (needs the feature embedded-hal)")]
/// use embedded_hal::i2c::{ErrorKind, ErrorType, I2c, NoAcknowledgeSource, Operation};
/// use mcb::{bus::Guarded, CircuitBreaker, Config, Keyed, ManualClock, State};
///
/// # struct Bus;
/// # impl ErrorType for Bus { type Error = ErrorKind; }
/// # impl I2c for Bus {
/// #     fn transaction(&mut self, address: u8, _: &mut [Operation<'_>]) -> Result<(), ErrorKind> {
/// #         if address == 0x68 { Ok(()) } else { Err(ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address)) }
/// #     }
/// # }
/// # let bus = Bus;
/// static CLOCK: ManualClock = ManualClock::new();
/// static CONFIG: Config<&ManualClock> = Config::new("i2c").error_threshold(1);
/// static DEVICES: Keyed<u8, &ManualClock, 8> =
///     Keyed::new([const { CircuitBreaker::new(&CONFIG, &CLOCK) }; 8]);
///
/// let mut bus = Guarded::new(bus, &DEVICES);
/// assert!(bus.write(0x6A_u8, &[0]).is_err()); // nobody there
/// assert!(bus.write(0x68_u8, &[0]).is_ok());
/// assert_eq!(DEVICES.get(0x6A).map(|breaker| breaker.state()), Some(State::Open));
/// ```
impl<A: Copy + PartialEq, C: Clock, const N: usize, S: Strategy, R> Select<A>
    for Keyed<A, C, N, S, R>
{
    type Clock = C;
    type Strategy = S;
    type Rules = R;

    #[inline]
    fn select(&self, address: &A) -> Option<&CircuitBreaker<C, S, R>> {
        self.get_or_insert(*address).ok()
    }
}

/// Asks the breaker and no more: while it is open, operations are rejected; else they pass and nothing is judged.
///
/// For a bus whose driver is guarded as a whole, by the same breaker; see
/// [the same breaker in two places](super#the-same-breaker-in-two-places). No recovery step runs here.
#[derive(Clone, Copy, Debug)]
pub struct Gate<K> {
    pub(crate) breakers: K,
}

impl<K> Gate<K> {
    /// Closed while the breaker is open.
    #[must_use]
    pub const fn new(breakers: K) -> Self {
        Gate { breakers }
    }
}

impl<A, K: Select<A>> Select<A> for Gate<K> {
    type Clock = K::Clock;
    type Strategy = K::Strategy;
    type Rules = K::Rules;
    const GATES: bool = true;

    #[inline]
    fn select(&self, address: &A) -> Option<&CircuitBreaker<K::Clock, K::Strategy, K::Rules>> {
        self.breakers.select(address)
    }
}

/// `N` addresses with a breaker each; operations to other addresses pass without one.
///
/// For a bus handle through which a driver, or several, talk to more than one device: the breaker of an
/// absent device rejects what goes to that device alone.
///
#[cfg_attr(feature = "embedded-hal", doc = "```")]
#[cfg_attr(not(feature = "embedded-hal"), doc = "```ignore (needs the feature embedded-hal)")]
/// use embedded_hal::i2c::{ErrorKind, ErrorType, I2c, NoAcknowledgeSource, Operation};
/// use mcb::{bus::{Guarded, PerAddress}, CircuitBreaker, Config, ManualClock, State};
///
/// # struct Bus;
/// # impl ErrorType for Bus { type Error = ErrorKind; }
/// # impl I2c for Bus {
/// #     fn transaction(&mut self, address: u8, _: &mut [Operation<'_>]) -> Result<(), ErrorKind> {
/// #         if address == 0x68 { Ok(()) } else { Err(ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address)) }
/// #     }
/// # }
/// # let bus = Bus;
/// static CLOCK: ManualClock = ManualClock::new();
/// static IMU: CircuitBreaker<&ManualClock> =
///     CircuitBreaker::new(&Config::new("imu").error_threshold(1), &CLOCK);
/// static RTC: CircuitBreaker<&ManualClock> = CircuitBreaker::new(&Config::new("rtc"), &CLOCK);
///
/// let mut bus = Guarded::new(bus, PerAddress::new([(0x6A, &IMU), (0x68, &RTC)]));
///
/// assert!(bus.write(0x6A_u8, &[0]).is_err()); // nobody there
/// assert_eq!(IMU.state(), State::Open);
/// assert!(bus.write(0x68_u8, &[0]).is_ok()); // no concern of the clock chip
/// ```
pub struct PerAddress<'a, A, C, const N: usize, S = Consecutive, R = EveryError>
where
    C: Clock,
    S: Strategy,
{
    pub(crate) breakers: [(A, &'a CircuitBreaker<C, S, R>); N],
}

impl<'a, A, C: Clock, const N: usize, S: Strategy, R> PerAddress<'a, A, C, N, S, R> {
    /// Addresses and their breakers. The same breaker may stand for several addresses; of an address
    /// that stands here twice, the first counts.
    #[must_use]
    pub const fn new(breakers: [(A, &'a CircuitBreaker<C, S, R>); N]) -> Self {
        PerAddress { breakers }
    }
}

impl<A: PartialEq, C: Clock, const N: usize, S: Strategy, R> Select<A>
    for PerAddress<'_, A, C, N, S, R>
{
    type Clock = C;
    type Strategy = S;
    type Rules = R;

    #[inline]
    fn select(&self, address: &A) -> Option<&CircuitBreaker<C, S, R>> {
        self.breakers.iter().find(|(known, _)| known == address).map(|(_, breaker)| *breaker)
    }
}

// Derives would ask that clock, strategy and rules can be cloned, which stand behind a reference.
impl<A: Clone, C: Clock, const N: usize, S: Strategy, R> Clone for PerAddress<'_, A, C, N, S, R> {
    fn clone(&self) -> Self {
        PerAddress { breakers: self.breakers.clone() }
    }
}

impl<A: core::fmt::Debug, C: Clock, const N: usize, S: Strategy, R> core::fmt::Debug
    for PerAddress<'_, A, C, N, S, R>
{
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_map()
            .entries(self.breakers.iter().map(|(address, breaker)| (address, breaker.id())))
            .finish()
    }
}
