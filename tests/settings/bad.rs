//! Bad input: what is refused when it is read.

use mcb::settings::Settings;

use super::refused;

/// Of a circuit with this line, what is said after its id.
fn of_db(line: &str) -> String {
    let refused = refused(&format!("[circuits.db]\n{line}"));
    refused.strip_prefix("circuit db: ").unwrap_or_else(|| panic!("{line}: {refused}")).to_owned()
}

fn json(text: &str) -> String {
    serde_json::from_str::<Settings>(text).expect_err(text).to_string()
}

#[test]
fn a_value_of_a_wrong_type_or_out_of_range_is_named_with_what_it_must_be() {
    let number = |field: &str, least: u32, most: u32| {
        let must = format!("must be a whole number from {least} to {most}");
        let (under, over) = (i64::from(least) - 1, u64::from(most) + 1);
        let values = [
            ("'five'", "\"five\"".to_owned()),
            ("true", "true".to_owned()),
            ("1.5", "1.5".to_owned()),
            ("[1]", "a list".to_owned()),
            ("{ a = 1 }", "a table".to_owned()),
            ("''", "\"\"".to_owned()),
            (&under.to_string(), under.to_string()),
            (&over.to_string(), over.to_string()),
            (&format!("'{over}'"), format!("\"{over}\"")),
            ("9223372036854775807", "9223372036854775807".to_owned()),
        ];
        for (value, shown) in values {
            assert_eq!(of_db(&format!("{field} = {value}")), format!("{field} is {shown}, {must}"));
        }
        for good in [least, most] {
            super::read(&format!("[circuits.db]\n{field} = {good}"));
            super::read(&format!("[circuits.db]\n{field} = '{good}'"));
        }
    };
    number("error_threshold", 1, 4_095);
    number("recovery_threshold", 1, 32);
    number("max_probes", 1, 15);
    number("recovery.jitter", 0, 99);
    number("recovery.lockout", 1, 15);
    number("recovery.seed", 0, u32::MAX);

    let durations = [
        "recovery_timeout",
        "probe_timeout",
        "slow_call",
        "slow_start",
        "recovery.doubling",
        "recovery.reset_time",
        "recovery.max_wait",
    ];
    for field in durations {
        let values = [
            ("5", "5"),
            ("'5'", "\"5\""),
            ("'5 parsecs'", "\"5 parsecs\""),
            ("'-5s'", "\"-5s\""),
            ("''", "\"\""),
            ("true", "true"),
            ("['5s']", "a list"),
            // humantime panics on sums like this one; other texts go beyond what it can hold.
            ("'18446744073709551615s 1000ms'", "\"18446744073709551615s 1000ms\""),
            ("'9999999999999999999years'", "\"9999999999999999999years\""),
        ];
        for (value, shown) in values {
            let must = "must be a duration such as \"250ms\" or \"1m 30s\"";
            assert_eq!(of_db(&format!("{field} = {value}")), format!("{field} is {shown}, {must}"));
        }
    }

    for field in ["observe_only", "recovery.start_by_probing"] {
        for (value, shown) in [("1", "1"), ("'yes'", "\"yes\""), ("{}", "a table")] {
            let said = of_db(&format!("{field} = {value}"));
            assert_eq!(said, format!("{field} is {shown}, must be true or false"));
        }
    }
    for (value, shown) in [("'success'", "\"success\""), ("true", "true"), ("3", "3")] {
        let said = of_db(&format!("dropped = {value}"));
        assert_eq!(said, format!("dropped is {shown}, must be \"ignore\" or \"failure\""));
    }
}

