//! What outlives a reset, and what is refused.
#![cfg(not(loom))]

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use core::time::Duration;
use std::sync::Mutex;

use mcb::strategy::SlowStart;
use mcb::{
    CircuitBreaker, Clock as _, Config, Consecutive, FnClock, Hooks, ManualClock, NetError, Reason,
    Recovery, Slept, Snapshot, SnapshotError, State, Strategy, Verdict, Wait,
};

type Clock = &'static ManualClock;

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn made<S: Strategy>(config: Config<Clock, S>, clock: Clock) -> CircuitBreaker<Clock, S> {
    CircuitBreaker::try_new(leak(config), clock).unwrap()
}

fn config() -> Config<Clock> {
    Config::new("b").error_threshold(2).recovery_timeout_ticks(1_000)
}

fn fails<S: Strategy>(b: &CircuitBreaker<Clock, S>) {
    let _ = b.call(|| Err::<(), _>(7));
}

fn works<S: Strategy>(b: &CircuitBreaker<Clock, S>) -> bool {
    b.call(|| Ok::<_, ()>(7)).is_ok()
}

/// By way of the bytes.
fn carried(snapshot: Snapshot) -> Snapshot {
    let bytes = snapshot.to_bytes();
    assert_eq!(Snapshot::from_bytes(&bytes), Ok(snapshot));
    snapshot
}

const NO_SLEEP: Slept = Slept::For(Duration::ZERO);

fn slept(millis: u64) -> Slept {
    Slept::For(Duration::from_millis(millis))
}

#[allow(clippy::unnecessary_wraps)] // as it is told
fn ticks(ticks: u32) -> Option<Wait> {
    Some(Wait::new(ticks, 1_000))
}

/// Two breakers of that configuration, at whatever ticks.
fn twins<S: Strategy>(config: Config<Clock, S>) -> [(CircuitBreaker<Clock, S>, Clock); 2] {
    [u32::MAX - 100, 5].map(|tick| {
        let clock: Clock = leak(ManualClock::at(tick));
        (made(config, clock), clock)
    })
}

/// The recovery timeout is exact, also where a plan could have made it another duration, which is rounded up.
#[test]
fn an_opening_by_the_timeout_stays_exact_under_a_plan() {
    let plan = leak(Recovery::new().doubling(Duration::from_secs(60)));
    let [(b, _), (other, _)] = twins(config().recovery_timeout_ticks(12_347).recovery(plan));
    fails(&b);
    fails(&b);
    other.restore(&carried(b.snapshot()), NO_SLEEP).unwrap();
    assert_eq!(other.retry_after(), ticks(12_347));
}

#[test]
fn an_opening_goes_on_with_what_it_has_left() {
    let [(b, clock), (other, later)] = twins(config());
    fails(&b);
    fails(&b);
    clock.advance_ticks(300);
    let snapshot = carried(b.snapshot());
    let told = (snapshot.state(), snapshot.openings(), snapshot.ticks_left());
    assert_eq!(told, (State::Open, 1, 700));

    for sleep in [Slept::Unknown, NO_SLEEP] {
        other.restore(&snapshot, sleep).unwrap();
        assert_eq!((other.state(), other.retry_after()), (State::Open, ticks(700)));
        assert_eq!((other.error_count(), other.openings()), (2, 1));
        assert_eq!(other.since_opening(), ticks(300));
    }
    other.restore(&snapshot, slept(500)).unwrap();
    assert_eq!((other.retry_after(), other.since_opening()), (ticks(200), ticks(800)));
    assert_eq!(other.recovery_start_time(), Some(later.now() + 200));
    later.advance_ticks(199);
    assert!(!works(&other));
    later.advance_ticks(1);
    assert!(works(&other));
    assert_eq!(other.state(), State::Closed);

    other.restore(&snapshot, slept(700)).unwrap();
    assert_eq!((other.state(), other.since_opening()), (State::HalfOpen, ticks(1_000)));
    other.restore(&snapshot, Slept::For(Duration::MAX)).unwrap();
    assert_eq!(other.state(), State::HalfOpen);
    assert!(works(&other));
}

