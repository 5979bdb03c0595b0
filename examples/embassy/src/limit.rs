//! A time limit around a bus.
//!
//! It goes *inside* the guard, so that running out of time is an error like any other, which the breaker
//! counts. Around the guard it would only drop the call.

use embassy_time::{Duration, with_timeout};
use embedded_hal_async::i2c::{Error, ErrorKind, ErrorType, I2c, Operation};

/// A bus of which no transaction takes longer than the limit.
pub struct TimeLimit<B> {
    bus: B,
    limit: Duration,
}

impl<B> TimeLimit<B> {
    pub const fn new(bus: B, limit: Duration) -> Self {
        TimeLimit { bus, limit }
    }

    /// The bus itself, without limit.
    pub fn bus(&mut self) -> &mut B {
        &mut self.bus
    }
}

/// What went wrong in a transaction.
#[derive(Debug)]
pub enum LimitError<E> {
    /// It took too long, and was cancelled.
    Timeout,
    /// The bus's own error.
    Bus(E),
}

impl<E: Error> Error for LimitError<E> {
    fn kind(&self) -> ErrorKind {
        match self {
            LimitError::Timeout => ErrorKind::Other,
            LimitError::Bus(error) => error.kind(),
        }
    }
}

impl<B: ErrorType> ErrorType for TimeLimit<B> {
    type Error = LimitError<B::Error>;
}

/// The other methods of the trait are made of this one.
impl<B: I2c> I2c for TimeLimit<B> {
    async fn transaction(
        &mut self,
        address: u8,
        operations: &mut [Operation<'_>],
    ) -> Result<(), Self::Error> {
        match with_timeout(self.limit, self.bus.transaction(address, operations)).await {
            Ok(result) => result.map_err(LimitError::Bus),
            Err(_) => Err(LimitError::Timeout),
        }
    }
}
