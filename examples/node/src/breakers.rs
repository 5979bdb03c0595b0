//! A breaker for each device, what they go by, and who looks at them.

use core::time::Duration;

use embedded_storage_async::nor_flash::NorFlashErrorKind;
use mcb::observe::{Statistics, Told};
use mcb::{CircuitBreaker, Config, Consecutive, EmbassyTime, Kinds, LastGood, Recovery, View};

use crate::tasks::{compass::Field, thermometer::Celsius};
use crate::telling::Timeline;

pub type Breaker = CircuitBreaker<EmbassyTime>;
/// Offsets that are wrong are the caller's mistake, and no fault of the chip.
type Faults = Kinds<NorFlashErrorKind, 0, 2>;
/// Told of each call too, for its statistics.
pub type FlashBreaker =
    CircuitBreaker<EmbassyTime, Told<Consecutive, Statistics<EmbassyTime>>, Faults>;

/// How many errors open each.
pub const ERRORS: u16 = 3;
/// How many openings in a row the radio is given.
pub const LAST_OPENING: u8 = 4;
/// A transfer takes a millisecond when all is well.
pub const LIMIT: Duration = millis(10);
/// How old a temperature may be.
pub const OLDEST: Duration = millis(1_500);

pub static THERMOMETER: Breaker = CircuitBreaker::new(
    &config("thermometer", 500).recovery(&Recovery::new().doubling(millis(4_000))),
    EmbassyTime,
);
pub static CALENDAR: Breaker = CircuitBreaker::new(&config("calendar", 1_000), EmbassyTime);
/// Nothing is known of it at boot: set-up is the step before its first probe, and before each later one.
pub static COMPASS: Breaker = CircuitBreaker::new(
    &config("compass", 400).recovery(&Recovery::new().start_by_probing()),
    EmbassyTime,
);
/// What does not come back costs power with each probe, so that there is a last one.
pub static RADIO: Breaker = CircuitBreaker::new(
    &config("radio", 200).recovery(
        &Recovery::new().each(&[millis(200), millis(400), millis(800)]).lockout(LAST_OPENING),
    ),
    EmbassyTime,
);
pub static FLASH: FlashBreaker = CircuitBreaker::new(
    &silent("flash", 600)
        .rules(
            Kinds::new().whitelist([NorFlashErrorKind::NotAligned, NorFlashErrorKind::OutOfBounds]),
        )
        .observer(&FLASH_STATISTICS)
        .hooks(&(&FLASH_STATISTICS, Timeline)),
    EmbassyTime,
);
pub static FLASH_STATISTICS: Statistics<EmbassyTime> = Statistics::new(EmbassyTime);

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const fn silent(id: &'static str, timeout: u64) -> Config<EmbassyTime> {
    Config::new(id).error_threshold(ERRORS).recovery_timeout(millis(timeout))
}

const fn config(id: &'static str, timeout: u64) -> Config<EmbassyTime> {
    silent(id, timeout).hooks(&Timeline)
}

/// The last good values: what the node goes on with while a sensor's breaker rejects.
pub static LAST_TEMPERATURE: LastGood<Celsius, EmbassyTime> = LastGood::new(OLDEST);
pub static LAST_FIELD: LastGood<Field, EmbassyTime> = LastGood::new(millis(5_000));

pub const COUNT: usize = 5;
/// All of them.
pub static ALL: View = View::new(&[&THERMOMETER, &CALENDAR, &COMPASS, &RADIO, &FLASH]);
/// What the node cannot do without: it hopes for a restart ...
pub static VITAL: View = View::new(&[&RADIO, &FLASH]);
/// ... which did not help before, so that after one it goes on without a radio.
pub static VITAL_AFTER_A_RESTART: View = View::new(&[&FLASH]);
