//! How many calls a partial outage lasts until a breaker opens: the exact means, those that the specification tells, and
//! those of real breakers; an oracle stands in for a breaker that is not there yet. Calls fail independently, one a tick.

use strategies::measure::{Mean, mean_calls};
use strategies::settings::Setting;
use strategies::{Judge, chains, real};

/// Shares of failing calls in percent.
const SHARES: [u64; 6] = [1, 10, 20, 30, 50, 100];

/// Longer than this is not tried out.
const LONG: f64 = 1e6;

/// What one cell may take, about, in calls.
const CALLS: f64 = 1e7;

/// By so many standard errors a mean may be off. Seeds are fixed: one that agrees goes on to do so.
const ERRORS: f64 = 4.0;

fn breaker(setting: &Setting) -> Box<dyn Judge> {
    real::judge(setting).unwrap_or_else(|| setting.oracle())
}

/// A number for each cell.
fn seed(setting: &Setting, percent: u64) -> u64 {
    setting.to_string().bytes().fold(percent, |seed, byte| seed * 31 % 1_000_003 + u64::from(byte))
}

fn measured(setting: &Setting, percent: u64, about: f64) -> Mean {
    let runs = (CALLS / about).clamp(40.0, 20_000.0) as u64;
    mean_calls(&mut breaker(setting), percent, about, runs, seed(setting, percent))
}

fn tell(setting: &Setting, percent: u64, mean: f64, expected: f64) {
    println!(
        "brown-out {setting} p={percent}% mean={} expected={}",
        digits(mean),
        digits(expected)
    );
}

/// Whole calls below a million, else a power of ten.
fn digits(calls: f64) -> String {
    if calls < 1e6 { format!("{calls:.0}") } else { format!("{calls:.2e}") }
}

/// The mean rounds to what is told: to its digits before an `e`, else to three of them.
fn told_as(mean: f64, told: &str) -> bool {
    if let Some(bound) = told.strip_prefix("> ") {
        return mean > bound.parse().unwrap();
    }
    let number: f64 = told.parse().unwrap();
    let digits = if told.contains('e') { 2 } else { 3 };
    let unit = 10_f64.powi(number.log10().floor() as i32 + 1 - digits).max(1.0);
    (mean - number).abs() <= unit / 2.0 * (1.0 + 1e-9)
}

type Row = (Setting, fn(f64) -> f64, [&'static str; 6]);

/// As the specification tells them, but for two cells: Debounce 4/1 at 30 % and 50 % is 34.49 and 13.46; it tells 35 and
/// 14, rounded twice.
fn table() -> [Row; 6] {
    let debounce = |up, down, threshold| Setting::Debounce { up, down, jumps: None, threshold };
    [
        (
            Setting::Consecutive { n: 5 },
            |p| chains::consecutive(5, p),
            ["1.0e10", "1.1e5", "3910", "586", "62", "5"],
        ),
        (
            Setting::NetError { n: 5 },
            |p| chains::debounce(1, 1, 5, p),
            ["9.8e9", "8.3e4", "2270", "286", "30", "5"],
        ),
        (
            debounce(2, 1, 10),
            |p| chains::debounce(2, 1, 10, p),
            ["8.7e9", "3.5e4", "658", "89", "18", "5"],
        ),
        (
            debounce(4, 1, 20),
            |p| chains::debounce(4, 1, 20, p),
            ["4.4e9", "4280", "116", "34", "13", "5"],
        ),
        (
            debounce(8, 1, 256),
            |p| chains::debounce(8, 1, 256, p),
            ["> 1e15", "3.0e5", "317", "151", "74", "32"],
        ),
        (
            Setting::DecayingRate { k: 4, percent: 50, half_life: 1 << 30 },
            |p| chains::decaying_rate(4, 2048, p),
            ["> 1e15", "7.0e7", "1.9e4", "449", "41", "11"],
        ),
    ]
}

#[test]
fn the_table_of_mean_calls_holds_by_chains_and_by_breakers() {
    for (setting, exact, told) in table() {
        for (percent, told) in SHARES.into_iter().zip(told) {
            let expected = exact(percent as f64);
            assert!(told_as(expected, told), "{setting} {percent} %: {expected}, told {told}");
            if expected > LONG {
                tell(&setting, percent, expected, expected);
                continue;
            }
            let Mean { mean, error } = measured(&setting, percent, expected);
            tell(&setting, percent, mean, expected);
            let found = Mean { mean, error };
            assert!(found.agrees(expected, ERRORS), "{setting} {percent} %: {found:?}");
        }
    }
}

/// The guide's page on numbers has this table, row by row.
#[test]
fn the_guide_tells_this_table() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../src/guide/numbers.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let rows = page.lines().skip_while(|line| !line.starts_with("| setting |")).skip(2);
    let rows: Vec<_> = rows.take_while(|line| line.starts_with('|')).collect();
    assert_eq!(rows.len(), table().len());
    for (row, (setting, _, told)) in rows.iter().zip(table()) {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let (name, above) = match setting {
            Setting::Consecutive { n } => (format!("errors in a row, {n}"), None),
            Setting::NetError { n } => (format!("net errors, {n}"), Some(50)),
            Setting::Debounce { up, down, threshold, .. } => {
                (format!("debounce {up}/{down}, {threshold}"), Some(100 * down / (up + down)))
            }
            Setting::DecayingRate { k, percent, .. } => {
                (format!("decaying rate, K {k}, {percent} %"), Some(percent.into()))
            }
            other => panic!("{other}"),
        };
        assert!(cells[0].starts_with(&name), "{row}: {name}");
        assert_eq!(cells[1], above.map_or("–".into(), |share| format!("{share} %")), "{row}");
        let cells: Vec<_> = cells[2..].iter().map(|cell| cell.replace(',', "")).collect();
        assert_eq!(cells, told, "{row}");
    }
}

#[test]
fn a_window_that_fits_into_a_chain_opens_after_its_mean() {
    let setting = Setting::CountWindow { n: 10, percent: 50, minimum: 5 };
    for percent in &SHARES[1..] {
        let expected = chains::count_window(10, 50, 5, *percent as f64);
        let found = measured(&setting, *percent, expected);
        tell(&setting, *percent, found.mean, expected);
        assert!(found.agrees(expected, ERRORS), "{percent} %: {found:?}");
    }
}

/// Expected is what the oracle does with other seeds.
#[test]
fn windows_open_after_the_mean_of_their_oracle() {
    let large = [
        Setting::CountWindow { n: 100, percent: 50, minimum: 50 },
        Setting::TimeWindow { buckets: 10, window: 100, percent: 50, minimum: 50 },
    ];
    let small = [
        Setting::CountWindow { n: 20, percent: 50, minimum: 10 },
        Setting::TimeWindow { buckets: 10, window: 20, percent: 50, minimum: 10 },
    ];
    let large = large.iter().map(|setting| (setting, [50, 100].as_slice()));
    let small = small.iter().map(|setting| (setting, [20, 30, 50, 100].as_slice()));
    for (setting, shares) in large.chain(small) {
        for percent in shares {
            let other = mean_calls(&mut setting.oracle(), *percent, 2e3, 2_000, 7);
            let seed = seed(setting, *percent);
            let found = mean_calls(&mut breaker(setting), *percent, other.mean, 2_000, seed);
            tell(setting, *percent, found.mean, other.mean);
            let both = Mean { mean: found.mean, error: found.error.hypot(other.error) };
            assert!(both.agrees(other.mean, ERRORS), "{setting} {percent} %: {both:?} {other:?}");
        }
    }
}