#[test]
fn each_state_comes_back_as_what_it_can_be() {
    let [(b, clock), (other, later)] = twins(config());
    let carry = || {
        other.restore(&carried(b.snapshot()), Slept::Unknown).unwrap();
        (other.state(), other.error_count(), other.success_count(), other.retry_after())
    };
    let closed = (State::Closed, 0, 0, ticks(0));
    assert_eq!(carry(), closed);
    fails(&b);
    assert_eq!(carry(), closed, "clean");
    b.force_open();
    assert_eq!(carry(), (State::ForcedOpen, 0, 0, None));
    b.force_closed();
    assert_eq!(carry(), (State::ForcedClosed, 0, 0, ticks(0)));
    b.reset();
    fails(&b);
    fails(&b);
    assert_eq!(carry(), (State::Open, 2, 0, ticks(1_000)));
    // Open and over, half-open: the next call is the probe.
    clock.advance_ticks(5_000);
    assert_eq!(carry(), (State::HalfOpen, 2, 0, ticks(0)));
    assert_eq!(other.since_opening(), ticks(5_000));
    let _hangs = b.try_acquire().unwrap();
    assert_eq!(b.snapshot().state(), State::HalfOpen);
    assert_eq!(carry(), (State::HalfOpen, 2, 0, ticks(0)));
    let probe = other.try_acquire().unwrap();
    assert!(probe.is_probe());
    probe.failure();
    assert_eq!((other.state(), other.openings()), (State::Open, 2));
    // What is written down again is the same.
    later.advance_ticks(77);
    let (one, two) = (other.snapshot(), other.snapshot());
    other.restore(&one, NO_SLEEP).unwrap();
    assert_eq!((one, one), (two, other.snapshot()));
}

#[test]
fn a_lockout_stays_and_a_breaker_that_starts_by_probing_still_does() {
    let plan = leak(Recovery::new().lockout(2).start_by_probing());
    let [(b, clock), (other, _)] = twins(config().recovery(plan));
    assert!(works(&other));
    assert_eq!((b.snapshot().state(), b.snapshot().openings()), (State::HalfOpen, 0));
    other.restore(&carried(b.snapshot()), Slept::Unknown).unwrap();
    assert_eq!((other.state(), other.error_count()), (State::HalfOpen, 0));
    assert!(other.try_acquire().unwrap().is_probe());

    let hangs = b.try_acquire().unwrap();
    other.restore(&carried(b.snapshot()), Slept::Unknown).unwrap();
    assert_eq!((other.state(), other.error_count()), (State::HalfOpen, 0));
    hangs.failure();
    clock.advance_ticks(1_000);
    fails(&b);
    assert_eq!(b.state(), State::LockedOut);
    clock.advance_ticks(44);
    other.restore(&carried(b.snapshot()), slept(6)).unwrap();
    assert_eq!((other.state(), other.retry_after()), (State::LockedOut, None));
    assert_eq!((other.openings(), other.since_opening()), (2, ticks(50)));
    assert_eq!(other.error_count(), b.error_count());
    other.reset();
    assert!(works(&other));
    assert_eq!(other.since_opening(), ticks(50));
}

#[test]
fn a_slow_start_is_over() {
    let [(b, clock), (other, _)] = twins(config().slow_start(Duration::from_secs(16)));
    let _: &CircuitBreaker<Clock, SlowStart<Consecutive>> = &b;
    fails(&b);
    fails(&b);
    clock.advance_ticks(1_000);
    assert!(works(&b));
    assert_eq!(b.state(), State::SlowStart);
    other.restore(&carried(b.snapshot()), Slept::Unknown).unwrap();
    assert_eq!((other.state(), other.openings()), (State::Closed, 0));
    assert!(works(&other));
}

