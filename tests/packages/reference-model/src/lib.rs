//! Random calls, outcomes, clock steps and forcing, with several permits in flight and clocks that
//! wrap on the way, against a model that knows no word.
#![cfg(test)]

#[path = "../../../support/driver.rs"]
mod driver;

use driver::{COUNT_WINDOWS, Length, Limits, Plan, Policy, Setting, Step, TIME_WINDOWS, compare};
use mcb::Verdict;
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, RngSeed, TestRunner};

fn verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        4 => Just(Verdict::Failure),
        3 => Just(Verdict::Success),
        1 => Just(Verdict::Ignore),
    ]
}

fn step(limits: &Limits) -> impl Strategy<Value = Step> + use<> {
    let (recovery, probe) = (limits.recovery_timeout, limits.probe_timeout);
    prop_oneof![
        8 => verdict().prop_map(Step::Call),
        6 => Just(Step::Start),
        6 => (0..8_usize, verdict()).prop_map(|(place, verdict)| Step::Finish(place, verdict)),
        1 => (0..8_usize).prop_map(Step::Drop),
        1 => (0..8_usize).prop_map(Step::Forget),
        3 => (0..4_u32).prop_map(Step::Advance),
        3 => prop_oneof![Just(recovery), Just(recovery - 1), Just(probe), Just(probe - 1)]
            .prop_map(Step::Advance),
        1 => (0..200_000_u32).prop_map(Step::Advance),
        1 => prop_oneof![4 => Just(Step::Reset), 1 => any::<bool>().prop_map(Step::Force)],
    ]
}

/// With what is documented of all strategies and of recovery: waits as they are told, times at which something changes,
/// fatal results, and openings by hand.
fn further_step(limits: &Limits) -> impl Strategy<Value = Step> + use<> {
    let mut times = limits.setting.borders();
    times.push(limits.probe_timeout);
    let reset_time = limits.plan.as_ref().and_then(|plan| plan.policy.reset_time);
    times.extend(reset_time.map(|ticks| ticks as u32));
    let border = (proptest::sample::select(times), 0..2_u32)
        .prop_map(|(ticks, less)| Step::Advance(ticks.saturating_sub(less)));
    let asked = prop_oneof![Just(0_u32), 1..500_u32, 500..100_000_u32];
    prop_oneof![
        30 => step(limits),
        4 => border,
        4 => (-1..=1_i8).prop_map(Step::AsTold),
        1 => Just(Step::Call(Verdict::Fatal)),
        1 => (0..8_usize).prop_map(|place| Step::Finish(place, Verdict::Fatal)),
        1 => asked.prop_map(Step::OpenFor),
    ]
}

/// With the plain count of that number.
fn limits(plain: u8) -> impl Strategy<Value = Limits> {
    let dropped = prop_oneof![3 => Just(Verdict::Ignore), 1 => Just(Verdict::Failure)];
    (1..6_u16, 1..5_u8, 1..50_u32, 1..4_u8, 1..50_u32, dropped).prop_map(
        move |(
            error_threshold,
            recovery_threshold,
            recovery_timeout,
            max_probes,
            probe_timeout,
            dropped,
        )| {
            let setting = match plain {
                0 => Setting::Consecutive { n: error_threshold },
                1 => Setting::NetError { n: error_threshold },
                _ => Setting::Debounce { up: 2, down: 1, jumps: None, threshold: error_threshold },
            };
            Limits {
                setting,
                plan: None,
                error_threshold,
                recovery_threshold,
                recovery_timeout,
                max_probes,
                probe_timeout,
                dropped,
            }
        },
    )
}

