//! 100,000 keys thrown at a set of 1,000 by 8 threads while 10 breakers are open: these stay open, and the memory stays
//! what it was when the set was full. Counted by an allocator, and so a test by itself, of one function.
//!
//! `cargo test --features server --test keyed_memory -- --nocapture` prints the figures.
#![cfg(all(feature = "server", not(loom)))]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use mcb::server::{Breaker, KeyedBreakers, KeyedError};
use mcb::{Config, Hooks, State, StdClock};

struct Counting;

/// Bytes in use, and the most of them since the last look.
static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

fn took(bytes: usize) {
    PEAK.fetch_max(LIVE.fetch_add(bytes, Relaxed) + bytes, Relaxed);
}

// SAFETY: every method hands its arguments on to `System`, whose contract is the same.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        took(size);
        LIVE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const CAPACITY: usize = 1_000;
const THREADS: usize = 8;
const KEYS: usize = 100_000;

/// Bytes above `base`, now and at most since the last time.
fn above(base: usize) -> (usize, usize) {
    let now = LIVE.load(Relaxed);
    (now.saturating_sub(base), PEAK.swap(now, Relaxed).saturating_sub(base))
}

/// What `each` does with each of so many keys, by 8 threads at once; and how long all of it took.
fn thrown(name: &str, each: impl Fn(usize, &str) + Sync) -> Duration {
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let each = &each;
            scope.spawn(move || {
                for key in (thread..KEYS).step_by(THREADS) {
                    each(key, &format!("{name}-{key}.example"));
                }
            });
        }
    });
    begun.elapsed()
}

fn open(key: usize) -> String {
    format!("open-{key}.example")
}

#[test]
fn keys_without_end_neither_fill_the_memory_nor_push_out_who_is_open() {
    let base = LIVE.load(Relaxed);
    // With an observer that knows its key, as a service has it.
    let set = KeyedBreakers::new(CAPACITY, |key| {
        let key = key.to_owned();
        let told = move |change: &mcb::Transition| assert!(!key.is_empty(), "{change:?}");
        Breaker::builder(Config::new("hosts").error_threshold(2), StdClock)
            .observer(Hooks::new().on_transition(told))
            .build()
    });
    let (empty, _) = above(base);
    for key in 0..10 {
        for _ in 0..2 {
            let _ = set.get(&open(key)).unwrap().call(|| Err::<(), _>("refused"));
        }
    }
    for key in 10..CAPACITY {
        set.get(&format!("first-{key}.example")).unwrap();
    }
    let (full, _) = above(base);
    println!("full: {} bytes a key, {empty} empty", full / CAPACITY);
    assert!(full < CAPACITY * 1_200, "{full} bytes");

    // Each thread asks, calls and fails now and then; those that are open are asked for too.
    let time = thrown("new", |key, name| {
        let result = if key % 7 == 0 { Err("refused") } else { Ok(key) };
        assert_eq!(set.get(name).unwrap().call(|| result), result.map_err(mcb::Error::Inner));
        if key % 50 == 0 {
            let breaker = set.get(&open(key / 50 % 10)).unwrap();
            assert!(breaker.call(|| Ok::<_, ()>(())).unwrap_err().is_rejected());
        }
    });
    let (now, peak) = above(base);
    println!(
        "{KEYS} keys by {THREADS} threads in {time:.1?}: now {now}, at most {peak} of {full} bytes"
    );
    let names: Vec<_> = set.open().into_iter().map(|(key, _)| key).collect();
    assert_eq!(names, (0..10).map(|key| open(key).into()).collect::<Vec<_>>());
    assert!((0..10).all(|key| set.peek(&open(key)).is_some_and(|b| b.state() == State::Open)));
    assert_eq!((set.len(), set.overflowed()), (CAPACITY, 0));
    assert_eq!(set.evicted(), KEYS as u64, "one for each");
    // The lists and tables grow to twice their length at most, and each thread has a breaker in the making.
    assert!(now < full * 3 / 2 && peak < full * 2, "{now} and {peak} of {full} bytes");

    // All of them open: no new key has a place, and each is told at once.
    drop(names);
    set.list().iter().for_each(|(_, breaker)| breaker.force_open());
    let time = thrown("late", |_, name| {
        assert!(matches!(set.get(name), Err(KeyedError::Full { .. })));
    });
    let (now, peak) = above(base);
    println!("{KEYS} more while all are open in {time:.1?}: now {now}, at most {peak} bytes");
    assert_eq!((set.open().len(), set.overflowed()), (CAPACITY, KEYS as u64));
    assert!(peak < full * 2, "{peak} of {full} bytes");

    // Keys of 1 MB leave nothing behind.
    let long = "k".repeat(1 << 20);
    let (before, _) = above(base);
    for _ in 0..1_000 {
        assert!(matches!(set.get(&long), Err(KeyedError::TooLong { length: 1_048_576, .. })));
    }
    let (after, peak) = above(base);
    println!("1000 keys of 1 MB: {} bytes at most", peak - before);
    assert!(after <= before && peak < before + 1_000, "{after} and {peak} of {before} bytes");
    drop((long, set));
    let (rest, _) = above(base);
    assert!(rest < 16_384, "{rest} bytes stay");
}
