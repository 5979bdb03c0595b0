//! What only the whole shows, in units of the clock: before anything is built.

use std::cell::Cell;

use mcb::{CircuitBreaker, FnClock, StdClock};

use super::read;

/// What is said of a circuit with these lines.
fn of_db(lines: &str) -> String {
    let settings = read(&format!("[circuits.db]\n{lines}"));
    let error = settings.check::<StdClock>().expect_err(lines);
    assert_eq!(settings.config::<StdClock>("db").unwrap_err(), error);
    let said = error.to_string();
    said.strip_prefix("circuit db: ").unwrap_or_else(|| panic!("{lines}: {said}")).to_owned()
}

#[test]
fn a_duration_that_the_clock_cannot_keep_is_told_as_a_duration() {
    let all = "must be 1ms to 24days 20h 31m 23s 647ms";
    for field in
        ["recovery_timeout", "probe_timeout", "slow_call", "slow_start", "recovery.reset_time"]
    {
        assert_eq!(of_db(&format!("{field} = '0s'")), format!("{field} is 0s, {all}"));
        assert_eq!(of_db(&format!("{field} = '25days'")), format!("{field} is 25days, {all}"));
        read(&format!("[circuits.db]\n{field} = '1ns'")).check::<StdClock>().unwrap();
        let most = "24days 20h 31m 23s 647ms";
        read(&format!("[circuits.db]\n{field} = '{most}'")).check::<StdClock>().unwrap();
    }
    assert_eq!(of_db("recovery.each = ['1s', '0s']"), format!("recovery.each is 0s, {all}"));
    assert_eq!(
        of_db("recovery.each = ['1s', '2months']"),
        format!("recovery.each is 2months, {all}")
    );

    // Another clock, of 1 MHz.
    let settings = read("[circuits.db]\nrecovery_timeout = '1h'");
    let error = settings.check::<FnClock<u64, 1_000_000>>().unwrap_err();
    let all = "must be 1us to 35m 47s 483ms 647us";
    assert_eq!(error.to_string(), format!("circuit db: recovery_timeout is 1h, {all}"));
}

#[test]
fn what_does_not_fit_to_another_setting_is_named() {
    let window = "10s', percent = 50, minimum = 5, buckets = 64 }";
    let cases = [
        (
            "recovery.doubling = '10s'",
            "recovery.doubling is 10s, must be 30s to 24days 20h 31m 23s 647ms".to_owned(),
        ),
        (
            "recovery_timeout = '1m'\nrecovery.growing = { percent = 150, cap = '59s' }",
            "recovery.growing.cap is 59s, must be 1m to 24days 20h 31m 23s 647ms".to_owned(),
        ),
        (
            "recovery.max_wait = '1s'",
            "recovery.max_wait is 1s, must be 30s to 24days 20h 31m 23s 647ms".to_owned(),
        ),
        (
            "strategy.count_window = { calls = 10, percent = 50, minimum = 11 }",
            "strategy.count_window.minimum is 11, must be 1 to 10".to_owned(),
        ),
        (
            "strategy.time_window = { window = '9ms', percent = 50, minimum = 5 }",
            "strategy.time_window.window is 9ms, must be 10ms to 24days 20h 31m 23s 648ms"
                .to_owned(),
        ),
        (
            &format!("strategy.consecutive = true\nstrategy.time_window = {{ window = '{window}"),
            "strategy.time_window.buckets is 64, must be 1 to 63".to_owned(),
        ),
        (
            "strategy.failures_per_period = { failures = 3, period = '2ms' }",
            "strategy.failures_per_period.period is 2ms, must be 3ms to 24days 20h 31m 23s 648ms"
                .to_owned(),
        ),
        (
            "strategy.decaying_rate = { k = 11, percent = 51, half_life = '10s' }",
            "strategy.decaying_rate.percent is 51, must be 1 to 50".to_owned(),
        ),
        (
            "strategy.decaying_rate = { k = 5, percent = 50, half_life = '0s' }",
            "strategy.decaying_rate.half_life is 0s, must be 1ms to 24days 20h 31m 23s 648ms"
                .to_owned(),
        ),
        (
            "strategy.timed_consecutive = { quiet = '1s', lump = '1s' }",
            "strategy.timed_consecutive.lump is 1s, must be 0s to 999ms".to_owned(),
        ),
        (
            "strategy.timed_consecutive.lump = '25days'",
            "strategy.timed_consecutive.lump is 25days, must be 0s to 24days 20h 31m 23s 647ms"
                .to_owned(),
        ),
        (
            "strategy.timed_consecutive.quiet = '0s'",
            "strategy.timed_consecutive.quiet is 0s, must be 1ms to 24days 20h 31m 23s 647ms"
                .to_owned(),
        ),
    ];
    for (lines, said) in cases {
        assert_eq!(of_db(lines), said);
    }
    let most = "strategy.timed_consecutive = { quiet = '1s', lump = '999ms' }";
    read(&format!("[circuits.db]\n{most}")).check::<StdClock>().unwrap();
}

#[test]
fn all_that_is_bad_is_told_at_once_and_nothing_is_built() {
    let settings = read(
        "
        [defaults]
        recovery.max_wait = '1s'
        [circuits.bad]
        recovery.max_wait = 'unset'
        slow_call = '0s'
        [circuits.good]
        recovery_timeout = '1s'
        ",
    );
    let error = settings.check::<StdClock>().unwrap_err();
    let told: Vec<_> = error.each().iter().map(|bad| (bad.id(), bad.field())).collect();
    assert_eq!(told, [(None, "recovery.max_wait"), (Some("bad"), "slow_call")]);
    assert_eq!(
        error.to_string(),
        "defaults: recovery.max_wait is 1s, must be 30s to 24days 20h 31m 23s 647ms; \
         circuit bad: slow_call is 0s, must be 1ms to 24days 20h 31m 23s 647ms"
    );
    let asked = Cell::new(0);
    let intern = |id: &str| -> &'static str {
        asked.set(asked.get() + 1);
        id.to_owned().leak()
    };
    assert_eq!(settings.configs::<StdClock>(intern).unwrap_err(), error);
    assert_eq!(asked.get(), 0);
    // One circuit does not depend on the others.
    assert!(settings.config::<StdClock>("good").is_ok());

    let settings = read("[circuits]\nb = {}\na = { error_threshold = 1 }");
    let configs = settings.configs::<StdClock>(intern).unwrap();
    assert_eq!(asked.get(), 2);
    let breakers = configs.into_iter().map(|config| CircuitBreaker::from_config(config, StdClock));
    let ids: Vec<_> = breakers.map(|breaker| breaker.unwrap().id()).collect();
    assert_eq!(ids, ["a", "b"]);
}

#[test]
fn an_id_that_the_program_gives_is_looked_at_too() {
    let settings = read("[circuits.db]");
    let told = |id: &'static str| settings.config::<StdClock>(id).unwrap_err().to_string();
    assert_eq!(told(""), "circuit : id is 0 bytes long, must be 1 to 255");
    let long = told("a".repeat(256).leak());
    let start = "a".repeat(48);
    assert_eq!(long, format!("circuit {start}...: id is 256 bytes long, must be 1 to 255"));
}
