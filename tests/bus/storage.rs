//! Flash behind a guard.

use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use embedded_storage::nor_flash::{
    ErrorType, MultiwriteNorFlash, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash,
};
use embedded_storage::{ReadStorage, Storage};
use embedded_storage_async::nor_flash as flash_async;
use mcb::bus::Guarded;
use mcb::{CircuitBreaker, Config, Consecutive, Kind, Kinds, ManualClock, State};

use super::{TIMEOUT, breaker, clock};

/// A chip that notes what is asked of it, and fails or hangs as it is told.
#[derive(Default)]
pub(crate) struct Chip {
    pub(crate) asked: Vec<(&'static str, u32)>,
    pub(crate) fault: Option<NorFlashErrorKind>,
    /// Its async operations never end.
    pub(crate) hangs: bool,
    /// What each byte reads; the place of each where there is none.
    pub(crate) reads: Option<u8>,
}

impl Chip {
    fn broken() -> Self {
        Chip { fault: Some(NorFlashErrorKind::Other), ..Chip::default() }
    }

    fn ask(&mut self, method: &'static str, offset: u32) -> Result<(), NorFlashErrorKind> {
        self.asked.push((method, offset));
        self.fault.map_or(Ok(()), Err)
    }

    async fn ask_async(&mut self, method: &'static str, at: u32) -> Result<(), NorFlashErrorKind> {
        if self.hangs {
            core::future::pending::<()>().await;
        }
        self.ask(method, at)
    }

    fn fill(&self, bytes: &mut [u8]) {
        match self.reads {
            Some(byte) => bytes.fill(byte),
            None => bytes.iter_mut().zip(0..).for_each(|(byte, place)| *byte = place),
        }
    }
}

impl ErrorType for Chip {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Chip {
    const READ_SIZE: usize = 1;
    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        self.fill(bytes);
        self.ask("read", offset)
    }
    fn capacity(&self) -> usize {
        4_096
    }
}

impl NorFlash for Chip {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = 256;
    fn erase(&mut self, from: u32, _: u32) -> Result<(), Self::Error> {
        self.ask("erase", from)
    }
    fn write(&mut self, offset: u32, _: &[u8]) -> Result<(), Self::Error> {
        self.ask("write", offset)
    }
}

impl MultiwriteNorFlash for Chip {}

impl flash_async::ReadNorFlash for Chip {
    const READ_SIZE: usize = 2;
    async fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        self.fill(bytes);
        self.ask_async("read", offset).await
    }
    fn capacity(&self) -> usize {
        8_192
    }
}

impl flash_async::NorFlash for Chip {
    const WRITE_SIZE: usize = 8;
    const ERASE_SIZE: usize = 512;
    async fn erase(&mut self, from: u32, _: u32) -> Result<(), Self::Error> {
        self.ask_async("erase", from).await
    }
    async fn write(&mut self, offset: u32, _: &[u8]) -> Result<(), Self::Error> {
        self.ask_async("write", offset).await
    }
}

impl flash_async::MultiwriteNorFlash for Chip {}

/// The traits above it have method names of the traits below, and an error of any type.
pub(crate) struct Card(pub(crate) Chip);

#[derive(Debug, PartialEq)]
pub(crate) struct Lost;

impl ReadStorage for Card {
    type Error = Lost;
    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Lost> {
        self.0.fill(bytes);
        self.0.ask("read", offset).map_err(|_| Lost)
    }
    fn capacity(&self) -> usize {
        1 << 20
    }
}

impl Storage for Card {
    fn write(&mut self, offset: u32, _: &[u8]) -> Result<(), Lost> {
        self.0.ask("write", offset).map_err(|_| Lost)
    }
}

impl embedded_storage_async::ReadStorage for Card {
    type Error = Lost;
    async fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Lost> {
        self.0.fill(bytes);
        self.0.ask_async("read", offset).await.map_err(|_| Lost)
    }
    fn capacity(&self) -> usize {
        1 << 21
    }
}

