//! Settings as they are said, and what is said of wrong ones.

use super::{gather, sweep};

fn set(text: &str) -> Result<String, String> {
    let set = gather(None, &[], &[text.to_owned()]);
    set.map(|set| format!("{:?}", set[0].setting)).map_err(|error| format!("{error:#}"))
}

#[test]
fn the_command_line_says_what_a_file_says() {
    let same = set("a=error_threshold=3 recovery.doubling=5m strategy.count_window.calls=20 \
                    strategy.count_window.percent=50 strategy.count_window.minimum=10")
    .unwrap();
    let other = "a=strategy={ count_window = { calls = 20, percent = 50, minimum = 10 } } \
                 recovery={doubling=\"5m\"} error_threshold=3";
    assert_eq!(set(other).unwrap(), same);
    assert_eq!(gather(None, &[], &[]).unwrap()[0].name, "default");
}

#[test]
fn wrong_settings_are_named() {
    for (text, said) in [
        ("a", "--set \"a\" must be name='error_threshold=5 recovery_timeout=30s'"),
        (
            "a=error_threshold",
            "--set \"a\": \"error_threshold\" must be a setting with its value, such as error_threshold=5",
        ),
        (
            "a=error_threshold=0",
            "circuit a: error_threshold is \"0\", must be a whole number from 1 to 4095",
        ),
        ("a=error_threshold=2 error_threshold=3", "--set \"a\": error_threshold is given twice"),
        (
            "a=strategy={ net_error",
            "--set \"a\": a bracket or a quotation mark is left open in \"strategy={ net_error\"",
        ),
        (
            "a=recovery.doubling=1s",
            "circuit a: recovery.doubling is 1s, must be 30s to 24days 20h 31m 23s 648ms",
        ),
    ] {
        assert_eq!(set(text).unwrap_err(), said);
    }
    assert!(set("a=eror=3").unwrap_err().starts_with("circuit a: eror is no setting"));
}

#[test]
fn a_sweep_has_each_with_each() {
    let all = sweep(&["error_threshold=2|3 recovery_timeout=1s|5s|9s".to_owned()]).unwrap();
    assert_eq!(all.len(), 6);
    assert_eq!(all[5].said, "error_threshold=3 recovery_timeout=9s");
    let few = sweep(&["error_threshold=2|2".to_owned(), "error_threshold=2".to_owned()]).unwrap();
    assert_eq!(few.len(), 1);
    assert!(sweep(&["error_threshold=|".to_owned()]).is_err());
    assert!(sweep(&["error_threshold=1|0".to_owned()]).is_err());
}
