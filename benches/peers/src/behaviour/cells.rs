//! The matrix: its rows and columns, and how a cell is run.

use std::env;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{
    Made, Not, Settings, ours, peers, recloser, record, rows, rows_of_calls, rows_of_settings,
    tower,
};

type Run = fn(&Maker) -> Result<(), Not>;

/// A failure that was seen in the field.
pub struct Row {
    /// One word, for the lines.
    pub name: &'static str,
    pub failure: &'static str,
    /// mcb's own test of it, in `tests/field_failures.rs`.
    pub test: &'static str,
    pub run: Run,
}

macro_rules! rows {
    ($($name:literal, $failure:literal, $test:ident, $run:expr;)*) => {
        pub const ROWS: &[Row] = &[$(Row { name: $name, failure: $failure, test: stringify!($test), run: $run }),*];
    };
}

rows! {
    "half-open-flood", "every caller is admitted in half-open, 64 of 64",
        half_open_admits_one_of_64, rows::half_open_flood;
    "lost-probe", "a probe that is dropped or panics keeps its place for ever",
        a_dropped_or_panicking_probe_gives_its_slot_back, rows::lost_probe;
    "hanging-probe", "a probe that hangs blocks all others for ever",
        a_probe_that_hangs_blocks_the_others_for_its_timeout_only, rows::hanging_probe;
    "successes-over-probes", "more successes needed than probes allowed: stuck",
        more_successes_than_probes_at_a_time_still_close_it, rows::more_successes_than_probes;
    "stale-results", "a result from before the opening closes it, or opens it again",
        results_from_before_the_opening_neither_close_nor_reopen_it, rows::stale_results;
    "late-opening", "10,000 successes delay the opening in an outage, by errors in a row",
        ten_thousand_successes_do_not_delay_the_opening, rows_of_calls::late_opening;
    "late-opening-by-rate", "the same, by a failure rate over 100 calls",
        ten_thousand_successes_do_not_delay_the_opening, rows_of_calls::late_opening_by_rate;
    "errors-far-apart", "errors far apart pile up without a reset",
        errors_far_apart_do_not_pile_up, rows_of_calls::errors_far_apart;
    "low-traffic", "at low traffic the recovery hangs, by errors in a row",
        low_traffic_recovers_without_a_minimum, rows::low_traffic;
    "low-traffic-over-time", "the same, by a failure rate over time",
        low_traffic_recovers_without_a_minimum, rows::low_traffic_over_time;
    "hook-that-calls", "a hook that calls the breaker deadlocks",
        a_hook_may_call_the_breaker, rows_of_calls::hook_that_calls;
    "leak", "memory is lost in each cycle of opening and closing",
        ten_thousand_cycles_leave_nothing_behind, rows_of_calls::leak;
    "extreme-settings", "`Duration::MAX` or a 0 panics, hangs or shuts it for ever",
        extreme_settings_are_refused_not_a_panic_or_a_hang, rows_of_settings::extreme_settings;
    "wrapping-tick", "a 32-bit tick that wraps: it never recovers",
        a_wrapping_tick_recovers, rows_of_settings::wrapping_tick;
    "stepping-clock", "a step of the clock pins it open",
        a_step_of_the_clock_does_not_pin_it_open, rows_of_settings::stepping_clock;
    "ignored-error", "an ignored error counts as a success and closes it",
        an_ignored_error_is_no_success, rows::ignored_error;
    "reading", "reading the state changes it",
        reading_changes_nothing, rows::reading;
    "callback-once", "a callback is called several times for one opening",
        a_callback_fires_once_for_one_opening_of_eight_threads, rows_of_calls::callback_once;
    "side-by-side", "a lock is held during the guarded call",
        guarded_calls_run_side_by_side, rows_of_calls::side_by_side;
    "retry-after", "nobody tells when the next call may pass",
        one_can_ask_when_the_next_call_may_pass, rows_of_settings::retry_after;
}

type Make = fn(&Settings) -> Made;

/// By name, with the version that was run.
pub const PEERS: &[(&str, &str, Make)] = &[
    ("mcb", "", ours::made),
    ("recloser", "1.4.0", recloser::made),
    ("failsafe", "1.3.0", peers::failsafe),
    ("breaker", "2.0.2", peers::breaker),
    ("circuitbreaker-rs", "0.1.1", peers::circuitbreaker_rs),
    ("tower-resilience", "0.14.0", tower::tower),
    ("reliakit", "1.1.0", tower::reliakit),
];

