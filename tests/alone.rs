//! Each feature gives what the README says of it, also when no other is on: `.ci/run lint` compiles this with each
//! alone. That it compiles is the test.
#![cfg(not(loom))]
#![allow(dead_code)]

use mcb::{CircuitBreaker, Clock, Config, ManualClock};

static CLOCK: ManualClock = ManualClock::new();
static BREAKER: CircuitBreaker<&ManualClock> = CircuitBreaker::new(&Config::new("b"), &CLOCK);

fn clock<C: Clock>() {}

fn kind<E, K: mcb::Kind<E>>() {}

#[cfg(feature = "std")]
fn std() {
    clock::<std::sync::Arc<ManualClock>>();
    kind::<std::io::Error, std::io::ErrorKind>();
    assert!(CircuitBreaker::from_config(Config::new("b"), mcb::StdClock).is_ok());
}

#[cfg(feature = "uuid")]
fn uuid() -> Config<mcb::StdClock> {
    Config::generated()
}

#[cfg(feature = "defmt")]
fn defmt() {
    fn format<T: defmt::Format>() {}
    format::<CircuitBreaker<&ManualClock>>();
    format::<mcb::Rejected>();
}

#[cfg(feature = "log")]
fn log() -> Config<&'static ManualClock> {
    static LOG: mcb::observe::LogObserver = mcb::observe::LogObserver::new();
    Config::new("b").hooks(&LOG)
}

#[cfg(feature = "tracing")]
fn tracing() -> Config<&'static ManualClock> {
    static TRACE: mcb::observe::TracingObserver = mcb::observe::TracingObserver::new();
    Config::new("b").hooks(&TRACE)
}

#[cfg(feature = "metrics")]
fn metrics() {
    static METRICS: mcb::observe::MetricsObserver = mcb::observe::MetricsObserver::new();
    METRICS.register("b", BREAKER.state());
}

#[cfg(feature = "embedded-hal")]
mod embedded_hal {
    use embedded_hal::{digital, i2c, spi};
    use mcb::bus::Guarded;

    use super::{BREAKER, kind};

    fn kinds() {
        kind::<i2c::ErrorKind, i2c::ErrorKind>();
        kind::<spi::ErrorKind, spi::ErrorKind>();
        kind::<digital::ErrorKind, digital::ErrorKind>();
    }

    fn i2c(bus: impl i2c::I2c) -> impl i2c::I2c {
        Guarded::new(bus, &BREAKER)
    }

    fn spi_bus(bus: impl spi::SpiBus) -> impl spi::SpiBus {
        Guarded::new(bus, &BREAKER)
    }

    fn spi_device(device: impl spi::SpiDevice) -> impl spi::SpiDevice {
        Guarded::new(device, &BREAKER)
    }
}

#[cfg(feature = "embedded-hal-async")]
mod embedded_hal_async {
    use embedded_hal_async::{delay, digital, i2c, spi};
    use mcb::bus::{Guarded, TimeLimit};

    use super::BREAKER;

    fn i2c(bus: impl i2c::I2c) -> impl i2c::I2c {
        Guarded::new(bus, &BREAKER)
    }

    fn spi_bus(bus: impl spi::SpiBus) -> impl spi::SpiBus {
        Guarded::new(bus, &BREAKER)
    }

    fn spi_device(device: impl spi::SpiDevice) -> impl spi::SpiDevice {
        Guarded::new(device, &BREAKER)
    }

    fn limited(bus: impl i2c::I2c, delay: impl delay::DelayNs) -> impl i2c::I2c {
        Guarded::new(TimeLimit::new(bus, delay, core::time::Duration::from_millis(9)), &BREAKER)
    }

    fn limited_pin(pin: impl digital::Wait, delay: impl delay::DelayNs) -> impl digital::Wait {
        TimeLimit::new(pin, delay, core::time::Duration::from_millis(9))
    }

    async fn probes(mut delay: impl delay::DelayNs) -> Result<(), mcb::Rejected> {
        BREAKER.next_probe(&mut delay).await
    }
}

#[cfg(feature = "embedded-io")]
mod embedded_io {
    use embedded_io::{Read, ReadReady, Seek, Write, WriteReady};
    use mcb::bus::Guarded;

    use super::{BREAKER, kind};

    fn kinds() {
        kind::<embedded_io::ErrorKind, embedded_io::ErrorKind>();
    }

    fn stream(
        stream: impl Read<Error: 'static> + ReadReady + Seek + Write + WriteReady,
    ) -> impl Read<Error: 'static> + ReadReady + Seek + Write + WriteReady {
        Guarded::new(stream, &BREAKER)
    }
}

#[cfg(feature = "embedded-io-async")]
mod embedded_io_async {
    use embedded_io_async::{Read, Seek, Write};
    use mcb::bus::Guarded;

    use super::BREAKER;

    fn stream(
        stream: impl Read<Error: 'static> + Seek + Write,
    ) -> impl Read<Error: 'static> + Seek + Write {
        Guarded::new(stream, &BREAKER)
    }
}

#[cfg(feature = "embedded-io-06")]
mod embedded_io_06 {
    use embedded_io_06::{Read, ReadReady, Seek, Write, WriteReady};
    use mcb::bus::Guarded;

    use super::{BREAKER, kind};

    fn kinds() {
        kind::<embedded_io_06::ErrorKind, embedded_io_06::ErrorKind>();
    }

    fn stream(
        stream: impl Read + ReadReady + Seek + Write + WriteReady,
    ) -> impl Read + ReadReady + Seek + Write + WriteReady {
        Guarded::new(stream, &BREAKER)
    }
}

#[cfg(feature = "embedded-io-async-06")]
mod embedded_io_async_06 {
    use embedded_io_async_06::{Read, Seek, Write};
    use mcb::bus::Guarded;

    use super::BREAKER;

    fn stream(stream: impl Read + Seek + Write) -> impl Read + Seek + Write {
        Guarded::new(stream, &BREAKER)
    }
}

#[cfg(feature = "embedded-storage")]
mod embedded_storage {
    use embedded_storage::Storage;
    use embedded_storage::nor_flash::{MultiwriteNorFlash, NorFlashErrorKind};
    use mcb::bus::Guarded;

    use super::{BREAKER, kind};

    fn kinds() {
        kind::<NorFlashErrorKind, NorFlashErrorKind>();
    }

    fn flash(flash: impl MultiwriteNorFlash) -> impl MultiwriteNorFlash {
        Guarded::new(flash, &BREAKER)
    }

    fn storage(storage: impl Storage) -> impl Storage {
        Guarded::new(storage, &BREAKER)
    }
}

#[cfg(feature = "embedded-storage-async")]
mod embedded_storage_async {
    use embedded_storage_async::Storage;
    use embedded_storage_async::nor_flash::MultiwriteNorFlash;
    use mcb::bus::Guarded;

    use super::BREAKER;

    fn flash(flash: impl MultiwriteNorFlash) -> impl MultiwriteNorFlash {
        Guarded::new(flash, &BREAKER)
    }

    fn storage(storage: impl Storage) -> impl Storage {
        Guarded::new(storage, &BREAKER)
    }
}
