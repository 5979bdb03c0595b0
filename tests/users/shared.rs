//! Breakers of a service: in an `Arc`, with hooks that hold something, and permits that travel.

use core::time::Duration;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use mcb::{Cause, CircuitBreaker, Config, Error, Hooks, ManualClock, Observer, State, Transition};

type Clock = Arc<ManualClock>;
type Breaker = CircuitBreaker<Clock>;

const RECOVERY: Duration = Duration::from_secs(30);

fn config(id: &'static str) -> Config<Clock> {
    Config::new(id).error_threshold(1)
}

#[test]
fn a_hook_that_captures_tells_a_channel_from_every_thread() {
    let (sender, told) = channel();
    let (clock, labels) = (Clock::default(), vec![String::from("eu-1"), String::from("eu-2")]);
    let breakers: Vec<_> = labels
        .iter()
        .map(|label| {
            // A clone of the channel and the name of the host go with the breaker.
            let (label, sender): (String, Sender<_>) = (label.clone(), sender.clone());
            let hooks = Hooks::new().on_transition(move |change: &Transition| {
                sender.send((label.clone(), change.from, change.to)).unwrap();
            });
            let breaker = CircuitBreaker::from_config(config("db"), clock.clone()).unwrap();
            Arc::new(breaker.with_hooks(hooks))
        })
        .collect();
    drop(sender);
    let threads: Vec<_> = breakers
        .iter()
        .cloned()
        .map(|breaker| thread::spawn(move || breaker.call(|| Err::<(), _>("refused"))))
        .collect();
    for thread in threads {
        assert_eq!(thread.join().unwrap(), Err(Error::Inner("refused")));
    }
    drop(breakers);
    // It ends, since the breakers' own ends of it are gone with them.
    let mut told: Vec<_> = told.into_iter().collect();
    told.sort_by(|a, b| a.0.cmp(&b.0));
    let opened = |label: &str| (label.to_owned(), State::Closed, State::Open);
    assert_eq!(told, [opened("eu-1"), opened("eu-2")]);
}

#[test]
fn an_observer_that_is_shared_counts_for_several_breakers() {
    #[derive(Default)]
    struct Openings(Mutex<Vec<(&'static str, Cause)>>);
    impl Observer for Openings {
        fn on_open(&self, opening: &Transition, cause: Cause) {
            self.0.lock().unwrap().push((opening.id, cause));
        }
    }
    let openings = Arc::new(Openings::default());
    let clock = Clock::default();
    for id in ["db", "cache"] {
        let breaker = CircuitBreaker::from_config(config(id), clock.clone()).unwrap();
        let breaker = breaker.with_hooks((openings.clone(), Hooks::new()));
        breaker.try_acquire().unwrap().failure();
    }
    let all = [("db", Cause::Reported), ("cache", Cause::Reported)];
    assert_eq!(*openings.0.lock().unwrap(), all);
    assert_eq!(Arc::strong_count(&openings), 1);
}

/// A transfer is begun in one thread and ends in another.
#[test]
fn a_permit_is_sent_to_another_thread() {
    static CLOCK: ManualClock = ManualClock::new();
    static B: CircuitBreaker<&ManualClock> =
        CircuitBreaker::new(&Config::new("dma").error_threshold(1), &CLOCK);
    let (transfers, ended) = channel::<mcb::Permit<'static, &'static ManualClock>>();
    let interrupt = thread::spawn(move || {
        for (permit, fails) in ended.into_iter().zip([true, false]) {
            if fails { permit.failure() } else { permit.success() }
        }
    });
    transfers.send(B.try_acquire().unwrap()).unwrap();
    while B.state() == State::Closed {
        thread::yield_now();
    }
    assert!(B.try_acquire().is_err());
    CLOCK.advance(RECOVERY);
    let probe = B.try_acquire().unwrap();
    assert!(probe.is_probe() && B.try_acquire().is_err());
    transfers.send(probe).unwrap();
    drop(transfers);
    interrupt.join().unwrap();
    assert_eq!(B.state(), State::Closed);
}

/// A service that owns its breaker, and hands itself to tasks.
#[test]
fn a_permit_is_held_by_a_task_of_its_own() {
    use core::future::Future;
    use core::pin::Pin;
    use core::task::{Context, Poll, Waker};
    type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

    struct Service {
        breaker: Breaker,
    }
    async fn serve(service: Arc<Service>, works: bool) {
        let permit = service.breaker.try_acquire().expect("admitted");
        let mut waited = false;
        core::future::poll_fn(|_| {
            if core::mem::replace(&mut waited, true) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        if works { permit.success() } else { permit.failure() }
    }

    let clock = Clock::default();
    let breaker = CircuitBreaker::from_config(config("db"), clock.clone()).unwrap();
    let service = Arc::new(Service { breaker });
    let poll = |task: &mut Task| task.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    // Begun here, finished in another thread.
    let run = |works: bool| {
        let mut task: Task = Box::pin(serve(service.clone(), works));
        assert!(poll(&mut task).is_pending());
        thread::scope(|scope| {
            scope.spawn(move || assert!(poll(&mut task).is_ready()));
        });
    };
    run(false);
    assert_eq!(service.breaker.state(), State::Open);
    clock.advance(RECOVERY);
    run(true);
    assert_eq!(service.breaker.state(), State::Closed);
}
