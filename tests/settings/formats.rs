//! The same settings from each format, and written and read again.

use std::collections::HashMap;

use mcb::StdClock;
use mcb::settings::Settings;
use serde::Deserialize;

use super::read;

const TOML: &str = "
    [defaults]
    error_threshold = 5
    recovery_timeout = '30s'
    slow_call = '2s'
    recovery = { doubling = '5m', jitter = 20 }
    strategy = { debounce = { up = 2, down = 1, up_to = 2 } }

    [circuits.payments]
    strategy = { time_window = { window = '10s', percent = 25, minimum = 20 } }
    dropped = 'failure'
    observe_only = true
    recovery = 'unset'

    [circuits.search]
    strategy.consecutive = true
    strategy.count_window = { calls = 100, percent = 50, minimum = 20 }
    recovery.each = ['500ms', '15s', '1m 30s']

    [circuits.db]
    error_threshold = 3
    slow_call = 'unset'
    probe_timeout = '1h 2m 3s 4ms 5us 6ns'
    recovery_threshold = 2
    max_probes = 4
    strategy = 'net_error'
    recovery = { growing = { percent = 150, cap = '1h' }, lockout = 10, seed = 7, reset_time = '1h', max_wait = '2h' }

    [circuits.period]
    strategy = { net_error = true, failures_per_period = { failures = 3, period = '1m' } }
    recovery = { start_by_probing = true, growing = 'unset' }

    [circuits.timed]
    strategy = { timed_consecutive = { quiet = '1m' } }

    [circuits.decaying]
    strategy = { decaying_rate = { k = 5, percent = 50, half_life = '10s' } }

    [circuits.cache]
";

#[test]
fn json_has_the_shape_of_toml() {
    let settings = read(TOML);
    let value: serde_json::Value = toml::from_str(TOML).unwrap();
    assert_eq!(serde_json::from_value::<Settings>(value.clone()).unwrap(), settings);
    assert_eq!(serde_json::from_str::<Settings>(&value.to_string()).unwrap(), settings);
    assert_eq!(toml::Value::try_from(&value).unwrap().try_into::<Settings>().unwrap(), settings);
    settings.check::<StdClock>().unwrap();
}

#[test]
fn settings_that_are_written_can_be_read_again() {
    for settings in [read(TOML), read("[circuits]"), read("defaults.max_probes = 2")] {
        let text = toml::to_string(&settings).unwrap();
        assert_eq!(read(&text), settings, "{text}");
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), settings, "{text}");
    }
    // Only what was said, in the form in which it is said.
    let settings = read("circuits.db.recovery_timeout = '90s'");
    let json = serde_json::to_string(&settings).unwrap();
    assert_eq!(json, r#"{"circuits":{"db":{"recovery_timeout":"1m 30s"}}}"#);
}

/// Settings from variables, as the crate config makes a tree of them: all values are text.
fn environment(variables: &[(&str, &str)]) -> Result<Settings, config::ConfigError> {
    let variables =
        variables.iter().map(|(name, value)| (format!("MCB__{name}"), (*value).to_owned()));
    let source = config::Environment::with_prefix("MCB").separator("__");
    let source = source.source(Some(variables.collect::<HashMap<_, _>>()));
    config::Config::builder().add_source(source).build()?.try_deserialize()
}

#[test]
fn the_environment_gives_text_for_everything() {
    let settings = environment(&[
        ("DEFAULTS__ERROR_THRESHOLD", "7"),
        ("DEFAULTS__OBSERVE_ONLY", "false"),
        ("CIRCUITS__DB__ERROR_THRESHOLD", "3"),
        ("CIRCUITS__DB__RECOVERY_TIMEOUT", "1m 30s"),
        ("CIRCUITS__DB__OBSERVE_ONLY", "true"),
        ("CIRCUITS__DB__STRATEGY__CONSECUTIVE", "true"),
        ("CIRCUITS__DB__STRATEGY__COUNT_WINDOW__CALLS", "100"),
        ("CIRCUITS__DB__STRATEGY__COUNT_WINDOW__PERCENT", "50"),
        ("CIRCUITS__DB__STRATEGY__COUNT_WINDOW__MINIMUM", "20"),
        ("CIRCUITS__DB__RECOVERY__EACH", "500ms,15s"),
        ("CIRCUITS__DB__RECOVERY__JITTER", "20"),
        ("CIRCUITS__DB__SLOW_CALL", "unset"),
        ("CIRCUITS__CACHE__STRATEGY", "net_error"),
    ]);
    let same = read(
        "
        defaults = { error_threshold = 7, observe_only = false }
        [circuits.db]
        error_threshold = 3
        recovery_timeout = '90s'
        observe_only = true
        strategy.consecutive = true
        strategy.count_window = { calls = 100, percent = 50, minimum = 20 }
        recovery = { each = ['500ms', '15s'], jitter = 20 }
        slow_call = 'unset'
        [circuits.cache]
        strategy = 'net_error'
        ",
    );
    assert_eq!(settings.unwrap(), same);
}

#[test]
fn a_bad_variable_is_refused_as_in_a_file() {
    // The crate config says the key too.
    let told = |name, value| {
        let error = environment(&[(name, value)]).unwrap_err().to_string();
        error.split(" for key ").next().unwrap().to_owned()
    };
    assert_eq!(
        told("CIRCUITS__DB__ERROR_THRESHOLD", "five"),
        "circuit db: error_threshold is \"five\", must be a whole number from 1 to 4095"
    );
    assert_eq!(
        told("CIRCUITS__DB__STRATEGY__COUNT_WINDOW__PERCENT", "250"),
        "circuit db: strategy.count_window.calls is missing"
    );
    assert_eq!(
        told("CIRCUIT__DB__ERROR_THRESHOLD", "5"),
        "settings: circuit is no table of settings, there are defaults and circuits"
    );
    let empty = environment(&[]).unwrap_err().to_string();
    assert_eq!(empty, "settings is empty, must have defaults or circuits, if only an empty table");
}

#[test]
fn they_can_be_a_part_of_the_settings_of_a_service() {
    #[derive(Deserialize)]
    struct Service {
        port: u16,
        #[serde(default)]
        breakers: Settings,
        other: Option<Settings>,
    }
    let service: Service = toml::from_str("port = 80\n[breakers.circuits.db]").unwrap();
    assert_eq!(service.port, 80);
    assert!(service.breakers.contains("db") && service.other.is_none());
    let service: Service = toml::from_str("port = 80\nother.circuits.db = {}").unwrap();
    assert_eq!(service.breakers, Settings::default());
    assert!(service.other.unwrap().contains("db"));
}
