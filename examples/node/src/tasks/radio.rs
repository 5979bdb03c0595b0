//! A radio on an SPI bus, where absence is no error: the guard looks at what was read. It sends five times a second, and
//! sleeps while nothing can come of it.

use core::fmt;
use core::sync::atomic::Ordering::Relaxed;

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::signal::Signal;
use embassy_time::{Delay, Duration, Timer};
use embedded_hal_async::spi::SpiDevice;
use mcb::Error;
use mcb::bus::{Guarded, all_same};

use crate::board::radio::{RadioSpi, TRANSACTIONS};
use crate::breakers::RADIO;
use crate::say::say;
use crate::telling::{Answer, Answers};

pub static ANSWERS: Answers = Answers::new("radio", || TRANSACTIONS.load(Relaxed));

/// Somebody has reset the breaker: what a task that is locked out waits for.
pub static SEEN_TO: Signal<CriticalSectionRawMutex, ()> = Signal::new();

/// What the radio said.
struct Carrier([u8; 4]);

impl fmt::Display for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sent, answer {:02x?}", self.0)
    }
}

async fn send<D: SpiDevice>(device: &mut D) -> Result<Carrier, D::Error> {
    let mut frame = *b"node";
    device.transfer_in_place(&mut frame).await?;
    Ok(Carrier(frame))
}

#[embassy_executor::task]
pub async fn run() {
    let mut radio = Guarded::new(RadioSpi, &RADIO).inspecting(all_same::<4>);
    loop {
        ANSWERS.begin();
        match send(&mut radio).await {
            // The guard has counted it as a failure; what was read comes through all the same.
            Ok(carrier) if all_same::<4>(&carrier.0) => {
                ANSWERS.end(Answer::Failed(&"nobody drives the line"));
            }
            Ok(carrier) => ANSWERS.end(Answer::Fresh(&carrier)),
            Err(Error::Rejected(rejected)) => {
                ANSWERS.end(Answer::Rejected(rejected));
                // At once when the next call may be the probe, instead of asking again and again.
                if RADIO.next_probe(&mut Delay).await.is_err() {
                    say!("radio        its task sleeps until somebody sees to it");
                    SEEN_TO.wait().await;
                }
                continue;
            }
            Err(Error::Inner(never)) => match never {},
        }
        Timer::after(Duration::from_millis(200)).await;
    }
}