impl embedded_storage_async::Storage for Card {
    async fn write(&mut self, offset: u32, _: &[u8]) -> Result<(), Lost> {
        self.0.ask_async("write", offset).await.map_err(|_| Lost)
    }
}

pub(crate) fn wait<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a chip that answers at once"),
    }
}

/// The sizes of a flash, as its traits tell them.
fn sizes<F: MultiwriteNorFlash>(flash: &F) -> [usize; 4] {
    [F::READ_SIZE, F::WRITE_SIZE, F::ERASE_SIZE, flash.capacity()]
}

pub(crate) fn sizes_async<F: flash_async::MultiwriteNorFlash>(flash: &F) -> [usize; 4] {
    [F::READ_SIZE, F::WRITE_SIZE, F::ERASE_SIZE, flash.capacity()]
}

#[test]
fn each_operation_of_a_flash_is_its_own_and_its_sizes_are_too() {
    let breaker = breaker(clock());
    let mut flash = Guarded::new(Chip::default(), &breaker);
    let mut bytes = [0; 2];
    ReadNorFlash::read(&mut flash, 1, &mut bytes).unwrap();
    NorFlash::erase(&mut flash, 256, 512).unwrap();
    NorFlash::write(&mut flash, 4, &[0; 4]).unwrap();
    wait(flash_async::ReadNorFlash::read(&mut flash, 2, &mut bytes)).unwrap();
    wait(flash_async::NorFlash::erase(&mut flash, 512, 1_024)).unwrap();
    wait(flash_async::NorFlash::write(&mut flash, 8, &[0; 8])).unwrap();
    assert_eq!(bytes, [0, 1]);
    assert_eq!((sizes(&flash), sizes_async(&flash)), ([1, 4, 256, 4_096], [2, 8, 512, 8_192]));
    let asked =
        [("read", 1), ("erase", 256), ("write", 4), ("read", 2), ("erase", 512), ("write", 8)];
    assert_eq!(flash.release().asked, asked);
}

#[test]
fn each_operation_of_a_storage_is_its_own() {
    let breaker = breaker(clock());
    let mut card = Guarded::new(Card(Chip::default()), &breaker);
    ReadStorage::read(&mut card, 1, &mut [0]).unwrap();
    Storage::write(&mut card, 2, &[0]).unwrap();
    wait(embedded_storage_async::ReadStorage::read(&mut card, 3, &mut [0])).unwrap();
    wait(embedded_storage_async::Storage::write(&mut card, 4, &[0])).unwrap();
    assert_eq!(ReadStorage::capacity(&card), 1 << 20);
    assert_eq!(embedded_storage_async::ReadStorage::capacity(&card), 1 << 21);
    let asked = [("read", 1), ("write", 2), ("read", 3), ("write", 4)];
    assert_eq!(card.bus().0.asked, asked);
    card.bus().0.fault = Some(NorFlashErrorKind::Other);
    for _ in 0..2 {
        let error = Storage::write(&mut card, 2, &[0]).unwrap_err();
        assert_eq!(error.into_inner(), Some(Lost));
    }
    assert!(Storage::write(&mut card, 2, &[0]).unwrap_err().is_rejected());
    assert!(
        wait(embedded_storage_async::Storage::write(&mut card, 2, &[0])).unwrap_err().is_rejected()
    );
    assert_eq!(card.bus().0.asked.len(), 6);
}

