//! Flash and other storage.

use embedded_storage::nor_flash::{NorFlashError, NorFlashErrorKind};
use embedded_storage_async::nor_flash::{NorFlash, ReadNorFlash};
use embedded_storage_async::{ReadStorage, Storage};
use mcb::bus::{Guarded, TimeLimit};
use mcb::{Error, State, TimedError};

use super::super::delay::{Delay, ready, run};
use super::super::storage::{Card, Chip, Lost, sizes_async};
use super::super::{TIMEOUT, breaker, clock};
use super::limited;

const PASSED: Result<(), TimedError<NorFlashErrorKind>> = Err(TimedError::TimedOut);

#[test]
fn each_operation_of_a_flash_is_its_own_within_the_limit_and_its_sizes_are_too() {
    let clock = clock();
    let mut flash = limited(Chip::default(), clock);
    let mut bytes = [9; 2];
    assert_eq!(ready(flash.read(2, &mut bytes)), Ok(()));
    assert_eq!(ready(flash.erase(512, 1_024)), Ok(()));
    assert_eq!(ready(flash.write(8, &[0; 8])), Ok(()));
    assert_eq!((bytes, sizes_async(&flash)), ([0, 1], [2, 8, 512, 8_192]));
    assert_eq!(flash.bus().asked, [("read", 2), ("erase", 512), ("write", 8)]);
    flash.bus().fault = Some(NorFlashErrorKind::OutOfBounds);
    let error = ready(flash.write(8, &[])).unwrap_err();
    assert_eq!(error.kind(), NorFlashErrorKind::OutOfBounds);

    flash.bus().hangs = true;
    assert_eq!(run(clock, flash.read(2, &mut bytes)), (PASSED, 20));
    assert_eq!(run(clock, flash.erase(512, 1_024)), (PASSED, 20));
    assert_eq!(run(clock, flash.write(8, &[])), (PASSED, 20));
    assert_eq!(PASSED.unwrap_err().kind(), NorFlashErrorKind::Other);
}

#[test]
fn each_operation_of_a_storage_is_its_own_within_the_limit() {
    let clock = clock();
    let mut card = limited(Card(Chip::default()), clock);
    let mut bytes = [9; 2];
    assert_eq!(ready(ReadStorage::read(&mut card, 3, &mut bytes)), Ok(()));
    assert_eq!(ready(Storage::write(&mut card, 4, &[0])), Ok(()));
    assert_eq!((bytes, ReadStorage::capacity(&card)), ([0, 1], 1 << 21));
    assert_eq!(card.bus().0.asked, [("read", 3), ("write", 4)]);
    card.bus().0.fault = Some(NorFlashErrorKind::Other);
    assert_eq!(ready(Storage::write(&mut card, 4, &[0])), Err(TimedError::Inner(Lost)));
    card.bus().0.hangs = true;
    let passed = (Err(TimedError::TimedOut), 20);
    assert_eq!(run(clock, ReadStorage::read(&mut card, 3, &mut bytes)), passed);
    assert_eq!(run(clock, Storage::write(&mut card, 4, &[0])), passed);
}

#[test]
fn a_chip_that_hangs_opens_its_breaker_and_its_step_brings_it_back() {
    let clock = clock();
    let breaker = breaker(clock);
    let chip = Chip { hangs: true, ..Chip::default() };
    let mut flash = Guarded::new(limited(chip, clock), &breaker)
        .recovery_async(async |flash: &mut TimeLimit<Chip, Delay>| flash.bus().hangs = false);
    for _ in 0..2 {
        let (result, ticks) = run(clock, NorFlash::write(&mut flash, 8, &[]));
        assert_eq!((result, ticks), (Err(Error::Inner(TimedError::TimedOut)), 20));
    }
    assert_eq!(breaker.state(), State::Open);
    assert!(ready(NorFlash::write(&mut flash, 8, &[])).unwrap_err().is_rejected());
    clock.advance(TIMEOUT);
    assert_eq!(ready(NorFlash::write(&mut flash, 8, &[])), Ok(()));
    assert_eq!(breaker.state(), State::Closed);
}
