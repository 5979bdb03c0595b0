//! Open durations in the 12 bits of detail of an open word.
//!
//! 0 is the configured duration, exactly. Any other is a small float, 5 bits of exponent `e` above 7 of mantissa `m`:
//! `m` where `e` is 0, else `(128 + m) << (e − 1)`. Coding rounds up, by at most one part in 128 (0.8 %).

const MANTISSA: u32 = 7;
const ONE: u32 = 1 << MANTISSA;

/// The code of at least so many ticks, of which there is at least one.
pub(crate) const fn code(ticks: u32) -> u32 {
    if ticks < ONE {
        return ticks;
    }
    let shift = u32::BITS - 1 - MANTISSA - ticks.leading_zeros();
    // Up, and where that reaches the next power of two the code goes on by itself.
    let rounded = (ticks >> shift) + (ticks & ((1 << shift) - 1) != 0) as u32;
    ((shift + 1) << MANTISSA) + rounded - ONE
}

/// The ticks of a code.
#[inline]
pub(crate) const fn decode(code: u32) -> u32 {
    let (exponent, mantissa) = (code >> MANTISSA, code & (ONE - 1));
    if exponent == 0 { mantissa } else { (ONE + mantissa) << (exponent - 1) }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{code, decode};

    #[test]
    fn a_duration_is_never_shorter_and_at_most_a_128th_longer() {
        let around = (0..32).flat_map(|n| {
            (0..=300).flat_map(move |by| [(1_u32 << n) + by, (1 << n) - (by % (1 << n))])
        });
        for ticks in around.chain((1..1 << 31).step_by(99_991)).filter(|&t| 0 < t && t <= 1 << 31) {
            let coded = code(ticks);
            assert!(0 < coded && coded < 1 << 12, "{ticks}: {coded}");
            let told = decode(coded);
            assert!(
                told >= ticks && u64::from(told - ticks) * 128 <= u64::from(ticks),
                "{ticks}: {told}"
            );
            assert_eq!(code(told), coded);
        }
    }

    #[test]
    fn codes_are_in_the_order_of_what_they_mean() {
        let longest = code(1 << 31);
        assert!((1..longest).all(|code| decode(code) < decode(code + 1)));
    }
}
