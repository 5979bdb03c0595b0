//! What must hold of the lines.

use std::process::ExitCode;
use std::time::Duration;

use crate::clients::CONNECTIONS;
use crate::rate::Opened;
use crate::report::Row;
use crate::service::LIMIT;
use crate::subjects::{OPEN, Subject};
use crate::{DEAD, Failure};

struct Checks {
    passed: u32,
    failed: u32,
}

impl Checks {
    fn that(&mut self, what: &str, holds: bool) {
        if holds {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
        println!("{} {what}", if holds { "ok    " } else { "FAILED" });
    }
}

/// Prints each check and how many passed.
pub fn all(rows: &[Row], rate: &[Opened]) -> ExitCode {
    let mut checks = Checks { passed: 0, failed: 0 };
    for failure in Failure::ALL {
        let of = |subject| rows.iter().find(|row| row.failure == failure && row.subject == subject);
        let [Some(none), Some(mcb), Some(tower), Some(window), Some(failsafe)] =
            Subject::ALL.map(of)
        else {
            checks.that(&format!("{failure}: every subject has a row"), false);
            continue;
        };
        scene(&mut checks, failure, none, mcb, [tower, window, failsafe]);
    }
    let opened = |name| {
        let mut clean = rate.iter().filter(|one| one.before == 0);
        clean.find(|one| one.name == name).and_then(|one| one.after)
    };
    let [mcb, decaying] = ["mcb", "mcb-decaying"].map(opened);
    let soon = |after: Option<Duration>| {
        after.is_some_and(|after| Duration::ZERO < after && after <= Duration::from_secs(3))
    };
    checks.that("rate: mcb's window opens within 3 s", soon(mcb));
    checks.that("rate: mcb's decaying rate opens within 3 s", soon(decaying));
    let later = opened("tower-resilience").is_none_or(|after| Some(after) >= mcb);
    checks.that("rate: no later than tower-resilience's", later);
    let noisy = |one: &&Opened| one.before > 0 && one.name == "mcb-decaying";
    let noisy = rate.iter().find(noisy).and_then(|one| one.after);
    checks.that("rate: after 1 % of failures the decaying rate opens within 3 s too", soon(noisy));

    println!("{} passed, {} failed", checks.passed, checks.failed);
    ExitCode::from(u8::from(checks.failed > 0))
}

fn scene(checks: &mut Checks, failure: Failure, none: &Row, mcb: &Row, peers: [&Row; 3]) {
    let mut that = |what: &str, holds| checks.that(&format!("{failure}: {what}"), holds);
    that("no response through mcb is lost", mcb.lost == 0);
    that("every request before was good", mcb.before[0] == mcb.before[1]);

    // Who is on the way when it dies, and a probe every second. Results of the same moment differ by a few.
    let on_the_way = u64::from(CONNECTIONS);
    let most = match failure {
        Failure::Hanging | Failure::Errors => on_the_way + DEAD.as_secs() + 2,
        // A third of the recoveries succeed, until the minimum of calls is there again.
        Failure::Third => none.reached / 10,
    };
    that(&format!("at most {most} requests reach it through mcb"), mcb.reached <= most);
    that("fewer than without a breaker", mcb.reached < none.reached);
    // Answers at once: how many were on the way when the fifth failed is chance, and more on a busy machine.
    let few = if failure == Failure::Errors { on_the_way } else { on_the_way / 8 };
    for peer in peers {
        that(
            &format!("no more than through {}, but {few}", peer.subject),
            mcb.reached <= peer.reached + few,
        );
    }
    if failure == Failure::Hanging {
        that(
            "half of the answers through mcb take a tenth of the time limit at most",
            mcb.p50 <= LIMIT / 10,
        );
        that("and 99 of 100 less than the time limit", mcb.p99 < LIMIT);
    }
    // A probe that was sent just before hangs until its time limit.
    let latest = OPEN + LIMIT + Duration::from_millis(500);
    that(
        &format!("good again {} ms after it is back at the latest", latest.as_millis()),
        mcb.first_ok.is_some_and(|first| first <= latest),
    );
}
