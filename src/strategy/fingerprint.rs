//! Numbers by which configurations are told from each other.

/// A number that many numbers and texts are mixed into, one after the other: FNV-1a of 32 bits (Fowler, Noll and Vo,
/// public domain). It is the same on every target and in every version, since snapshots keep it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fingerprint(u32);

impl Fingerprint {
    pub(crate) const NEW: Fingerprint = Fingerprint(0x811C_9DC5);

    const fn byte(self, byte: u8) -> Self {
        Fingerprint((self.0 ^ byte as u32).wrapping_mul(0x0100_0193))
    }

    pub(crate) const fn with(self, number: u32) -> Self {
        let [a, b, c, d] = number.to_le_bytes();
        self.byte(a).byte(b).byte(c).byte(d)
    }

    /// With its length, so that where it ends makes a difference.
    pub(crate) fn with_text(self, text: &str) -> Self {
        text.bytes().fold(self.with(text.len() as u32), Fingerprint::byte)
    }

    pub(crate) const fn number(self) -> u32 {
        self.0
    }
}