/// Any strategy but the plain counts; `threshold` is the one of those that have one.
fn setting(threshold: u16) -> impl Strategy<Value = Setting> {
    let debounce = (1..=threshold, 0..=threshold, 0..threshold, 0..threshold).prop_map(
        move |(up, down, up_to, down_to)| Setting::Debounce {
            up,
            down,
            jumps: Some((up_to, down_to)),
            threshold,
        },
    );
    let timed = (2..60_u32, 0..60_u32, any::<bool>()).prop_map(move |(quiet, lump, has_quiet)| {
        let lump = if has_quiet { lump % quiet } else { lump };
        Setting::Timed { n: threshold, quiet: has_quiet.then_some(quiet), lump: Some(lump) }
    });
    let per_period = (1..9_u16, 0..200_u32)
        .prop_map(|(n, more)| Setting::FailuresPerPeriod { n, period: u32::from(n) + more });
    let count_window = (proptest::sample::select(&COUNT_WINDOWS[..]), 1..=100_u8, any::<u16>())
        .prop_map(|(n, percent, minimum)| Setting::CountWindow {
            n,
            percent,
            minimum: 1 + minimum % n.min(12),
        });
    let time_window =
        (proptest::sample::select(&TIME_WINDOWS[..]), 1..30_u32, 1..=100_u8, 1..9_u16).prop_map(
            |(buckets, ticks, percent, minimum)| Setting::TimeWindow {
                buckets,
                window: ticks * u32::from(buckets),
                percent,
                minimum,
            },
        );
    let decaying_rate = (1..=4_u8, 1..=98_u8, 1..50_u32)
        .prop_map(|(k, percent, half_life)| Setting::DecayingRate { k, percent, half_life });
    let first = Setting::Consecutive { n: threshold };
    let either = (1..=100_u8, 1..=9_u16).prop_map(move |(percent, minimum)| {
        let second = Setting::CountWindow { n: 9, percent, minimum };
        Setting::Either(Box::new(first.clone()), Box::new(second))
    });
    prop_oneof![debounce, timed, per_period, count_window, time_window, decaying_rate, either]
}

/// Any plan for a recovery timeout of so many ticks.
fn plan(base: u64) -> impl Strategy<Value = Plan> {
    let duration = prop_oneof![
        Just(Length::Constant(base)),
        (101..=1_000_u64, 0..20_000_u64).prop_map(move |(percent, more)| Length::Growing {
            first: base,
            percent,
            cap: base + more
        }),
        proptest::collection::vec(1..5_000_u64, 1..=8).prop_map(Length::Shots),
    ];
    let jitter = prop_oneof![2 => Just(0_u64), 1 => 1..=99_u64];
    let (reset_time, lockout) =
        (proptest::option::of(1..300_u64), proptest::option::weighted(0.3, 1..=15_u64));
    (duration, jitter, reset_time, lockout, 0..3_000_u64, proptest::bool::weighted(0.2)).prop_map(
        move |(duration, jitter, reset_time, lockout, longest, start_by_probing)| {
            let max_wait = base + longest;
            let policy = Policy { duration, jitter, reset_time, lockout, max_wait };
            Plan { policy, start_by_probing }
        },
    )
}

fn further_limits() -> impl Strategy<Value = Limits> {
    limits(0).prop_flat_map(|limits| {
        let setting = setting(limits.error_threshold);
        let plan = proptest::option::of(plan(limits.recovery_timeout.into()));
        (setting, plan).prop_map(move |(setting, plan)| Limits { setting, plan, ..limits.clone() })
    })
}

fn run<S: Strategy<Value = Step>>(
    cases: u32,
    limits: impl Strategy<Value = Limits>,
    step: impl Fn(&Limits) -> S,
) {
    let config = ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(0x6D63_6220),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../proptest-regressions/reference_model.txt"
        )))),
        ..ProptestConfig::default()
    };
    // Far from the wrap, at its edge, and where the slack begins.
    let start = prop_oneof![Just(0_u32), any::<u32>(), (u32::MAX - 400)..=u32::MAX, Just(1 << 31)];
    let cases = (limits, start).prop_flat_map(|(limits, start)| {
        let steps = proptest::collection::vec(step(&limits), 1..200);
        (Just(limits), Just(start), steps)
    });
    let outcome = TestRunner::new(config).run(&cases, |(limits, start, steps)| {
        compare(&limits, start, &steps).map_err(TestCaseError::fail)
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn each_plain_count_does_what_the_model_does() {
    for plain in 0..3 {
        run(600, limits(plain), step);
    }
}

#[test]
fn each_strategy_with_any_plan_does_what_the_model_does() {
    run(2_000, further_limits(), further_step);
}
