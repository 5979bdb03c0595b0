//! Which of many calls fail: the same ones in each run.

/// Whether the `nth` call is among the failing `percent`.
pub fn fails(nth: u64, percent: u64) -> bool {
    // SplitMix64: its outputs for consecutive numbers are as good as independent.
    let mut z = nth.wrapping_add(10).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (z ^ (z >> 31)) % 100 < percent
}

#[cfg(test)]
mod tests {
    use super::fails;

    #[test]
    fn as_many_fail_as_asked_for_and_always_the_same() {
        let failed = |percent| (0..10_000).filter(|&nth| fails(nth, percent)).count();
        assert_eq!([failed(0), failed(100)], [0, 10_000]);
        assert!((2_900..3_100).contains(&failed(30)), "{}", failed(30));
        let first: Vec<u64> = (0..20).filter(|&nth| fails(nth, 30)).collect();
        assert_eq!(first, [1, 2, 5, 6, 7, 8, 13]);
    }
}