#[test]
fn an_opening_of_a_length_of_its_own_keeps_it() {
    let plan = leak(Recovery::new().max_wait(Duration::from_secs(100)));
    let [(b, clock), (other, later)] = twins(config().recovery(plan));
    b.open_for(Duration::from_secs(50));
    let left = b.retry_after().unwrap().ticks();
    assert!((50_000..=50_400).contains(&left), "{left}");
    clock.advance_ticks(10_000);
    other.restore(&carried(b.snapshot()), slept(10_000)).unwrap();
    assert_eq!(other.retry_after(), ticks(left - 20_000));
    assert_eq!(other.recovery_start_time(), Some(later.now() + left - 20_000));
}

#[test]
fn the_level_falls_by_the_time_slept_as_by_any_other() {
    let plan =
        leak(Recovery::new().doubling(Duration::from_secs(8)).reset_time(Duration::from_secs(100)));
    let [(b, clock), (other, later)] = twins(config().recovery(plan));
    for wait in [1_000, 2_000, 4_040] {
        fails(&b);
        fails(&b);
        clock.advance_ticks(wait);
    }
    assert!(works(&b));
    assert_eq!((b.state(), b.openings()), (State::Closed, 3));
    clock.advance_ticks(40_000);
    let snapshot = carried(b.snapshot());
    assert_eq!(snapshot.openings(), 3);
    for (sleep, next) in [
        (Slept::Unknown, 4),
        (slept(59_900), 4), // of the opening 40 ticks more than planned count as closed
        (slept(60_000), 3),
        (slept(160_000), 2),
        (slept(260_000), 1),
        (slept(1 << 40), 1), // 34 years
    ] {
        other.restore(&snapshot, sleep).unwrap();
        assert_eq!((other.state(), other.error_count()), (State::Closed, 0));
        other.trip();
        assert_eq!(other.openings(), next, "{sleep:?}");
        other.reset();
        later.advance_ticks(9);
    }
    // More than a stamp can tell, and not all of the level.
    let plan = leak(Recovery::new().reset_time(Duration::from_millis(1 << 31)));
    let [(b, clock), (other, later)] = twins(config().recovery(plan));
    for _ in 0..3 {
        fails(&b);
        fails(&b);
        clock.advance_ticks(1_000);
    }
    assert!(works(&b));
    other.restore(&b.snapshot(), slept((1 << 32) - 5)).unwrap();
    assert_eq!(other.openings(), 2);
    later.advance_ticks(5);
    other.trip();
    assert_eq!(other.openings(), 2, "one more was due");
}

#[test]
fn an_open_breaker_that_sleeps_beyond_the_range_of_its_clock_is_over() {
    let [(b, _), (other, later)] = twins(config());
    fails(&b);
    fails(&b);
    let snapshot = b.snapshot();
    for millis in [1 << 31, (1 << 32) - (1 << 16), (1 << 32) - 1, 1 << 32, (1 << 32) + 5, u64::MAX]
    {
        other.restore(&snapshot, slept(millis)).unwrap();
        for _ in 0..3 {
            assert_eq!(other.state(), State::HalfOpen, "{millis}");
            later.advance_ticks(1 << 16);
        }
    }
}

#[test]
fn a_restored_opening_is_not_shorter_than_asked_on_a_clock_that_ticks_between_readings() {
    static NOW: AtomicU64 = AtomicU64::new(0);
    type Coarse = FnClock<u64, 1_000, 10>;
    let clock = Coarse::new(|| NOW.load(Relaxed));
    let config = leak(Config::new("b").recovery_timeout(Duration::from_millis(100)));
    let made = || CircuitBreaker::<Coarse>::try_new(config, clock).unwrap();
    let b = made();
    b.trip();
    assert_eq!(b.retry_after(), ticks(110));
    NOW.store(50, Relaxed);
    let snapshot = b.snapshot();
    NOW.store(7, Relaxed); // begins anew
    let other = made();
    other.restore(&snapshot, slept(20)).unwrap();
    assert_eq!(other.retry_after(), ticks(50));
    other.restore(&snapshot, slept(60)).unwrap();
    assert_eq!((other.state(), other.retry_after()), (State::HalfOpen, ticks(0)));
}

