//! A simulated radio on an SPI bus. Where it is not there, nobody drives the line, and every byte reads 0xFF.

use core::convert::Infallible;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

use embassy_time::Timer;
use embedded_hal_async::spi::{ErrorType, Operation, SpiDevice};

/// Whether there is a radio: no part of the node, but of what happens to it.
pub static PRESENT: AtomicBool = AtomicBool::new(true);
/// Transactions so far.
pub static TRANSACTIONS: AtomicU32 = AtomicU32::new(0);

/// What it answers with: ready, and the strength of the carrier.
const ANSWER: [u8; 2] = [0x52, 0x1C];

/// The radio's SPI bus and its chip select.
pub struct RadioSpi;

impl ErrorType for RadioSpi {
    /// As with many HALs, nothing can go wrong: a chip that is not there is no error.
    type Error = Infallible;
}

impl SpiDevice for RadioSpi {
    async fn transaction(
        &mut self,
        operations: &mut [Operation<'_, u8>],
    ) -> Result<(), Infallible> {
        TRANSACTIONS.fetch_add(1, Relaxed);
        Timer::after_millis(1).await;
        for operation in operations {
            match operation {
                Operation::Read(bytes)
                | Operation::Transfer(bytes, _)
                | Operation::TransferInPlace(bytes) => answer(bytes),
                Operation::Write(_) | Operation::DelayNs(_) => {}
            }
        }
        Ok(())
    }
}

fn answer(bytes: &mut [u8]) {
    for (byte, answer) in bytes.iter_mut().zip(ANSWER.into_iter().cycle()) {
        *byte = if PRESENT.load(Relaxed) { answer } else { 0xFF };
    }
}