#[test]
fn a_rejected_operation_leaves_the_flash_alone_and_is_of_the_kind_other() {
    let clock = clock();
    let breaker = breaker(clock);
    let mut flash = Guarded::new(Chip::broken(), &breaker)
        .recovery(|chip: &mut Chip| chip.asked.push(("reset", 0)));
    flash.bus().fault = Some(NorFlashErrorKind::NotAligned);
    assert_eq!(
        NorFlash::write(&mut flash, 0, &[]).unwrap_err().kind(),
        NorFlashErrorKind::NotAligned
    );
    assert!(NorFlash::erase(&mut flash, 0, 256).is_err());
    assert_eq!(breaker.state(), State::Open);
    let error = NorFlash::write(&mut flash, 0, &[]).unwrap_err();
    assert!(error.is_rejected());
    assert_eq!(error.kind(), NorFlashErrorKind::Other);
    assert!(ReadNorFlash::read(&mut flash, 0, &mut []).unwrap_err().is_rejected());
    assert_eq!((flash.bus().asked.len(), ReadNorFlash::capacity(&flash)), (2, 4_096));

    flash.bus().fault = None;
    clock.advance(TIMEOUT);
    assert!(NorFlash::write(&mut flash, 0, &[]).is_ok());
    assert_eq!(breaker.state(), State::Closed);
    assert_eq!(flash.release().asked[2..], [("reset", 0), ("write", 0)]);
}

#[test]
fn mistakes_of_the_caller_need_not_count() {
    use NorFlashErrorKind::{NotAligned, Other, OutOfBounds};
    static CONFIG: Config<&ManualClock, Consecutive, Kinds<NorFlashErrorKind, 0, 2>> =
        Config::new("flash")
            .error_threshold(1)
            .rules(Kinds::new().whitelist([NotAligned, OutOfBounds]));
    assert!(Other.includes(&Other) && !Other.includes(&NotAligned));
    let breaker = CircuitBreaker::try_new(&CONFIG, clock()).unwrap();
    let mut flash = Guarded::new(Chip::broken(), &breaker);
    for (kind, state) in
        [(NotAligned, State::Closed), (OutOfBounds, State::Closed), (Other, State::Open)]
    {
        flash.bus().fault = Some(kind);
        assert!(NorFlash::write(&mut flash, 3, &[0]).is_err());
        assert_eq!(breaker.state(), state, "{kind}");
    }
}

/// Failures that the operation is, on flash that holds something, nothing but zeros, nothing.
fn failures(
    operation: impl Fn(&mut Guarded<Chip, &super::Breaker, mcb::bus::NoRecovery, fn(&[u8]) -> bool>),
) -> [u16; 3] {
    [None, Some(0x00), Some(0xFF)].map(|reads| {
        let breaker = breaker(clock());
        let zeros: fn(&[u8]) -> bool = |bytes| bytes.len() >= 2 && bytes.iter().all(|b| *b == 0);
        operation(&mut Guarded::new(Chip { reads, ..Chip::default() }, &breaker).inspecting(zeros));
        breaker.error_count()
    })
}

#[test]
fn what_a_flash_reads_is_looked_at_and_erased_it_is_no_failure() {
    let counts = [0, 1, 0];
    assert_eq!(failures(|flash| ReadNorFlash::read(flash, 0, &mut [0; 4]).unwrap()), counts);
    assert_eq!(
        failures(|flash| wait(flash_async::ReadNorFlash::read(flash, 0, &mut [0; 4])).unwrap()),
        counts
    );
    assert_eq!(failures(|flash| NorFlash::write(flash, 0, &[0; 4]).unwrap()), [0; 3]);
    assert_eq!(
        failures(|flash| wait(flash_async::NorFlash::write(flash, 0, &[0; 4])).unwrap()),
        [0; 3]
    );
}

#[test]
fn what_a_storage_reads_is_looked_at() {
    use embedded_storage_async::ReadStorage as Async;
    let breaker = breaker(clock());
    let card = Card(Chip { reads: Some(0xFF), ..Chip::default() });
    let mut card = Guarded::new(card, &breaker).inspecting(mcb::bus::all_same::<4>);
    let mut bytes = [0; 4];
    ReadStorage::read(&mut card, 0, &mut bytes).unwrap();
    assert_eq!((bytes, breaker.error_count()), ([0xFF; 4], 1)); // the caller has them all the same
    wait(Async::read(&mut card, 0, &mut bytes)).unwrap();
    assert_eq!(breaker.state(), State::Open);
}