#[test]
fn wide_ticks_that_begin_anew_or_have_come_far_restore_alike() {
    static NOW: AtomicU64 = AtomicU64::new(0);
    type Wide = FnClock<u64, 1_000_000, 0>;
    let clock = Wide::new(|| NOW.load(Relaxed));
    let config = leak(Config::new("b").recovery_timeout(Duration::from_secs(60)));
    let made = || CircuitBreaker::<Wide>::try_new(config, clock).unwrap();
    for (before, after) in
        [(7 << 40, 0), (7 << 40, 5), (0, (9 << 32) + 5), (12 << 32, (12 << 32) - 1)]
    {
        NOW.store(before, Relaxed);
        let b = made();
        b.trip();
        NOW.fetch_add(10_000_000, Relaxed);
        let snapshot = b.snapshot();
        NOW.store(after, Relaxed);
        let other = made();
        other.restore(&snapshot, slept(20_000)).unwrap();
        let left = |other: &CircuitBreaker<Wide>| other.retry_after().unwrap().as_millis();
        assert_eq!((other.state(), left(&other)), (State::Open, 30_000));
        assert_eq!(other.since_opening().unwrap().as_millis(), 30_000);
        NOW.fetch_add(29_999_999, Relaxed);
        assert_eq!(other.state(), State::Open);
        NOW.fetch_add(1, Relaxed);
        assert_eq!(other.state(), State::HalfOpen);
        // Longer than the range: over, whatever the clock says.
        NOW.store(after + (3 << 32), Relaxed);
        assert_eq!(other.state(), State::HalfOpen);
        NOW.store(after, Relaxed);
        let other = made();
        other.restore(&snapshot, Slept::For(Duration::from_secs(1 << 40))).unwrap();
        assert_eq!(other.state(), State::HalfOpen);
    }
}

#[test]
fn a_restoration_is_told_where_it_changes_the_state_and_calls_under_way_count_no_more() {
    static CHANGES: Mutex<Vec<(State, State, Reason, u16)>> = Mutex::new(Vec::new());
    static CLOCK: ManualClock = ManualClock::new();
    static B: CircuitBreaker<Clock> = CircuitBreaker::new(
        &Config::new("b").error_threshold(2).recovery_timeout_ticks(1_000).hooks(
            &Hooks::new().on_transition(|change| {
                let change = (change.from, change.to, change.reason, change.error_count);
                CHANGES.lock().unwrap().push(change);
            }),
        ),
        &CLOCK,
    );
    let told = || core::mem::take(&mut *CHANGES.lock().unwrap());
    let closed = B.snapshot();
    let under_way = B.try_acquire().unwrap();
    B.restore(&closed, Slept::Unknown).unwrap();
    assert_eq!(told(), []);
    fails(&B);
    under_way.failure(); // of another generation
    assert_eq!((B.state(), B.error_count()), (State::Closed, 1));
    fails(&B);
    let open = B.snapshot();
    told();
    B.restore(&open, Slept::Unknown).unwrap();
    assert_eq!(told(), []);
    B.restore(&closed, Slept::Unknown).unwrap();
    assert_eq!(told(), [(State::Open, State::Closed, Reason::Restored, 0)]);
    B.restore(&open, Slept::Unknown).unwrap();
    assert_eq!(told(), [(State::Closed, State::Open, Reason::Restored, 2)]);
    assert_eq!(B.retry_after(), ticks(1_000));
}

