//! A log in flash. Records wait in RAM while the flash is not to be written.

use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use embassy_time::{Duration, Ticker};
use embedded_storage_async::nor_flash::{NorFlash, NorFlashError, NorFlashErrorKind};
use heapless::Deque;
use mcb::Error;
use mcb::bus::Guarded;

use crate::board::flash::{Flash, OPERATIONS};
use crate::breakers::FLASH;
use crate::say::say;
use crate::telling::{Answer, Answers};

pub static ANSWERS: Answers = Answers::new("flash", || OPERATIONS.load(Relaxed));
/// Records made, in flash, and lost for want of room.
pub static MADE: AtomicU32 = AtomicU32::new(0);
pub static WRITTEN: AtomicU32 = AtomicU32::new(0);
pub static LOST: AtomicU32 = AtomicU32::new(0);
/// The most that waited at a time.
pub static WAITED: AtomicU32 = AtomicU32::new(0);
/// Whether what is in flash is, record for record, what was written.
pub static WHOLE: AtomicU32 = AtomicU32::new(1);

const RECORD: u32 = 4;

/// A record's number.
struct Record(u32);

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record {} written", self.0)
    }
}

async fn append<F: NorFlash>(flash: &mut F, record: u32) -> Result<(), F::Error> {
    let offset = record * RECORD % flash.capacity() as u32;
    if offset.is_multiple_of(F::ERASE_SIZE as u32) {
        flash.erase(offset, offset + F::ERASE_SIZE as u32).await?;
    }
    flash.write(offset, &record.to_le_bytes()).await?;
    let mut read = [0; RECORD as usize];
    flash.read(offset, &mut read).await?;
    if read != record.to_le_bytes() {
        WHOLE.store(0, Relaxed);
    }
    Ok(())
}

/// Four records a second, and as many of those that wait as the flash takes.
#[embassy_executor::task]
pub async fn run() {
    let mut flash = Guarded::new(Flash::new(), &FLASH);
    let mut waiting = Deque::<u32, 16>::new();
    misplaced(&mut flash).await;
    let mut ticker = Ticker::every(Duration::from_millis(250));
    loop {
        let record = MADE.fetch_add(1, Relaxed);
        if waiting.push_back(record).is_err() {
            LOST.fetch_add(1, Relaxed);
        }
        WAITED.fetch_max(waiting.len() as u32, Relaxed);
        while let Some(&record) = waiting.front() {
            ANSWERS.begin();
            match append(&mut flash, record).await {
                Ok(()) => {
                    ANSWERS.end(Answer::Fresh(&Record(record)));
                    waiting.pop_front();
                    WRITTEN.fetch_add(1, Relaxed);
                    continue;
                }
                Err(Error::Rejected(rejected)) => ANSWERS.end(Answer::Rejected(rejected)),
                Err(Error::Inner(error)) => ANSWERS.end(Answer::Failed(&error)),
            }
            break;
        }
        ticker.next().await;
    }
}

/// The caller's mistakes are none of the chip's: the breaker does not count them.
async fn misplaced<F: NorFlash>(flash: &mut F) {
    for _ in 0..5 {
        let error = flash.write(1, &[0; 4]).await.expect_err("not aligned");
        assert_eq!(error.kind(), NorFlashErrorKind::NotAligned);
    }
    say!("flash        five writes that are not aligned, {} errors counted", FLASH.error_count());
    assert_eq!(FLASH.error_count(), 0);
}
