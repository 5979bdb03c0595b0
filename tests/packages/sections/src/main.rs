//! While all is well nothing enters a critical section, whatever the form of the guarded call.

use core::future::Future;
use core::pin::pin;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use core::task::{Context, Waker};

use embedded_hal::i2c::{ErrorKind, ErrorType, Operation};
use mcb::bus::Guarded;
use mcb::{CircuitBreaker, Config, ManualClock};

static SECTIONS: AtomicU32 = AtomicU32::new(0);

struct Counted;
critical_section::set_impl!(Counted);

// SAFETY: this program has one thread and no interrupts, so there is nobody to keep out.
unsafe impl critical_section::Impl for Counted {
    unsafe fn acquire() -> critical_section::RawRestoreState {
        SECTIONS.fetch_add(1, Relaxed);
    }
    unsafe fn release(_: critical_section::RawRestoreState) {}
}

struct Bus;

impl ErrorType for Bus {
    type Error = ErrorKind;
}

impl embedded_hal::i2c::I2c for Bus {
    fn transaction(&mut self, _: u8, _: &mut [Operation<'_>]) -> Result<(), ErrorKind> {
        Ok(())
    }
}

impl embedded_hal_async::i2c::I2c for Bus {
    async fn transaction(&mut self, _: u8, _: &mut [Operation<'_>]) -> Result<(), ErrorKind> {
        Ok(())
    }
}

static CLOCK: ManualClock = ManualClock::new();
static B: CircuitBreaker<&ManualClock> = CircuitBreaker::new(&Config::new("b"), &CLOCK);

/// How many critical sections `f` enters.
fn sections(f: impl FnOnce()) -> u32 {
    let before = SECTIONS.load(Relaxed);
    f();
    SECTIONS.load(Relaxed) - before
}

fn ready<F: Future>(future: F) {
    assert!(pin!(future).poll(&mut Context::from_waker(Waker::noop())).is_ready());
}

fn main() {
    let mut owned = CircuitBreaker::<&ManualClock>::new(const { &Config::new("c") }, &CLOCK);
    let mut bus = Guarded::new(Bus, &B);
    let none: [(&str, &mut dyn FnMut()); 10] = [
        ("call", &mut || assert!(B.call(|| Ok::<_, ()>(())).is_ok())),
        ("call_on", &mut || assert!(B.call_on(&mut 0, |_| (), |_| Ok::<_, ()>(())).is_ok())),
        ("call_mut", &mut || assert!(owned.call_mut(|| Err::<(), _>(())).is_err())),
        ("a permit's success", &mut || B.try_acquire().unwrap().success()),
        ("an ignored permit", &mut || B.try_acquire().unwrap().ignore()),
        ("a dropped permit", &mut || drop(B.try_acquire())),
        ("call_async", &mut || ready(B.call_async(async { Ok::<_, ()>(()) }))),
        ("call_async_on", &mut || {
            ready(B.call_async_on(&mut 0, async |_| (), async |_| Ok::<_, ()>(())));
        }),
        ("a guard", &mut || {
            embedded_hal::i2c::I2c::write(&mut bus, 0x48_u8, &[0]).unwrap();
        }),
        ("an async guard", &mut || {
            ready(embedded_hal_async::i2c::I2c::write(&mut Guarded::new(Bus, &B), 0x48_u8, &[0]));
        }),
    ];
    for (what, f) in none {
        assert_eq!(sections(f), 0, "{what} enters a critical section");
    }
    // The count counts: a failure has something to write.
    assert!(sections(|| drop(B.call(|| Err::<(), _>(String::new())))) > 0);
    println!("no critical section while all is well");
}