#[test]
fn a_bad_strategy_is_named_with_those_that_there_are() {
    let known = "consecutive, net_error, debounce, timed_consecutive, failures_per_period, \
                 count_window, time_window and decaying_rate";
    let cases = [
        ("'consecutiv'", format!("is \"consecutiv\", must be one of {known}")),
        ("{ window = {} }", format!(".window is no strategy, there are {known}")),
        ("{}", format!("is empty, must be one of {known}")),
        ("5", "is 5, must be the name of a strategy or a table of one".to_owned()),
        (
            "'count_window'",
            "is \"count_window\", must be a table, such as { count_window = { calls = 100, percent = 50, \
             minimum = 20 } }"
                .to_owned(),
        ),
        ("{ consecutive = false }", ".consecutive is false, must be true".to_owned()),
        ("{ net_error = {} }", ".net_error is a table, must be true".to_owned()),
        (
            "{ count_window = { calls = 100, percent = 250, minimum = 20 } }",
            ".count_window.percent is 250, must be a whole number from 1 to 100".to_owned(),
        ),
        (
            "{ count_window = { calls = 1025, percent = 50, minimum = 20 } }",
            ".count_window.calls is 1025, must be a whole number from 1 to 1024".to_owned(),
        ),
        ("{ count_window = { calls = 100, percent = 50 } }", ".count_window.minimum is missing".to_owned()),
        (
            "{ count_window = 100 }",
            ".count_window is 100, must be a table of calls, percent and minimum".to_owned(),
        ),
        (
            "{ count_window = { size = 100 } }",
            ".count_window.size is no setting, there are calls, percent and minimum".to_owned(),
        ),
        (
            "{ time_window = { window = 10, percent = 50, minimum = 20 } }",
            ".time_window.window is 10, must be a duration such as \"250ms\" or \"1m 30s\"".to_owned(),
        ),
        (
            "{ time_window = { window = '10s', percent = 50, minimum = 20, buckets = 0 } }",
            ".time_window.buckets is 0, must be a whole number from 1 to 1024".to_owned(),
        ),
        (
            "{ failures_per_period = { failures = 0, period = '1m' } }",
            ".failures_per_period.failures is 0, must be a whole number from 1 to 4096".to_owned(),
        ),
        ("{ failures_per_period = { failures = 3 } }", ".failures_per_period.period is missing".to_owned()),
        (
            "{ debounce = { up = 0, down = 1 } }",
            ".debounce.up is 0, must be a whole number from 1 to 4096".to_owned(),
        ),
        (
            "{ debounce = { up = 1, down = 1, up_to = 4096 } }",
            ".debounce.up_to is 4096, must be a whole number from 0 to 4095".to_owned(),
        ),
        ("{ timed_consecutive = {} }", ".timed_consecutive is empty, must have quiet or lump or both".to_owned()),
        (
            "{ decaying_rate = { k = 12, percent = 50, half_life = '10s' } }",
            ".decaying_rate.k is 12, must be a whole number from 1 to 11".to_owned(),
        ),
    ];
    for (strategy, said) in cases {
        let space = if said.starts_with('.') { "" } else { " " };
        assert_eq!(of_db(&format!("strategy = {strategy}")), format!("strategy{space}{said}"));
    }

    let pairs = [
        ("consecutive = true, net_error = true", "consecutive and net_error"),
        (
            "consecutive = true, timed_consecutive = { quiet = '1s' }",
            "consecutive and timed_consecutive",
        ),
        (
            "failures_per_period = { failures = 3, period = '1m' }, time_window = { window = '1s', \
             percent = 50, minimum = 5 }, net_error = true",
            "failures_per_period, time_window and net_error",
        ),
    ];
    for (strategy, names) in pairs {
        let said = of_db(&format!("strategy = {{ {strategy} }}"));
        // TOML's reader may put them into another order.
        let (told, must) = said.split_once(" together, ").unwrap();
        for name in names.split([',', ' ']).filter(|name| !name.is_empty()) {
            assert!(told.contains(name), "{said}");
        }
        assert_eq!(
            must,
            "must be one, or one of consecutive, net_error and debounce with one of \
             failures_per_period, count_window and time_window"
        );
    }
}

#[test]
fn a_bad_schedule_of_openings_is_named() {
    let cases = [
        (
            "recovery = 5",
            "recovery is 5, must be a table of doubling, growing, each, jitter, reset_time, lockout, \
          max_wait, start_by_probing and seed",
        ),
        (
            "recovery.backoff = '5m'",
            "recovery.backoff is no setting, there are doubling, growing, each, jitter, \
          reset_time, lockout, max_wait, start_by_probing and seed",
        ),
        (
            "recovery.growing = '5m'",
            "recovery.growing is \"5m\", must be a table of percent and cap",
        ),
        (
            "recovery.growing = { percent = 100, cap = '5m' }",
            "recovery.growing.percent is 100, must be a whole number from 101 to 1000",
        ),
        ("recovery.growing = { percent = 150 }", "recovery.growing.cap is missing"),
        ("recovery.each = []", "recovery.each is a list of 0, must be one of 1 to 8 durations"),
        (
            "recovery.each = '1s,2s,3s,4s,5s,6s,7s,8s,9s'",
            "recovery.each is a list of 9, must be one of 1 to 8 durations",
        ),
        (
            "recovery.each = ['1s', 2]",
            "recovery.each is 2, must be a duration such as \"250ms\" or \"1m 30s\"",
        ),
        (
            "recovery.each = '1s;2s'",
            "recovery.each is \"1s;2s\", must be a list of durations such as [\"500ms\", \"15s\", \"45s\"]",
        ),
    ];
    for (line, said) in cases {
        assert_eq!(of_db(line), said);
    }
    let both = of_db("recovery = { doubling = '5m', each = ['1s'] }");
    assert!(both.ends_with(" is given beside another of doubling, growing and each"), "{both}");
}

#[test]
fn an_unknown_name_is_refused_at_every_level() {
    let fields = "error_threshold, recovery_timeout, recovery_threshold, max_probes, probe_timeout, \
                  dropped, strategy, slow_call, slow_start, observe_only and recovery";
    assert_eq!(
        of_db("eror_threshold = 5"),
        format!("eror_threshold is no setting, there are {fields}")
    );
    let said = refused("[defaults]\nerror-threshold = 5");
    assert_eq!(said, format!("defaults: error-threshold is no setting, there are {fields}"));
    let said = refused("[circuit.db]\nerror_threshold = 5");
    assert_eq!(said, "settings: circuit is no table of settings, there are defaults and circuits");
    // A value where a table should be.
    assert_eq!(
        refused("[circuits]\ndb = 5"),
        format!("circuit db is 5, must be a table of {fields}")
    );
    assert_eq!(refused("defaults = 5"), format!("defaults is 5, must be a table of {fields}"));
    assert_eq!(
        refused("circuits = 5"),
        "settings: circuits is 5, must be a table of circuits by their ids"
    );
}

