//! Pins that are waited for.

use embedded_hal::digital::{ErrorType, InputPin};
use embedded_hal_async::delay::DelayNs;
use embedded_hal_async::digital::Wait;

use super::{TimeLimit, limited};
use crate::time_limit::TimedError;

impl<B: ErrorType, D> ErrorType for TimeLimit<B, D> {
    type Error = TimedError<B::Error>;
}

impl<B: Wait, D: DelayNs> Wait for TimeLimit<B, D> {
    async fn wait_for_high(&mut self) -> Result<(), Self::Error> {
        limited!(self.wait_for_high())
    }

    async fn wait_for_low(&mut self) -> Result<(), Self::Error> {
        limited!(self.wait_for_low())
    }

    async fn wait_for_rising_edge(&mut self) -> Result<(), Self::Error> {
        limited!(self.wait_for_rising_edge())
    }

    async fn wait_for_falling_edge(&mut self) -> Result<(), Self::Error> {
        limited!(self.wait_for_falling_edge())
    }

    async fn wait_for_any_edge(&mut self) -> Result<(), Self::Error> {
        limited!(self.wait_for_any_edge())
    }
}

impl<B: InputPin, D> InputPin for TimeLimit<B, D> {
    fn is_high(&mut self) -> Result<bool, Self::Error> {
        self.bus.is_high().map_err(TimedError::Inner)
    }

    fn is_low(&mut self) -> Result<bool, Self::Error> {
        self.bus.is_low().map_err(TimedError::Inner)
    }
}