/// Some snapshots, of all states.
fn snapshots() -> Vec<Snapshot> {
    let plan = leak(Recovery::new().lockout(3));
    let [(b, clock), _] = twins(config().recovery(plan));
    let mut snapshots = vec![b.snapshot()];
    for _ in 0..3 {
        fails(&b);
        fails(&b);
        clock.advance_ticks(77);
        snapshots.push(b.snapshot());
        clock.advance_ticks(1_000);
        snapshots.push(b.snapshot());
    }
    b.force_open();
    snapshots.push(b.snapshot());
    b.force_closed();
    snapshots.push(b.snapshot());
    assert_eq!(snapshots.len(), 9);
    snapshots
}

#[test]
fn every_flipped_bit_and_every_cut_is_refused() {
    for snapshot in snapshots() {
        let bytes = snapshot.to_bytes();
        for bit in 0..128 {
            let mut flipped = bytes;
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Snapshot::from_bytes(&flipped), Err(SnapshotError::Damaged), "bit {bit}");
            for second in 0..bit {
                let mut flipped = flipped;
                flipped[second / 8] ^= 1 << (second % 8);
                assert!(Snapshot::from_bytes(&flipped).is_err(), "bits {second} and {bit}");
            }
        }
        for length in 0..16 {
            assert_eq!(Snapshot::from_bytes(&bytes[..length]), Err(SnapshotError::Length));
        }
        let longer = [&bytes[..], &[0]].concat();
        assert_eq!(Snapshot::from_bytes(&longer), Err(SnapshotError::Length));
    }
    for byte in 0..=u8::MAX {
        assert!(Snapshot::from_bytes(&[byte; 16]).is_err(), "{byte}");
    }
}

/// Bytes with a right check at their end.
fn sealed(mut bytes: [u8; 16]) -> [u8; 16] {
    let mut check = 0xFFFF_u16;
    for byte in &bytes[..14] {
        check ^= u16::from(*byte) << 8;
        for _ in 0..8 {
            check = if check & 0x8000 == 0 { check << 1 } else { check << 1 ^ 0x1021 };
        }
    }
    bytes[14..].copy_from_slice(&check.to_le_bytes());
    bytes
}

/// What stands in flash must be read by the next version of this crate, or be refused by it.
#[test]
fn the_bytes_are_what_they_were() {
    let [(b, clock), _] = twins(config());
    fails(&b);
    fails(&b);
    clock.advance_ticks(300);
    let bytes = b.snapshot().to_bytes();
    assert_eq!(bytes[..10], [1, 0x11, 44, 1, 0, 0, 232, 3, 0, 0]);
    assert_eq!(sealed(bytes), bytes);
    let other_version = sealed({
        let mut bytes = bytes;
        bytes[0] = 2;
        bytes
    });
    assert_eq!(Snapshot::from_bytes(&other_version), Err(SnapshotError::Version));
    // The configuration's number, on every target.
    assert_eq!(bytes[10..14], FINGERPRINT);
}

const FINGERPRINT: [u8; 4] = [215, 44, 61, 6];

#[test]
fn values_that_no_breaker_can_have_are_refused_though_their_check_is_right() {
    const NEVER: u32 = u32::MAX;
    let with = |state: u8, age: u32, lasts: u32| {
        let mut bytes = [0; 16];
        (bytes[0], bytes[1]) = (1, state);
        bytes[2..6].copy_from_slice(&age.to_le_bytes());
        bytes[6..10].copy_from_slice(&lasts.to_le_bytes());
        Snapshot::from_bytes(&sealed(bytes))
    };
    for possible in [
        (0x00, NEVER, 0),
        (0x00, 5, 0),
        (0x30, 5, 0),
        (0x11, 0, 1),
        (0xF1, u32::MAX - (1 << 16), 1 << 31),
        (0x02, NEVER, 0),
        (0x03, 5, 0),
        (0x04, NEVER, 0),
        (0x15, 5, 0),
    ] {
        let (state, age, lasts) = possible;
        assert!(with(state, age, lasts).is_ok(), "{possible:x?}");
    }
    for impossible in [
        (0x30, NEVER, 0),
        (0x00, u32::MAX - 1, 0),
        (0x00, 5, 5),
        (0x01, 5, 5),
        (0x11, NEVER, 5),
        (0x11, 5, 0),
        (0x11, 5, (1 << 31) + 1),
        (0x12, 5, 0),
        (0x13, 5, 0),
        (0x14, 5, 0),
        (0x05, 5, 0),
        (0x15, 5, 5),
        (0x06, 5, 0),
        (0x0F, 5, 0),
    ] {
        let (state, age, lasts) = impossible;
        assert_eq!(with(state, age, lasts), Err(SnapshotError::Value), "{impossible:x?}");
    }
}

