//! The lines that the program prints.

use std::time::Duration;

use hyper::StatusCode;

use crate::Failure;
use crate::clients::Sent;
use crate::rate::Opened;
use crate::subjects::Subject;

/// What one scene of one subject came to.
pub struct Row {
    pub failure: Failure,
    pub subject: Subject,
    /// Requests that reached the upstream while it was dead.
    pub reached: u64,
    /// Response times of what was sent while it was dead.
    pub p50: Duration,
    pub p99: Duration,
    pub lost: usize,
    /// From when the upstream was back to the end of the first good answer.
    pub first_ok: Option<Duration>,
    pub sent: usize,
    /// Of those sent while it was dead: sent, good, rejected.
    pub dead: [usize; 3],
    /// Good answers among the requests sent before, and how many those were.
    pub before: [usize; 2],
}

impl Row {
    /// `dead` is when the upstream died, `back` when it came back.
    pub fn new(
        failure: Failure,
        subject: Subject,
        reached: u64,
        sent: &[Sent],
        dead: Duration,
        back: Duration,
    ) -> Self {
        let during: Vec<&Sent> =
            sent.iter().filter(|one| dead <= one.at && one.at < back).collect();
        let of = |status| during.iter().filter(|one| one.status == Some(status)).count();
        let before: Vec<&Sent> = sent.iter().filter(|one| one.at + one.took < dead).collect();
        let good = |one: &&&Sent| one.status == Some(StatusCode::OK);
        let mut took: Vec<Duration> = during.iter().map(|one| one.took).collect();
        took.sort_unstable();
        let later = sent.iter().filter(|one| one.at >= back && one.status == Some(StatusCode::OK));
        Row {
            failure,
            subject,
            reached,
            p50: percentile(&took, 50),
            p99: percentile(&took, 99),
            lost: sent.iter().filter(|one| one.status.is_none()).count(),
            first_ok: later.map(|one| (one.at + one.took).saturating_sub(back)).min(),
            sent: sent.len(),
            dead: [during.len(), of(StatusCode::OK), of(StatusCode::SERVICE_UNAVAILABLE)],
            before: [before.iter().filter(good).count(), before.len()],
        }
    }
}

/// The nearest rank of a sorted list.
fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

/// Prints a row and passes it on.
pub fn told(row: Row) -> Row {
    let Row { failure, subject, reached, p50, p99, lost, first_ok, sent, dead, before } = &row;
    let first_ok = first_ok.map_or("never".into(), |time| format!("{:.2}", time.as_secs_f64()));
    let milliseconds = |time: &Duration| time.as_secs_f64() * 1_000.0;
    println!(
        "load {failure} {subject} reached={reached} p50_ms={:.1} p99_ms={:.1} lost={lost} first_ok_s={first_ok}",
        milliseconds(p50),
        milliseconds(p99),
    );
    println!(
        "  of {sent} requests; while it was dead {}, of them {} good and {} rejected; before, {} of {} good",
        dead[0], dead[1], dead[2], before[0], before[1]
    );
    row
}

/// Prints when each window opened.
pub fn rate(all: &[Opened]) {
    for Opened { name, before, after } in all {
        let after = after.map_or("never".into(), |time| format!("{:.2}", time.as_secs_f64()));
        let line = if *before == 0 { "rate" } else { "rate-after-1-percent" };
        println!("{line} {name} opened_s={after}");
    }
}

/// Prints how busy the machine was with this, where the system tells.
pub fn busy(passed: Duration) {
    // Ticks in user and in kernel mode, at a hundred a second.
    let ticks = std::fs::read_to_string("/proc/self/stat").ok().and_then(|stat| {
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        Some(fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?)
    });
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if let Some(ticks) = ticks {
        let busy = ticks / passed.as_secs_f64();
        println!("busy {busy:.0} % of one core, of {cores}, for {:.0} s", passed.as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(at: u64, took: u64, status: Option<u16>) -> Sent {
        let [at, took] = [at, took].map(Duration::from_millis);
        Sent { at, took, status: status.map(|status| StatusCode::from_u16(status).unwrap()) }
    }

    #[test]
    fn a_row_tells_of_what_was_sent_while_it_was_dead() {
        let all = [
            sent(0, 2, Some(200)),
            sent(9, 600, Some(502)), // on the way when it died: neither before nor during
            sent(10, 600, Some(502)),
            sent(11, 1, Some(503)),
            sent(12, 3, Some(503)),
            sent(20, 50, Some(503)),
            sent(30, 4, Some(200)),
            sent(31, 1, Some(200)),
            sent(40, 5_000, None),
        ];
        let [dead, back] = [10, 20].map(Duration::from_millis);
        let row = Row::new(Failure::Hanging, Subject::Mcb, 7, &all, dead, back);
        assert_eq!((row.reached, row.sent, row.lost), (7, 9, 1));
        assert_eq!(row.dead, [3, 0, 2]);
        assert_eq!(row.before, [1, 1]);
        assert_eq!([row.p50, row.p99], [3, 600].map(Duration::from_millis));
        assert_eq!(row.first_ok, Some(Duration::from_millis(12)));
    }

    #[test]
    fn nothing_has_no_percentile_and_no_good_answer() {
        let row = Row::new(Failure::Errors, Subject::None, 0, &[], Duration::ZERO, Duration::ZERO);
        assert_eq!((row.p50, row.first_ok), (Duration::ZERO, None));
    }

    #[test]
    fn a_percentile_is_the_nearest_rank() {
        let sorted: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentile(&sorted, 50), Duration::from_millis(100));
        assert_eq!(percentile(&sorted, 99), Duration::from_millis(198));
    }
}
