//! Each field, against the configuration that the builder makes.

use std::sync::Arc;
use std::time::Duration;

use mcb::strategy::{AnyStrategy, CountChoice, RateChoice};
use mcb::{Choice, CircuitBreaker, Config, ManualClock, Recovery, State, Verdict, Wait};

use super::read;

type Clock = Arc<ManualClock>;
type Made = Config<Clock, AnyStrategy>;

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The configuration of a circuit about which nothing else is said.
fn config(lines: &str) -> Made {
    read(&format!("[circuits.db]\n{lines}")).config("db").unwrap()
}

fn plain() -> Config<Clock> {
    Config::new("db")
}

const CONSECUTIVE: Choice = Choice::Count(CountChoice::Consecutive);

/// What a failing breaker does: its states, and how long each opening lasts; last one that is asked for by hand.
fn history(config: Made) -> Vec<(State, Option<Wait>)> {
    let clock = Clock::default();
    let breaker = CircuitBreaker::from_config(config, clock.clone()).unwrap();
    let mut history = vec![(breaker.state(), None)];
    let fail = || breaker.call(|| Err::<(), _>(())).is_err();
    for opening in 0..8 {
        for _ in 0..20 {
            fail();
        }
        history.push((breaker.state(), breaker.retry_after()));
        clock.advance(breaker.retry_after().map_or(Duration::ZERO, Wait::as_duration));
        // One closing, in between.
        if opening == 3 {
            let closed = breaker.call(|| Ok::<_, ()>(())).is_ok();
            assert!(closed || breaker.state() == State::LockedOut);
        }
    }
    breaker.open_for(secs(3_600));
    history.push((breaker.state(), breaker.retry_after()));
    history
}

#[test]
fn each_field_of_a_configuration_does_what_its_method_does() {
    let same = |lines: &str, made: Made| {
        assert_eq!(format!("{:?}", config(lines)), format!("{made:?}"), "{lines}");
        let differs = format!("{made:?}") != format!("{:?}", plain().chosen(CONSECUTIVE));
        assert!(differs || lines.is_empty(), "{lines}");
    };
    let count = || plain().chosen(CONSECUTIVE);
    same("", count());
    same("error_threshold = 7", count().error_threshold(7));
    same("error_threshold = 4095", count().error_threshold(4_095));
    same("recovery_timeout = '1m 30s'", count().recovery_timeout(secs(90)));
    same("recovery_timeout = '250ms'", count().recovery_timeout(Duration::from_millis(250)));
    same("recovery_threshold = 32", count().recovery_threshold(32));
    same("max_probes = 15", count().max_probes(15));
    same("probe_timeout = '5s'", count().probe_timeout(secs(5)));
    same("dropped = 'failure'", count().dropped(Verdict::Failure));
    same("slow_call = '2s'", count().slow_call_if(Some(secs(2))));
    same("slow_start = '16s'", count().slow_start_if(Some(secs(16))));
    same("observe_only = true", count().observe_only_if(true));
    same(
        "probe_timeout = '5s'\nrecovery_timeout = '1s'",
        count().recovery_timeout(secs(1)).probe_timeout(secs(5)),
    );
}

#[test]
fn each_strategy_can_be_chosen() {
    let same = |strategy: &str, choice: Choice| {
        let config = config(&format!("error_threshold = 3\nstrategy = {strategy}"));
        let made = plain().error_threshold(3).chosen(choice);
        assert_eq!(format!("{config:?}"), format!("{made:?}"), "{strategy}");
    };
    let debounce = |jumps| CountChoice::Debounce { up: 2, down: 1, jumps };
    let timed = |quiet, lump| Choice::TimedConsecutive { quiet, lump };
    let minute = Some(secs(60));
    let calls = RateChoice::CountWindow { calls: 100, percent: 50, minimum: 20 };
    let time =
        |buckets| RateChoice::TimeWindow { buckets, window: secs(10), percent: 25, minimum: 20 };
    let period = RateChoice::FailuresPerPeriod { n: 3, period: secs(60) };
    let decaying = Choice::DecayingRate { k: 5, percent: 50, half_life: secs(10) };

    same("'consecutive'", CONSECUTIVE);
    same("{ consecutive = true }", CONSECUTIVE);
    same("'net_error'", Choice::Count(CountChoice::NetError));
    same("{ net_error = true }", Choice::Count(CountChoice::NetError));
    same("{ debounce = { up = 2, down = 1 } }", Choice::Count(debounce(None)));
    let jumps = Choice::Count(debounce(Some((2, 1))));
    same("{ debounce = { up = 2, down = 1, up_to = 2, down_to = 1 } }", jumps);
    // A jump that is not given goes nowhere.
    let up = Choice::Count(debounce(Some((2, 4_095))));
    same("{ debounce = { up = 2, down = 1, up_to = 2 } }", up);
    let down = Choice::Count(debounce(Some((0, 1))));
    same("{ debounce = { up = 2, down = 1, down_to = 1 } }", down);
    same("{ timed_consecutive = { quiet = '1m' } }", timed(minute, None));
    same("{ timed_consecutive = { lump = '1m' } }", timed(None, minute));
    same("{ timed_consecutive = { quiet = '1m', lump = '1s' } }", timed(minute, Some(secs(1))));
    same("{ failures_per_period = { failures = 3, period = '1m' } }", Choice::Rate(period));
    let text = "count_window = { calls = 100, percent = 50, minimum = 20 }";
    same(&format!("{{ {text} }}"), Choice::Rate(calls));
    let either = Choice::Either(CountChoice::Consecutive, calls);
    same(&format!("{{ consecutive = true, {text} }}"), either);
    same(&format!("{{ {text}, consecutive = true }}"), either);
    let text = "time_window = { window = '10s', percent = 25, minimum = 20 }";
    same(&format!("{{ {text} }}"), Choice::Rate(time(10)));
    let either = Choice::Either(debounce(None), time(10));
    same(&format!("{{ debounce = {{ up = 2, down = 1 }}, {text} }}"), either);
    let text = "time_window = { window = '10s', percent = 25, minimum = 20, buckets = 63 }";
    same(&format!("{{ {text} }}"), Choice::Rate(time(63)));
    let either = Choice::Either(CountChoice::NetError, period);
    let text = "failures_per_period = { failures = 3, period = '1m' }";
    same(&format!("{{ net_error = true, {text} }}"), either);
    same("{ decaying_rate = { k = 5, percent = 50, half_life = '10s' } }", decaying);
}

