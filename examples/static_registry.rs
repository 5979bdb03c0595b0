//! Breakers of three different types in statics, a registry and a view over all of them.
//!
//! Everything but the `println!` is what firmware would contain: no heap, no `std`.

use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;

use mcb::{
    Cause, CircuitBreaker, Clock, Config, Consecutive, Hooks, Lists, NetError, Registry,
    RegistryError, Transition, View, circuit,
};

/// Counted up by the timer's interrupt, a thousand times a second.
static TICKS: AtomicU32 = AtomicU32::new(0);

/// The clock that every breaker here shares.
#[derive(Debug)]
struct SysTick;

impl Clock for SysTick {
    type Ticks = u32;
    const HZ: u32 = 1_000;

    fn now(&self) -> u32 {
        TICKS.load(Ordering::Relaxed)
    }
}

/// What can go wrong on a bus.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Busy,
    Nack,
}

/// How often any breaker with the hook below has opened.
static OPENINGS: AtomicU32 = AtomicU32::new(0);

fn count_opening(_: &Transition, _: Cause) {
    // Load and store, for processors without compare-and-swap; only one context opens it here.
    OPENINGS.store(OPENINGS.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

/// Plain: five consecutive errors.
static FLASH: CircuitBreaker<SysTick> = CircuitBreaker::new(&Config::new("flash"), SysTick);

/// Each success makes up for one error.
static RADIO: CircuitBreaker<SysTick, NetError> = CircuitBreaker::new(
    &Config::new("radio")
        .error_threshold(3)
        .recovery_timeout(Duration::from_secs(2))
        .strategy(NetError),
    SysTick,
);

/// `Busy` is nobody's fault; everything else counts.
static GPS: CircuitBreaker<SysTick, Consecutive, Lists<Fault, 0, 1>> = CircuitBreaker::new(
    &Config::new("gps").error_threshold(2).rules(Lists::new().whitelist([is_busy])),
    SysTick,
);

fn is_busy(fault: &Fault) -> bool {
    matches!(fault, Fault::Busy)
}

circuit! {
    /// With a hook, which is no part of its type, and declared together with the function that it guards.
    static IMU: CircuitBreaker<SysTick> = SysTick,
        id("imu"), error_threshold(1), hooks(&Hooks::new().on_open(count_opening));

    /// Reads a register.
    fn read_imu(register: u8) -> Result<u16, Fault> {
        if register < 0x80 { Ok(7) } else { Err(Fault::Nack) }
    }
}

/// Filled at start; libraries may add theirs.
static CIRCUITS: Registry<4> = Registry::new();

/// What is known at compile time needs no registration: this one lies in flash.
static ON_THE_BUS: View = View::new(&[&GPS, &IMU]);

fn main() -> Result<(), RegistryError> {
    CIRCUITS.register(&FLASH)?;
    CIRCUITS.register(&RADIO)?;
    CIRCUITS.register(&GPS)?;
    CIRCUITS.register(&IMU)?;
    assert_eq!(CIRCUITS.register(&GPS), Err(RegistryError::Duplicate { id: "gps" }));
    show("at start");
    assert_eq!(CIRCUITS.open_circuits().count(), 0);

    // A sensor that is busy harms nobody; one that is gone does.
    for fault in [Fault::Busy, Fault::Nack, Fault::Busy, Fault::Nack] {
        let _ = GPS.call(|| Err::<u16, _>(fault));
    }
    // Three errors and a success are two errors.
    for result in [Err(Fault::Nack), Err(Fault::Nack), Ok(()), Err(Fault::Nack)] {
        let _ = RADIO.call(|| result);
    }
    let _ = FLASH.call(|| Ok::<_, Fault>(()));
    assert_eq!(read_imu(0x10), Ok(7));
    assert!(read_imu(0xFF).is_err());
    show("after faults");
    assert!(CIRCUITS.open_circuits().map(|circuit| circuit.id()).eq(["gps", "imu"]));
    assert_eq!(RADIO.error_count(), 2);
    assert_eq!(OPENINGS.load(Ordering::Relaxed), 1);

    // Half a minute later both may be probed, once the tick has ended in which they opened.
    TICKS.store(30_001, Ordering::Relaxed);
    show("30 s later");
    assert_eq!(ON_THE_BUS.open_circuits().count(), 0);

    // Maintenance: all of the bus off, and on again.
    ON_THE_BUS.circuits().for_each(|circuit| circuit.force_open());
    show("forced open");
    assert_eq!(ON_THE_BUS.open_circuits().count(), 2);
    ON_THE_BUS.circuits().for_each(|circuit| circuit.reset());
    show("reset");
    assert_eq!(CIRCUITS.open_circuits().count(), 0);
    Ok(())
}

/// The only lines that need an operating system.
fn show(when: &str) {
    println!("{when}:");
    for circuit in &CIRCUITS {
        println!("  {:6} {:12} {} errors", circuit.id(), circuit.state(), circuit.error_count());
    }
    print!("  open:");
    for circuit in CIRCUITS.open_circuits() {
        print!(" {}", circuit.id());
    }
    println!();
}
