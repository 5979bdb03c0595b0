//! A simulated barometer on a cable that comes loose.

/// Nobody acknowledged the address.
#[derive(Debug)]
pub struct Nack;

/// The bus with the barometer on it.
pub struct Bus {
    /// Whether the cable is in.
    pub connected: bool,
    /// How many transfers there were: what a rejected call must not cause.
    pub transfers: u32,
}

impl Bus {
    pub const fn new() -> Self {
        Bus { connected: true, transfers: 0 }
    }

    /// The pressure in hPa.
    pub fn read(&mut self) -> Result<u16, Nack> {
        self.transfers += 1;
        if self.connected { Ok(1_013) } else { Err(Nack) }
    }
}