#[test]
fn each_field_of_recovery_does_what_its_method_does() {
    let of = |recovery| plain().with_recovery(recovery).chosen(CONSECUTIVE);
    let without = history(plain().chosen(CONSECUTIVE));
    let same = |lines: &str, recovery: Recovery<Clock>| {
        let history = [config(lines), of(recovery)].map(history);
        assert_eq!(history[0], history[1], "{lines}");
        assert_ne!(history[0], without, "{lines}");
    };
    let new = Recovery::<Clock>::new;
    same("recovery.doubling = '5m'", new().doubling(secs(300)));
    same("recovery.growing = { percent = 150, cap = '5m' }", new().growing(150, secs(300)));
    let each = [Duration::from_millis(500), secs(15), secs(45)];
    same("recovery.each = ['500ms', '15s', '45s']", new().each(&each));
    same("recovery.each = '500ms, 15s, 45s'", new().each(&each));
    same("recovery.jitter = 99", new().jitter(99));
    same("recovery = { jitter = 99, seed = 7 }", new().jitter(99).seed(7));
    let (seventh, eighth) = (new().jitter(99).seed(7), new().jitter(99).seed(8));
    assert_ne!(history(of(seventh)), history(of(eighth)));
    let doubling = || new().doubling(secs(3_600));
    assert_ne!(history(of(doubling())), history(of(doubling().reset_time(secs(600)))));
    let reset = "recovery = { doubling = '1h', reset_time = '10m' }";
    same(reset, doubling().reset_time(secs(600)));
    same("recovery.lockout = 3", new().lockout(3));
    same("recovery.max_wait = '20m'", new().max_wait(secs(1_200)));
    same("recovery.start_by_probing = true", new().start_by_probing());
    // Nothing is said.
    assert_eq!(history(config("recovery.start_by_probing = false")), without);
    assert_eq!(history(config("recovery = {}")), without);
}

#[test]
fn an_override_replaces_field_by_field_and_a_strategy_as_a_whole() {
    let file = "
        [defaults]
        error_threshold = 9
        recovery_timeout = '10s'
        slow_call = '2s'
        slow_start = '16s'
        observe_only = true
        strategy = { debounce = { up = 2, down = 1 } }
        recovery = { doubling = '5m', lockout = 3 }

        [circuits.same]
        [circuits.some]
        error_threshold = 4
        strategy = { consecutive = true }
        recovery.each = ['1s']
        [circuits.unset]
        error_threshold = 'unset'
        slow_call = 'unset'
        slow_start = 'unset'
        observe_only = 'unset'
        strategy = 'unset'
        recovery.lockout = 'unset'
        [circuits.constant]
        recovery.growing = 'unset'
        [circuits.no-recovery]
        recovery = 'unset'
    ";
    let settings = read(file);
    let debounce = Choice::Count(CountChoice::Debounce { up: 2, down: 1, jumps: None });
    let doubling = Recovery::new().doubling(secs(300)).lockout(3);
    let said = |id, choice| Config::new(id).recovery_timeout(secs(10)).chosen(choice);
    let slow = |made: Made| {
        let made = made.error_threshold(9).slow_call_if(Some(secs(2)));
        made.slow_start_if(Some(secs(16))).observe_only_if(true)
    };
    let expected: [Made; 6] = [
        slow(said("same", debounce)).with_recovery(doubling),
        // One that is not in the file.
        slow(said("another", debounce)).with_recovery(doubling),
        slow(said("some", CONSECUTIVE))
            .error_threshold(4)
            .with_recovery(Recovery::new().each(&[secs(1)]).lockout(3)),
        said("unset", CONSECUTIVE).with_recovery(Recovery::new().doubling(secs(300))),
        slow(said("constant", debounce)).with_recovery(Recovery::new().lockout(3)),
        slow(said("no-recovery", debounce)),
    ];
    for expected in expected {
        let config = settings.config::<Clock>(expected.get_id()).unwrap();
        assert_eq!(format!("{config:?}"), format!("{expected:?}"));
        let history = [config, expected].map(|config| history(config.observe_only_if(false)));
        assert_eq!(history[0], history[1], "{}", expected.get_id());
    }
    assert!(settings.ids().eq(["constant", "no-recovery", "same", "some", "unset"]));
    assert!(settings.contains("same") && !settings.contains("another"));
}
