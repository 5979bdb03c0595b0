//! How long openings last: by the oracle alone, and by breakers beside it.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, RngSeed, TestRunner};
use strategies::real::{self, Recovering};
use strategies::recovery::{Course, Duration, HIGHEST, Policy, in_word};

const SECOND: u64 = 1_000;

fn policy(duration: Duration) -> Policy {
    Policy { duration, ..Policy::constant(1) }
}

fn growing() -> Policy {
    policy(Duration::Growing { first: SECOND, percent: 200, cap: 10 * SECOND })
}

/// Level and duration of as many openings, each after a failed probe.
fn openings(policy: &Policy, count: usize) -> Vec<(u64, u64, u64)> {
    let mut course = Course::new(policy.clone());
    let mut now = 0;
    let mut open = || {
        let opening = course.opening(now, 0);
        now += opening.max;
        (opening.level, opening.min, opening.max)
    };
    (0..count).map(|_| open()).collect()
}

fn check<S: Strategy>(cases: u32, given: &S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(0x6D63_6220),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../proptest-regressions/strategies.txt"
        )))),
        ..ProptestConfig::default()
    };
    if let Err(error) = TestRunner::new(config).run(given, test) {
        panic!("{error}");
    }
}

#[test]
fn a_word_holds_a_time_never_shorter_and_less_than_one_percent_longer() {
    let steps = (0..=31).flat_map(|power| (1_u64 << power).saturating_sub(3)..=(1 << power) + 3);
    for ticks in steps.chain(0..70_000).filter(|ticks| *ticks <= 1 << 31) {
        let held = in_word(ticks);
        assert!(held >= ticks && (held - ticks) * 128 <= ticks, "{ticks} {held}");
        assert!(ticks > 255 || held == ticks, "{ticks} is exact");
        assert_eq!(in_word(held), held);
        // The form in which it is held.
        let exponent = (0..25).find(|exponent| held >> exponent < 256).unwrap();
        assert_eq!(held >> exponent << exponent, held);
    }
}

