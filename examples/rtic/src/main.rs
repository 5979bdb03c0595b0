//! One breaker, on the clock of the application's RTIC monotonic, shared by a software task and a
//! hardware interrupt of higher priority that read the same sensor. Its cable comes loose for a while.

#![no_std]
#![no_main]

mod log;
mod sensor;
mod timer;

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use core::time::Duration;

use mcb::{CircuitBreaker, Config, Error, Hooks, RticTime, State};
use rtic::Mutex;
use rtic_monotonics::systick::prelude::*;

use log::say;
use sensor::Bus;

systick_monotonic!(Mono, 1_000);

/// The core runs at 12.5 MHz after reset.
const CORE_HZ: u32 = 12_500_000;

static BAROMETER: CircuitBreaker<RticTime<Mono>> = CircuitBreaker::new(
    &Config::new("barometer")
        .error_threshold(3)
        .recovery_timeout(Duration::from_millis(25))
        .recovery_threshold(2)
        .hooks(
            &Hooks::new()
                .on_transition(|change| say!("{}: {} to {}", change.id, change.from, change.to))
                .on_open(|_, _| {
                    OPENINGS.fetch_add(1, Relaxed);
                })
                .on_close(|_| {
                    CLOSINGS.fetch_add(1, Relaxed);
                }),
        ),
    RticTime::new(),
);

static OPENINGS: AtomicU32 = AtomicU32::new(0);
static CLOSINGS: AtomicU32 = AtomicU32::new(0);

/// What became of one task's calls.
#[derive(Clone, Copy, Default)]
pub struct Tally {
    read: u32,
    failed: u32,
    rejected: u32,
}

/// A guarded read. The breaker needs no lock; the bus does, and a rejected call does not even ask for it.
fn read(who: &str, bus: &mut impl Mutex<T = Bus>, tally: &mut Tally) {
    match BAROMETER.call(|| bus.lock(Bus::read)) {
        Ok(pressure) => {
            tally.read += 1;
            say!("{who} reads {pressure} hPa");
        }
        Err(Error::Inner(nack)) => {
            tally.failed += 1;
            say!("{who} fails: {nack:?}");
        }
        Err(Error::Rejected(rejected)) => {
            tally.rejected += 1;
            say!("{who} is rejected: {rejected}");
        }
    }
}

#[rtic::app(device = lm3s6965, dispatchers = [UART1, UART2])]
mod app {
    use super::{Bus, CORE_HZ, ExtU32, Mono, Tally, Timebase, read, say, timer, verify};

    #[shared]
    struct Shared {
        bus: Bus,
        /// Of the software task, and of the interrupt.
        tallies: [Tally; 2],
    }

    #[local]
    struct Local {}

    #[init]
    fn init(cx: init::Context) -> (Shared, Local) {
        Mono::start(cx.core.SYST, CORE_HZ);
        timer::every(CORE_HZ / 1_000 * 7);
        // Each is spawned once, so there is room.
        let _ = poll::spawn();
        let _ = cable::spawn();
        (Shared { bus: Bus::new(), tallies: [Tally::default(); 2] }, Local {})
    }

    /// Reads every 5 ms.
    #[task(priority = 1, shared = [bus, tallies])]
    async fn poll(mut cx: poll::Context) {
        let mut next = Mono::now();
        loop {
            let mut tally = cx.shared.tallies.lock(|tallies| tallies[0]);
            read("the task", &mut cx.shared.bus, &mut tally);
            cx.shared.tallies.lock(|tallies| tallies[0] = tally);
            next += 5.millis();
            Mono::delay_until(next).await;
        }
    }

    /// Reads every 7 ms, whatever the others do.
    #[task(binds = TIMER_0A, priority = 3, shared = [bus, tallies])]
    fn sample(mut cx: sample::Context) {
        timer::acknowledge();
        let mut tally = cx.shared.tallies.lock(|tallies| tallies[1]);
        read("the interrupt", &mut cx.shared.bus, &mut tally);
        cx.shared.tallies.lock(|tallies| tallies[1] = tally);
    }

    /// Pulls the cable and puts it back; at the end, says whether all was as it had to be.
    #[task(priority = 2, shared = [bus, tallies])]
    async fn cable(mut cx: cable::Context) {
        Mono::delay(30.millis()).await;
        cx.shared.bus.lock(|bus| bus.connected = false);
        say!("-- the cable comes loose");
        Mono::delay(60.millis()).await;
        cx.shared.bus.lock(|bus| bus.connected = true);
        say!("-- the cable is back");
        Mono::delay(60.millis()).await;

        let (bus, tallies) = (&mut cx.shared.bus, &mut cx.shared.tallies);
        let (transfers, [task, interrupt]) =
            (bus, tallies).lock(|bus, tallies| (bus.transfers, *tallies));
        verify(transfers, task, interrupt);
    }
}

/// Ends the run, with status 0 if all is well; a panic ends it with another.
fn verify(transfers: u32, task: Tally, interrupt: Tally) -> ! {
    let failed = task.failed + interrupt.failed;
    let read = task.read + interrupt.read;
    say!(
        "{transfers} transfers: {read} reads, {failed} failures; no transfer for {} + {} rejections",
        task.rejected,
        interrupt.rejected
    );
    assert_eq!(transfers, read + failed, "a rejected call reached the bus");
    assert!(task.rejected > 0 && interrupt.rejected > 0, "the breaker is shared");
    assert!(task.read > 0 && interrupt.read > 0);
    // Three failures open it; each opening after that is one failed probe, and no more. But the task's
    // call may be on its way when the interrupt's failure opens the breaker; it fails uncounted.
    let openings = OPENINGS.load(Relaxed);
    assert!(openings >= 2, "a probe failed while the cable was loose");
    let counted = 3 + (openings - 1);
    assert!(failed == counted || failed == counted + 1);
    assert_eq!((BAROMETER.state(), CLOSINGS.load(Relaxed)), (State::Closed, 1));
    say!("the breaker opened {openings} times and closed once");
    semihosting::process::exit(0)
}