#[test]
fn what_is_given_twice_is_refused_where_the_format_lets_it_pass() {
    let twice = |text: &str, said: &str| {
        let told = json(text);
        assert_eq!(told.split(" at line ").next().unwrap(), said, "{text}");
    };
    twice(r#"{"circuits": {"db": {"max_probes": 2}, "db": {}}}"#, "circuit db is given twice");
    twice(r#"{"circuits": {}, "circuits": {}}"#, "settings: circuits is given twice");
    twice(r#"{"defaults": {}, "defaults": {}}"#, "settings: defaults is given twice");
    let field = r#"{"circuits": {"db": {"max_probes": 2, "max_probes": 3}}}"#;
    twice(field, "circuit db: max_probes is given twice");
    let recovery = r#"{"defaults": {"recovery": {"jitter": 2}, "recovery": {"lockout": 3}}}"#;
    twice(recovery, "defaults: recovery is given twice");
    let jitter = r#"{"defaults": {"recovery": {"jitter": 2, "jitter": 3}}}"#;
    twice(jitter, "defaults: recovery.jitter is given twice");
    let strategy = r#"{"defaults": {"strategy": {"consecutive": true, "consecutive": true}}}"#;
    twice(strategy, "defaults: strategy.consecutive is given twice");
    let k = r#"{"defaults": {"strategy": {"decaying_rate": {"k": 2, "k": 2}}}}"#;
    twice(k, "defaults: strategy.decaying_rate.k is given twice");
    // TOML's reader refuses them itself.
    assert_eq!(refused("[circuits.db]\n[circuits.db]"), "duplicate key");
}

#[test]
fn what_is_empty_or_broken_off_is_refused() {
    let empty = "settings is empty, must have defaults or circuits, if only an empty table";
    assert_eq!(refused(""), empty);
    assert_eq!(refused("# nothing yet\n"), empty);
    assert!(json("{}").starts_with(empty));
    assert_eq!(json(""), "EOF while parsing a value at line 1 column 0");
    assert!(json("null").starts_with("settings is null, must be a table of defaults and circuits"));
    assert!(json("[]").starts_with("settings is a list, must be a table of defaults and circuits"));
    // No circuits at all, and said so.
    assert_eq!(super::read("[circuits]"), Settings::default());
    assert_eq!(super::read("defaults = {}"), Settings::default());

    let whole = r#"{"circuits":{"db":{"error_threshold":3,"recovery":{"jitter":20}}}}"#;
    assert!(serde_json::from_str::<Settings>(whole).is_ok());
    for end in 0..whole.len() {
        json(&whole[..end]);
    }
}

#[test]
fn an_id_has_1_to_255_bytes_and_a_long_text_is_shown_in_part() {
    let of =
        |id: &str| serde_json::from_str::<Settings>(&format!(r#"{{"circuits":{{"{id}":{{}}}}}}"#));
    let told = |id: &str| of(id).unwrap_err().to_string();
    assert!(told("").starts_with("settings: circuits has an id of 0 bytes, must be 1 to 255 at"));
    let long = told(&"a".repeat(1 << 20));
    assert!(long.starts_with("settings: circuits has an id of 1048576 bytes, must be 1 to 255 at"));
    assert!(of(&"a".repeat(255)).is_ok() && of(&"a".repeat(256)).is_err());

    let (much, start) = ("ä".repeat(1 << 20), "ä".repeat(24));
    let said = of_db(&format!("error_threshold = '{much}'"));
    let must = "must be a whole number from 1 to 4095";
    assert_eq!(said, format!("error_threshold is \"{start}...\", {must}"));
    let said = of_db(&format!("'{much}' = 5"));
    assert!(said.starts_with(&format!("{start}... is no setting, there are error_threshold, ")));
    // Nothing that is read breaks a line of the log.
    let said = refused("[circuits.\"a\\nb\"]\nmax_probes = \"c\\nd\"");
    assert_eq!(said, "circuit a\\nb: max_probes is \"c\\nd\", must be a whole number from 1 to 15");
}

#[test]
fn the_format_tells_the_line() {
    let file = "[circuits.db]\nmax_probes = 2\nrecovery.jitter = 100\n";
    let error = toml::from_str::<Settings>(file).unwrap_err();
    assert_eq!(&file[error.span().unwrap()], "100");
    assert!(error.to_string().contains("3 | recovery.jitter = 100"), "{error}");
    let said = json("{\"defaults\": {\n\"max_probes\": 16,\n\"jitter\": 5}}");
    assert_eq!(
        said,
        "defaults: max_probes is 16, must be a whole number from 1 to 15 at line 2 column 16"
    );
}