/// Makes the breakers of a column.
pub struct Maker(Make);

impl Maker {
    pub fn make(&self, settings: &Settings) -> Made {
        (self.0)(settings)
    }

    /// What to say if it never comes back.
    pub fn about_to(&self, what: &str) {
        println!("about-to {what}");
    }
}

/// A cell takes a few seconds; what takes longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(20);

fn run_here(row: &str, peer: &str) {
    std::panic::set_hook(Box::new(|_| ())); // some are meant
    let row = ROWS.iter().find(|it| it.name == row).expect("a row");
    let peer = PEERS.iter().find(|it| it.0 == peer).expect("a peer");
    let maker = Maker(peer.2);
    match std::panic::catch_unwind(|| (row.run)(&maker)) {
        Ok(Ok(())) => println!("ok"),
        Ok(Err(Not::Lacking(why))) => println!("n/a {why}"),
        Ok(Err(Not::Fails(why))) => println!("fails {why}"),
        Ok(Err(Not::Refused)) => println!("fails its usual settings are refused"),
        Err(_) => println!("fails with a panic"),
    }
}

struct Running {
    child: Child,
    since: Instant,
    at: (usize, usize),
}

/// What a cell printed last, or that it hung.
fn verdict(mut running: Running, hangs: bool) -> String {
    let mut printed = String::new();
    let output = running.child.stdout.as_mut().expect("piped");
    output.read_to_string(&mut printed).expect("text");
    let last = printed.lines().last().unwrap_or_default().to_owned();
    if hangs {
        match last.strip_prefix("about-to ") {
            Some(what) => format!("fails {what}: hangs"),
            None => "fails it hangs".to_owned(),
        }
    } else if let Some(what) = last.strip_prefix("about-to ") {
        format!("fails {what}: the program ends")
    } else {
        last
    }
}

/// Whether it ended, and whether that was because it hung.
fn state(cell: &mut Running) -> Option<bool> {
    if cell.child.try_wait().expect("a child").is_some() {
        return Some(false);
    }
    if cell.since.elapsed() < PATIENCE {
        return None;
    }
    let _ = cell.child.kill();
    let _ = cell.child.wait();
    Some(true)
}

/// Each cell in a program of its own, a few at a time: most of them sleep most of the time.
fn run_all(at_once: usize) -> Vec<Vec<String>> {
    let program = env::current_exe().expect("this program");
    let mut cells = vec![vec![String::new(); PEERS.len()]; ROWS.len()];
    let mut waiting = (0..ROWS.len()).flat_map(|row| (0..PEERS.len()).map(move |peer| (row, peer)));
    let mut running: Vec<Running> = Vec::new();
    loop {
        while running.len() < at_once {
            let Some(at) = waiting.next() else { break };
            let child = Command::new(&program)
                .args(["cell", ROWS[at.0].name, PEERS[at.1].0])
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("a program that starts itself");
            running.push(Running { child, since: Instant::now(), at });
        }
        if running.is_empty() {
            return cells;
        }
        let mut still = Vec::new();
        for mut cell in running {
            let (row, peer) = cell.at;
            match state(&mut cell) {
                Some(hangs) => cells[row][peer] = verdict(cell, hangs),
                None => still.push(cell),
            }
        }
        running = still;
        thread::sleep(Duration::from_millis(20));
    }
}

/// ```text
/// [AT_ONCE]          the matrix, as lines
/// cell ROW PEER      one of its cells, here
/// page < LINES       the page with the table and its notes
/// ```
pub fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["cell", row, peer] => run_here(row, peer),
        ["page"] => {
            let mut lines = String::new();
            std::io::stdin().read_to_string(&mut lines).expect("text");
            print!("{}", record::page(&lines));
        }
        [] => print!("{}", record::lines(&run_all(12))),
        [at_once] => print!("{}", record::lines(&run_all(at_once.parse().expect("a number")))),
        _ => panic!("[AT_ONCE] | cell ROW PEER | page"),
    }
}