#[test]
fn a_snapshot_of_another_configuration_is_refused_and_changes_nothing() {
    type Faster = ManualClock<2_000>;

    fn refused<S: Strategy + core::fmt::Debug>(
        snapshot: &Snapshot,
        config: Config<Clock, S>,
        clock: Clock,
    ) {
        let b = made(config, clock);
        fails(&b);
        let before = format!("{b:?}");
        let refused = b.restore(snapshot, Slept::Unknown);
        assert_eq!(refused, Err(SnapshotError::Configuration), "{config:?}");
        assert_eq!(format!("{b:?}"), before);
    }
    let clock: Clock = leak(ManualClock::new());
    let b = made(config(), clock);
    fails(&b);
    fails(&b);
    let snapshot = b.snapshot();
    let second = Duration::from_secs(1);
    let recovery = Recovery::new;
    let mut plans = Vec::new();
    for plan in [
        recovery(),
        recovery().doubling(second * 9),
        recovery().growing(201, second * 9),
        recovery().doubling(second * 8),
        recovery().each(&[second]),
        recovery().each(&[second, second]),
        recovery().each(&[second * 2]),
        recovery().jitter(1),
        recovery().reset_time(second),
        recovery().lockout(1),
        recovery().lockout(2),
        recovery().max_wait(second),
        recovery().start_by_probing(),
    ] {
        let plan = leak(plan);
        refused(&snapshot, config().recovery(plan), clock);
        plans.push(made(config().recovery(plan), clock).snapshot().to_bytes()[10..14].to_vec());
    }
    plans.sort();
    plans.dedup();
    assert_eq!(plans.len(), 13, "each its own number");

    refused(&snapshot, config().id("c"), clock);
    refused(&snapshot, config().error_threshold(3), clock);
    refused(&snapshot, config().recovery_threshold(2), clock);
    refused(&snapshot, config().max_probes(2), clock);
    refused(&snapshot, config().recovery_timeout_ticks(1_001), clock);
    refused(&snapshot, config().probe_timeout_ticks(1_001), clock);
    refused(&snapshot, config().dropped(Verdict::Failure), clock);
    refused(&snapshot, config().strategy(NetError), clock);
    refused(&snapshot, config().observe_only(), clock);
    refused(&snapshot, config().slow_call(second), clock);
    refused(&snapshot, config().slow_start(second), clock);
    let one = made(config().slow_call(second), clock).snapshot();
    refused(&one, config().slow_call(second * 2), clock);
    let one = made(config().slow_start(second), clock).snapshot();
    refused(&one, config().slow_start(second * 2), clock);

    let faster = Config::new("b").error_threshold(2).recovery_timeout_ticks(1_000);
    let faster = CircuitBreaker::try_new(leak(faster), Faster::with_rate(0)).unwrap();
    assert_eq!(faster.restore(&snapshot, Slept::Unknown), Err(SnapshotError::Configuration));

    // What decides nothing, or is the device's own, is no other configuration.
    let seeded = |seed| made(config().recovery(leak(recovery().jitter(9).seed(seed))), clock);
    assert_eq!(seeded(1).restore(&seeded(2).snapshot(), Slept::Unknown), Ok(()));
    let told = made(config().observer(&()), clock);
    assert_eq!(told.restore(&snapshot, Slept::Unknown), Ok(()));
    assert_eq!(told.state(), State::Open);
}

