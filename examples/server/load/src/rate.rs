//! How soon a rule of 25 % sees that 30 % fail: calls of no duration, two hundred a second, through the same breakers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, interval};

use crate::seed::fails;
use crate::subjects::{self, Guard, Outcome, WINDOW};

const EVERY: Duration = Duration::from_millis(5);
/// As long as the window and a little longer, so that it is full.
const BEFORE: Duration = WINDOW.saturating_add(Duration::from_secs(2));
/// What is not open by then is told as `never`.
const FAILING: Duration = Duration::from_secs(14);
const SHARE: u64 = 30;

/// Whose window, failures in percent before, and when it opened after 30 % began to fail.
pub struct Opened {
    pub name: &'static str,
    pub before: u64,
    pub after: Option<Duration>,
}

/// Each window after no failure at all, and after 1 % of failures.
pub async fn run() -> Vec<Opened> {
    let mut runs = JoinSet::new();
    for (order, before) in [0, 1].into_iter().enumerate() {
        for nth in 0..5 {
            runs.spawn(async move { (order, nth, opened(nth, before).await) });
        }
    }
    let mut all = runs.join_all().await;
    all.sort_by_key(|(order, nth, _)| (*order, *nth));
    all.into_iter().map(|(.., opened)| opened).collect()
}

async fn opened(nth: usize, before: u64) -> Opened {
    // What the next call does: fail or not.
    let share = Arc::new(AtomicU64::new(before));
    let (calls, now) = (Arc::new(AtomicU64::new(0)), share.clone());
    let make = move || {
        let failed = fails(calls.fetch_add(1, Relaxed), now.load(Relaxed));
        async move { if failed { Err(()) } else { Ok(()) } }
    };
    let (name, guard) = match nth {
        0 => ("mcb", Guard::mcb(make, subjects::time_window())),
        1 => ("mcb-decaying", Guard::mcb(make, subjects::decaying())),
        2 => ("tower-resilience", Guard::tower(make, subjects::tower_time_window())),
        3 => ("tower-resilience-count", Guard::tower(make, subjects::tower_count_window())),
        _ => ("failsafe", Guard::failsafe_window(make)),
    };
    let begin = Instant::now() + BEFORE;
    let mut ticks = interval(EVERY);
    loop {
        ticks.tick().await;
        let now = Instant::now();
        if now >= begin {
            share.store(SHARE, Relaxed);
        }
        let rejected = guard.call().await == Outcome::Rejected;
        if rejected || now >= begin + FAILING {
            // Open before anything was wrong would be told as zero.
            let after = rejected.then(|| now.saturating_duration_since(begin));
            return Opened { name, before, after };
        }
    }
}