#[test]
fn a_growing_duration_doubles_up_to_its_cap() {
    let held = |ticks| (ticks, if ticks == SECOND { ticks } else { in_word(ticks) });
    let expected = [1, 2, 4, 8, 10, 10].map(|seconds| held(seconds * SECOND));
    let found = openings(&growing(), 6);
    assert_eq!(found.iter().map(|(_, min, max)| (*min, *max)).collect::<Vec<_>>(), expected);
    assert_eq!(found.iter().map(|(level, ..)| *level).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    // 1, 1.5, 2.25, 3.375 and 5.0625 of 3 ticks, rounded down or up at each step.
    let small = policy(Duration::Growing { first: 3, percent: 150, cap: 100 });
    let found: Vec<_> = openings(&small, 5).iter().map(|(_, min, max)| (*min, *max)).collect();
    assert_eq!(found, [(3, 3), (4, 5), (6, 8), (9, 12), (13, 18)]);
}

#[test]
fn the_last_shot_repeats_and_levels_end_at_fifteen() {
    let shots = policy(Duration::Shots(vec![100, 200, 250]));
    let found = openings(&shots, 20);
    let expected = (1..=20).map(|level: u64| {
        let ticks = [100, 200, 250][level.min(3) as usize - 1];
        (level.min(HIGHEST), ticks, ticks)
    });
    assert_eq!(found, expected.collect::<Vec<_>>());
}

#[test]
fn jitter_comes_on_top_of_the_cap() {
    let policy = Policy { jitter: 20, ..growing() };
    let (_, min, max) = openings(&policy, 9)[8];
    assert_eq!((min, max), (10 * SECOND, in_word(12 * SECOND)));
}

#[test]
fn closing_clears_the_level_unless_a_reset_time_is_set() {
    let mut course = Course::new(growing());
    course.opening(0, 0);
    assert_eq!(course.opening(SECOND, 0).level, 2);
    course.closing();
    assert_eq!(course.opening(3 * SECOND, 0).level, 1);

    let mut course = Course::new(Policy { reset_time: Some(60 * SECOND), ..growing() });
    course.opening(0, 0);
    course.closing();
    assert_eq!(course.opening(2 * SECOND, 0).level, 2, "it flaps");
}

/// A recloser's reclaim time, Envoy's multiplier that decays, and Kubernetes' reset after ten minutes.
#[test]
fn a_level_falls_by_one_for_each_reset_time_that_it_is_closed() {
    let reset_time = 60 * SECOND;
    let policy = Policy { reset_time: Some(reset_time), ..growing() };
    let after = |closed: u64| {
        let mut course = Course::new(policy.clone());
        // Levels 1 to 3; the third lasts 4 s of its own.
        for now in [0, 1, 3].map(|seconds| seconds * SECOND) {
            course.opening(now, 0);
        }
        course.closing();
        course.opening(7 * SECOND + closed, 0).level
    };
    let levels = [0, 1, 2, 3, 4, 100].map(|times| after(times * reset_time));
    assert_eq!(levels, [4, 3, 2, 1, 1, 1]);
    let before = [1, 2, 3].map(|times| after(times * reset_time - 1));
    assert_eq!(before, [4, 3, 2], "a tick before");
}

#[test]
fn what_an_opening_lasted_longer_counts_as_time_closed() {
    let policy =
        Policy { reset_time: Some(10 * SECOND), max_wait: 60 * SECOND, jitter: 50, ..growing() };
    let mut course = Course::new(policy);
    // Asked for 31 s, of which one is its own; closed at once by its first probe.
    let first = course.opening(0, 31 * SECOND);
    assert_eq!((first.min, first.max, first.level), (31 * SECOND, in_word(31 * SECOND), 1));
    course.closing();
    assert_eq!(course.opening(31 * SECOND, 0).level, 1);
    // From half-open nothing falls, however long it took.
    assert_eq!(course.opening(500 * SECOND, 0).level, 2);
}

#[test]
fn the_nth_opening_is_the_lockout_also_of_one_that_flaps() {
    let shots = policy(Duration::Shots(vec![500, 15 * SECOND, 45 * SECOND]));
    let recloser = Policy { lockout: Some(4), reset_time: Some(120 * SECOND), ..shots };
    let mut course = Course::new(recloser.clone());
    let mut now = 0;
    for shot in 1..=3 {
        let opening = course.opening(now, 0);
        assert_eq!((opening.level, opening.locked_out), (shot, false));
        now += opening.max + SECOND;
        course.closing();
    }
    assert!(course.opening(now, 0).locked_out);
    course.reset();
    let again = course.opening(now, 0);
    assert_eq!((again.level, again.locked_out), (1, false));

    // Where closing clears the level, only openings in a row lock it out.
    let mut course = Course::new(Policy { reset_time: None, ..recloser });
    for now in 0..20 {
        assert!(!course.opening(now * 60 * SECOND, 0).locked_out);
        course.closing();
    }
    let row = [21, 22, 23, 24].map(|now| course.opening(now * 60 * SECOND, 0).locked_out);
    assert_eq!(row, [false, false, false, true]);
}

#[test]
fn who_asks_gets_more_up_to_the_longest_wait_and_never_less() {
    let policy = Policy { max_wait: 20 * SECOND, ..growing() };
    let asked = |asked| {
        let opening = Course::new(policy.clone()).opening(0, asked);
        (opening.min, opening.max)
    };
    let plain = (SECOND, SECOND);
    assert_eq!(asked(0), plain);
    assert_eq!(asked(SECOND / 2), plain);
    assert_eq!(asked(5 * SECOND), (5 * SECOND, in_word(5 * SECOND)));
    assert_eq!(asked(1 << 40), (20 * SECOND, in_word(20 * SECOND)));
    // The policy's own duration knows no longest wait.
    let policy = Policy { max_wait: 10, ..policy };
    assert_eq!(Course::new(policy.clone()).opening(0, 1 << 40).min, SECOND);

    let mut course = Course::new(Policy { max_wait: 20 * SECOND, ..policy });
    course.opening(0, 0);
    assert_eq!(course.longer(300, 700, 600), (700, 700));
    assert_eq!(course.longer(300, 700, 5_000), (5_000, in_word(5_300) - 300));
    assert_eq!(course.longer(300, 700, 1 << 40), (20_000, in_word(20_300) - 300));
    assert_eq!(course.longer(300, 30_000, 1 << 40), (30_000, 30_000));
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Call {
        failed: bool,
    },
    Wait(u32),
    /// Until it is told to end, or a tick less.
    WaitAsTold {
        less: bool,
    },
    /// Nothing is asked for by 0.
    OpenFor(u64),
    Reset,
}

fn step(policy: &Policy) -> impl Strategy<Value = Step> + use<> {
    let own = policy.duration.of(1).0;
    let times: Vec<u32> =
        [1, own, own + 1, policy.reset_time.unwrap_or(1), 100_000].map(|ticks| ticks as u32).into();
    prop_oneof![
        6 => (0..3_u8).prop_map(|die| Step::Call { failed: die > 0 }),
        4 => any::<bool>().prop_map(|less| Step::WaitAsTold { less }),
        2 => proptest::sample::select(times).prop_map(Step::Wait),
        1 => (0..200_u32).prop_map(Step::Wait),
        1 => prop_oneof![Just(0), 1..10_000_u64, 50_000..80_000_u64].prop_map(Step::OpenFor),
        1 => Just(Step::Reset),
    ]
}

/// Round numbers, and any.
fn growth() -> impl Strategy<Value = Duration> {
    let round = (1..50_u64, 1..5_u64, 1..40_u64)
        .prop_map(|(first, halves, more)| (first * 100, 100 + halves * 50, more * 100));
    let any = (1..500_u64, 101..=1_000_u64, 0..50_000_u64);
    prop_oneof![round, any].prop_map(|(first, percent, more)| Duration::Growing {
        first,
        percent,
        cap: first + more,
    })
}

fn policies() -> impl Strategy<Value = Policy> {
    let duration = prop_oneof![
        (1..5_000_u64).prop_map(Duration::Constant),
        growth(),
        vec(1..5_000_u64, 1..=8).prop_map(Duration::Shots),
    ];
    let jitter = prop_oneof![3 => Just(0_u64), 1 => 1..=99_u64];
    let reset_time = proptest::option::of(1..10_000_u64);
    (duration, jitter, reset_time, proptest::option::of(1..=15_u64)).prop_map(
        |(duration, jitter, reset_time, lockout)| Policy {
            duration,
            jitter,
            reset_time,
            lockout,
            max_wait: 60_000,
        },
    )
}

const FOR_EVER: u64 = u64::MAX;

/// One that opens at each failure and closes at each success.
struct Beside {
    breaker: Box<dyn Recovering>,
    course: Course,
    now: u64,
    /// Until when it is open, as it said; [`FOR_EVER`] where it is locked out.
    open: Option<u64>,
}

impl Beside {
    fn step(&mut self, step: Step) -> Result<(), TestCaseError> {
        match step {
            Step::Wait(ticks) => self.wait(ticks.into()),
            Step::WaitAsTold { less } => {
                if let Some(until) = self.open.filter(|until| *until != FOR_EVER) {
                    self.wait(until.saturating_sub(self.now).saturating_sub(u64::from(less)));
                }
            }
            Step::Reset => {
                self.breaker.reset();
                self.course.reset();
                self.open = None;
            }
            Step::OpenFor(asked) => self.open_for(asked)?,
            Step::Call { failed } => self.call(failed)?,
        }
        let left = match self.open {
            None => Some(0),
            Some(FOR_EVER) => None,
            Some(until) => Some(until.saturating_sub(self.now)),
        };
        prop_assert_eq!(self.breaker.retry_after(), left);
        Ok(())
    }

    fn wait(&mut self, ticks: u64) {
        self.now += ticks;
        // An opening at tick 0 reads 1, so that its level falls a tick late.
        self.now += u64::from(self.now as u32 == 0);
        self.breaker.set(self.now);
    }

    fn call(&mut self, failed: bool) -> Result<(), TestCaseError> {
        let rejects = self.open.is_some_and(|until| self.now < until);
        prop_assert_eq!(self.breaker.call(failed), !rejects, "rejected or not at {}", self.now);
        if rejects {
            return Ok(());
        }
        if !failed {
            if self.open.take().is_some() {
                self.course.closing();
            }
            prop_assert_eq!(self.breaker.errors(), 0);
            return Ok(());
        }
        self.opens(0)
    }

    /// It has just opened.
    fn opens(&mut self, asked: u64) -> Result<(), TestCaseError> {
        let (least, most) = self.course.levels(self.now);
        // With a threshold of one.
        let level = self.breaker.errors();
        prop_assert!((least..=most).contains(&level), "level {level}: {least} to {most}");
        let opening = self.course.opening_as(level, self.now, asked);
        let told = self.breaker.retry_after();
        prop_assert_eq!(told.is_none(), opening.locked_out);
        if let Some(ticks) = told {
            prop_assert!((opening.min..=opening.max).contains(&ticks), "{ticks}: {opening:?}");
        }
        self.open = Some(told.map_or(FOR_EVER, |ticks| self.now + ticks));
        Ok(())
    }

    fn open_for(&mut self, asked: u64) -> Result<(), TestCaseError> {
        // What then is to happen has a test of its own.
        if self.open.is_some_and(|until| self.now >= until) {
            return Ok(());
        }
        self.breaker.open_for(asked);
        match self.open {
            Some(FOR_EVER) => Ok(()),
            Some(until) if self.now < until => {
                let (min, max) = self.course.longer(self.now, until - self.now, asked);
                let told = self.breaker.retry_after().unwrap_or(FOR_EVER);
                prop_assert!((min..=max).contains(&told), "{told}: {min} to {max}");
                self.open = Some(self.now + told);
                Ok(())
            }
            _ => self.opens(asked),
        }
    }
}

#[test]
fn breakers_stay_open_as_the_oracle_says() {
    let constant = (1..5_000_u64).prop_map(Policy::constant);
    let start = prop_oneof![Just(0), any::<u32>(), (u32::MAX - 5_000)..=u32::MAX];
    let cases = prop_oneof![constant, policies()].prop_flat_map(move |policy| {
        let steps = vec(step(&policy), 1..80);
        (Just(policy), start.clone(), steps)
    });
    check(6_000, &cases, |(policy, start, steps)| {
        let breaker = real::recovering(&policy, start);
        let course = Course::new(policy);
        let mut beside = Beside { breaker, course, now: start.into(), open: None };
        beside.wait(0);
        steps.into_iter().try_for_each(|step| beside.step(step))
    });
}

/// A share in each eighth of the jitter, of those that fail at one tick with seeds of their own as well as of one that
/// fails again and again. Steps of what a word holds are a quarter of an eighth here.
#[test]
fn jitter_spreads_a_fleet_and_one_device_evenly() {
    const DRAWS: usize = 4_000;
    let policy = Policy { jitter: 60, ..Policy::constant(10_000) };
    let opens = |breaker: &mut Box<dyn Recovering>, now| {
        breaker.set(now);
        assert!(breaker.call(true));
        breaker.retry_after().unwrap()
    };
    let fleet = |one: usize| opens(&mut real::recovering(&policy, one as u32), 5_000);
    let mut device = real::recovering(&policy, 7);
    let device = |again: usize| {
        device.reset();
        opens(&mut device, 1 + again as u64 * 60_000)
    };
    let even = |what: &str, draws: Vec<u64>| {
        let mut eighths = [0; 8];
        for ticks in draws {
            assert!((10_000..=in_word(16_000)).contains(&ticks), "{what}: {ticks}");
            eighths[((ticks - 10_000) / 750).min(7) as usize] += 1;
        }
        println!("{what}: {eighths:?}");
        assert!(eighths.iter().all(|draws| (350..=650).contains(draws)), "{what}: {eighths:?}");
    };
    even("a fleet", (0..DRAWS).map(fleet).collect());
    even("a device", (0..DRAWS).map(device).collect());
}

/// It reads half-open then, where tripping it is an opening.
#[test]
fn one_whose_time_has_run_out_is_opened_once_more_by_hand() {
    for asked in [0, 5 * SECOND] {
        let policy = Policy { max_wait: 60 * SECOND, ..Policy::constant(SECOND) };
        let mut breaker = real::recovering(&policy, 0);
        assert!(breaker.call(true));
        breaker.set(SECOND);
        assert_eq!(breaker.retry_after(), Some(0));
        breaker.open_for(asked);
        assert!(breaker.retry_after().unwrap() >= asked.max(SECOND), "{asked} asked");
        assert_eq!(breaker.errors(), 2, "the second in a row");
    }
}

/// A slow clock has few ticks: 199 % of 2 are 4 of them, not 3.
#[test]
fn a_growing_duration_is_never_shorter_than_its_factor_says() {
    let cap = 1_000_000;
    for (first, percent) in [(2, 199), (3, 150), (10, 110), (1_000, 133)] {
        let duration = Duration::Growing { first, percent, cap };
        let policy = Policy { max_wait: cap, ..policy(duration) };
        let mut breaker = real::recovering(&policy, 0);
        let (mut now, mut ideal) = (1, first as f64);
        for level in 1..=HIGHEST {
            breaker.set(now);
            assert!(breaker.call(true));
            let told = breaker.retry_after().unwrap();
            assert!(told as f64 + 1e-6 >= ideal, "{first} {percent} % {level}: {told} {ideal}");
            now += told;
            ideal = (ideal * percent as f64 / 100.0).min(cap as f64);
        }
    }
}