/// Each strategy, and each of its settings, is another configuration.
#[test]
fn strategies_that_differ_in_a_setting_are_not_taken_for_each_other() {
    let clock: Clock = leak(ManualClock::new());
    let second = Duration::from_secs(1);
    let mut seen = std::collections::BTreeMap::new();
    macro_rules! differ {
        ($($strategy:expr,)*) => {$(
            let bytes = made($strategy, clock).snapshot().to_bytes();
            let before = seen.insert(bytes[10..14].to_vec(), stringify!($strategy));
            assert_eq!(before, None, "as {}", stringify!($strategy));
        )*};
    }
    differ! {
        config(),
        config().strategy(NetError),
        config().debounce(1, 1),
        config().debounce(2, 1),
        config().debounce(1, 2),
        config().debounce(1, 1).jumps(1, 0),
        config().debounce(1, 1).jumps(2, 0),
        config().debounce(1, 1).jumps(0, 1),
        config().quiet(second),
        config().quiet(second * 2),
        config().quiet(second * 2).lump(second),
        config().failures_per_period(2, second),
        config().failures_per_period(3, second),
        config().failures_per_period(2, second * 2),
        config().count_window::<20>(50, 5),
        config().count_window::<21>(50, 5),
        config().count_window::<20>(51, 5),
        config().count_window::<20>(50, 6),
        config().time_window::<10>(second, 50, 5),
        config().time_window::<5>(second, 50, 5),
        config().time_window::<10>(second * 2, 50, 5),
        config().time_window::<10>(second, 51, 5),
        config().time_window::<10>(second, 50, 6),
        config().decaying_rate(4, 50, second),
        config().decaying_rate(5, 50, second),
        config().decaying_rate(4, 51, second),
        config().decaying_rate(4, 50, second * 2),
    }
    assert_eq!(seen.len(), 27);
}

/// Whatever happens to a breaker, its twin goes on as it does.
#[test]
fn a_twin_that_is_restored_at_any_moment_goes_on_as_the_first() {
    let plans = [
        Recovery::new(),
        Recovery::new().doubling(Duration::from_secs(9)).reset_time(Duration::from_secs(3)),
        Recovery::new().each(&[Duration::from_millis(70), Duration::from_secs(4)]).lockout(3),
        Recovery::new().jitter(50).max_wait(Duration::from_secs(9)).start_by_probing(),
    ];
    let mut noise = 1_u32;
    let mut below = move |n: u32| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (noise >> 16) % n
    };
    let mut seen = [0_u32; 8];
    for round in 0..800 {
        let config = config().recovery_threshold(2).recovery(leak(plans[round % 4]));
        let [(b, clock), (twin, other)] = twins(config);
        for _ in 0..below(60) {
            match below(12) {
                0..6 => fails(&b),
                6 => _ = works(&b),
                7..9 => clock.advance_ticks(1_000),
                9 => b.open_for(Duration::from_millis(u64::from(below(20_000)))),
                10 if below(9) == 0 => b.force_open(),
                10 if below(9) == 0 => b.force_closed(),
                10 => b.reset(),
                _ => clock.advance_ticks(below(3_000)),
            }
        }
        // Some of it by the clock, some of it asleep.
        let (state, sleep) = (b.state(), below(2_000));
        if state == State::Closed {
            b.restore(&b.snapshot(), NO_SLEEP).unwrap(); // clean
        }
        twin.restore(&carried(b.snapshot()), slept(u64::from(sleep))).unwrap();
        clock.advance_ticks(sleep);
        seen[state as usize] += 1;
        for _ in 0..6 {
            assert_eq!((twin.state(), twin.openings()), (b.state(), b.openings()), "{round}");
            assert_eq!(
                (twin.retry_after(), twin.error_count()),
                (b.retry_after(), b.error_count())
            );
            // An opening at tick 0 reads 1.
            let since = [&twin, &b].map(|b| b.since_opening().map_or(0, Wait::ticks));
            assert!(since[0].abs_diff(since[1]) <= 1, "{since:?}");
            let passed = below(4_000);
            clock.advance_ticks(passed);
            other.advance_ticks(passed);
            // With jitter the draws differ.
            if round % 4 < 3 && below(2) == 0 {
                fails(&b);
                fails(&twin);
            }
        }
    }
    for state in [State::Closed, State::Open, State::ForcedOpen, State::LockedOut] {
        assert!(seen[state as usize] > 5, "{state}: {seen:?}");
    }
}

