//! How breakers are named: hooks, steps and timeouts are no part of the type.

use mcb::{CircuitBreaker, Config, Hooks, ManualClock, State};

/// All there is to write down.
type Breaker = CircuitBreaker<&'static ManualClock>;

static CLOCK: ManualClock = ManualClock::new();

#[test]
fn breakers_with_and_without_hooks_steps_and_owned_observers_stand_in_one_list() {
    fn step(_: &'static str) -> bool {
        true
    }
    static PLAIN: Breaker = Breaker::new(&Config::new("plain"), &CLOCK);
    static TOLD: Breaker =
        Breaker::new(&Config::new("told").hooks(&Hooks::new().on_open(|_, _| ())), &CLOCK);
    static PREPARED: Breaker = Breaker::new(&Config::new("prepared").before_probe(step), &CLOCK);
    let all: [&Breaker; 3] = [&PLAIN, &TOLD, &PREPARED];
    assert!(all.iter().all(|breaker| breaker.state() == State::Closed));

    #[cfg(feature = "std")]
    {
        let own = |id| {
            let breaker = CircuitBreaker::from_config(Config::new(id), &CLOCK).unwrap();
            breaker.with_hooks(Hooks::new().on_close(move |closing| assert_eq!(closing.id, id)))
        };
        let mut list: Vec<Breaker> = vec![own("a"), own("b")];
        list.push(CircuitBreaker::from_config(Config::new("c"), &CLOCK).unwrap());
        assert_eq!(list.iter().map(CircuitBreaker::id).collect::<String>(), "abc");
    }
}

#[test]
fn hooks_and_rules_may_be_given_in_any_order() {
    type Ruled = CircuitBreaker<&'static ManualClock, mcb::Consecutive, mcb::Lists<u8, 0, 0>>;
    static OPENED: core::sync::atomic::AtomicU32 = core::sync::atomic::AtomicU32::new(0);
    fn opened(_: &mcb::Transition, _: mcb::Cause) {
        OPENED.fetch_add(1, core::sync::atomic::Ordering::Relaxed);
    }
    static FIRST: Ruled = CircuitBreaker::new(
        &Config::new("first")
            .error_threshold(1)
            .hooks(&Hooks::new().on_open(opened))
            .rules(mcb::Lists::new()),
        &CLOCK,
    );
    static LAST: Ruled = CircuitBreaker::new(
        &Config::new("last")
            .rules(mcb::Lists::new())
            .hooks(&Hooks::new().on_open(opened))
            .error_threshold(1),
        &CLOCK,
    );
    for breaker in [&FIRST, &LAST] {
        assert!(breaker.call(|| Err::<(), _>(7)).is_err());
    }
    assert_eq!(OPENED.load(core::sync::atomic::Ordering::Relaxed), 2);
}
