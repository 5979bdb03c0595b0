//! What breakers, permits and guarded futures take of RAM on 32 bits. That it compiles is the check.

use core::future::Ready;
use core::mem::size_of;

use mcb::{CallAsync, CircuitBreaker, FnClock, ManualClock, Permit};

type Clock = &'static ManualClock;
type Zero<T> = FnClock<T, 1_000>;

/// A future with a buffer.
type Transfer = Ready<Result<[u8; 1024], ()>>;

const WORD: usize = 4;

const _: () = {
    assert!(size_of::<usize>() == WORD);
    // The word, the last opening, and where the configuration is; a clock of its own comes to that.
    assert!(size_of::<CircuitBreaker<Zero<u32>>>() <= 16 + size_of::<Zero<u32>>());
    assert!(size_of::<CircuitBreaker<Zero<u64>>>() <= 20 + size_of::<Zero<u64>>());
    assert!(size_of::<Permit<'static, Clock>>() <= 2 * WORD);
    // What is guarded, once, and at most 24 bytes.
    assert!(size_of::<CallAsync<'static, Transfer, Clock>>() <= size_of::<Transfer>() + 3 * WORD);
};