#[cfg(feature = "serde")]
#[test]
fn as_values_it_is_the_same_and_what_cannot_be_is_refused() {
    for snapshot in snapshots() {
        let text = serde_json::to_string(&snapshot).unwrap();
        assert_eq!(serde_json::from_str::<Snapshot>(&text).unwrap(), snapshot);
    }
    let [(b, _), _] = twins(config());
    b.force_open();
    let text = serde_json::to_string(&b.snapshot()).unwrap();
    let (told, configuration) = text.rsplit_once(':').unwrap();
    assert_eq!(
        told,
        "{\"version\":1,\"state\":\"forced-open\",\"openings\":0,\"since_opening\":null,\
         \"lasts\":0,\"configuration\""
    );
    let refused = |text: &str| serde_json::from_str::<Snapshot>(text).unwrap_err().to_string();
    let with = |old: &str, new: &str| refused(&text.replace(old, new));
    assert!(with("\"version\":1", "\"version\":2").contains("of another version"));
    assert!(with("\"openings\":0", "\"openings\":1").contains("of no possible breaker"));
    assert!(with("\"lasts\":0,", "").contains("missing field"));
    assert!(with("\"lasts\":0,", "\"lasts\":0,\"more\":1,").contains("unknown field"));
    // It is of this breaker alone there too.
    let other = text.replace(configuration, "7}");
    let other: Snapshot = serde_json::from_str(&other).unwrap();
    assert_eq!(b.restore(&other, Slept::Unknown), Err(SnapshotError::Configuration));
}

#[cfg(feature = "serde")]
#[test]
fn states_and_what_changed_them_are_values_too() {
    use mcb::observe::Counts;
    use mcb::{Cause, Rejected, Transition};

    fn text<T: serde::Serialize>(value: T) -> String {
        serde_json::to_string(&value).unwrap()
    }
    for state in [
        State::Closed,
        State::Open,
        State::HalfOpen,
        State::SlowStart,
        State::LockedOut,
        State::ForcedOpen,
        State::ForcedClosed,
    ] {
        assert_eq!(text(state), format!("\"{state}\""));
        assert_eq!(serde_json::from_str::<State>(&text(state)).unwrap(), state);
    }
    let reason = Reason::Failure(Cause::Recovery);
    let change = Transition::new("b", State::HalfOpen, State::Open, reason, 3);
    assert_eq!(
        text(change),
        "{\"id\":\"b\",\"from\":\"half-open\",\"to\":\"open\",\"reason\":{\"failure\":\"recovery\"},\
         \"error_count\":3}"
    );
    assert_eq!(serde_json::from_str::<Reason>("\"by-hand\"").unwrap(), Reason::ByHand);
    assert_eq!(serde_json::from_str::<Verdict>("\"ignore\"").unwrap(), Verdict::Ignore);
    let rejected = Rejected::new("b", State::Open, ticks(5), 2);
    assert!(text(rejected).contains("\"retry_after\":{\"ticks\":5,\"hz\":1000}"));
    let counts: Counts = serde_json::from_str(&text(Counts::default())).unwrap();
    assert_eq!(counts, Counts::default());
}
