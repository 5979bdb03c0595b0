//! Random calls, outcomes, clock steps and forcing, with several permits in flight and clocks that
//! wrap on the way, against a model that knows no word.
#![cfg(test)]

#[path = "../../../support/driver.rs"]
mod driver;

use driver::{Counting, Limits, Step, compare};
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

fn step(limits: Limits) -> impl Strategy<Value = Step> {
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

fn limits(counting: Counting) -> impl Strategy<Value = Limits> {
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
            Limits {
                counting,
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

fn run(counting: Counting) {
    let config = ProptestConfig {
        cases: 600,
        rng_seed: RngSeed::Fixed(0x6D63_6220),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../proptest-regressions/reference_model.txt"
        )))),
        ..ProptestConfig::default()
    };
    // Far from the wrap, at its edge, and where the slack begins.
    let start = prop_oneof![Just(0_u32), any::<u32>(), (u32::MAX - 400)..=u32::MAX, Just(1 << 31)];
    let cases = (limits(counting), start).prop_flat_map(|(limits, start)| {
        (Just(limits), Just(start), proptest::collection::vec(step(limits), 1..200))
    });
    let outcome = TestRunner::new(config).run(&cases, |(limits, start, steps)| {
        compare(limits, start, &steps).map_err(TestCaseError::fail)
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn each_strategy_does_what_the_model_does() {
    for counting in Counting::ALL {
        run(*counting);
    }
}
