//! The paths through a breaker, each by itself: `cargo run --release` in this folder; `-- call_mut` for some.
//!
//! For comparing one change with the next on one machine. The figures include the loop; how mcb stands
//! beside other crates, and with link-time optimisation, is measured in `benches/peers`.
#![allow(missing_docs, clippy::wildcard_imports)]

use core::future::{Future, ready};
use core::hint::black_box;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;

use divan::Bencher;
use mcb::{CircuitBreaker, Config, Error, ManualClock, NetError, Registry, View};

type Breaker = CircuitBreaker<&'static ManualClock>;
type Outcome = Result<u64, Error<&'static str>>;

static CLOCK: ManualClock = ManualClock::at(7);
const TIMEOUT: u32 = 1_000;
static CONFIG: Config<&ManualClock> =
    Config::new("bench").error_threshold(4096).recovery_timeout_ticks(TIMEOUT);
static SOON: Config<&ManualClock> =
    Config::new("soon").error_threshold(1).recovery_timeout_ticks(TIMEOUT);

fn main() {
    let divan = divan::Divan::default().min_time(Duration::from_millis(100)).config_with_args();
    // `--test` runs each of them once.
    if std::env::args().any(|argument| argument == "--test") {
        divan.test_benches();
    } else {
        divan.run_benches();
    }
}

/// A breaker of whose contents the compiler knows nothing.
fn breaker() -> Breaker {
    black_box(Breaker::new(&CONFIG, &CLOCK))
}

fn opened() -> Breaker {
    let breaker = Breaker::new(&SOON, &CLOCK);
    let _ = breaker.call(|| Err::<(), _>("down"));
    black_box(breaker)
}

fn works() -> Result<u64, &'static str> {
    black_box(Ok(7))
}

/// All but one of 1,024 calls fail, so that none opens.
fn fails(calls: &mut u64) -> Result<u64, &'static str> {
    *calls += 1;
    black_box(if calls.is_multiple_of(1024) { Ok(7) } else { Err("down") })
}

mod call {
    use super::*;

    #[divan::bench]
    fn unguarded(bencher: Bencher<'_, '_>) {
        bencher.bench_local(works);
    }

    #[divan::bench]
    fn ok(bencher: Bencher<'_, '_>) {
        let breaker = breaker();
        bencher.bench_local(|| breaker.call(works));
    }

    #[divan::bench]
    fn failing(bencher: Bencher<'_, '_>) {
        let (breaker, mut calls) = (breaker(), 0);
        bencher.bench_local(|| breaker.call(|| fails(&mut calls)));
    }

    #[divan::bench]
    fn failing_net_error(bencher: Bencher<'_, '_>) {
        static NET: Config<&ManualClock, NetError> =
            Config::new("net").error_threshold(4096).strategy(NetError);
        let breaker = black_box(CircuitBreaker::new(&NET, &CLOCK));
        let mut failed = false;
        bencher.bench_local(|| {
            failed = !failed;
            breaker.call(|| black_box(if failed { Err("down") } else { Ok(7) }))
        });
    }

    #[divan::bench]
    fn rejected(bencher: Bencher<'_, '_>) {
        let breaker = opened();
        bencher.bench_local(|| breaker.call(works));
    }

    #[divan::bench]
    fn rejected_std_clock(bencher: Bencher<'_, '_>) {
        use mcb::StdClock;
        static STD: Config<StdClock> =
            Config::new("std").error_threshold(1).recovery_timeout_ticks(86_400_000);
        let breaker = CircuitBreaker::new(&STD, StdClock);
        let _ = breaker.call(|| Err::<(), _>("down"));
        let breaker = black_box(breaker);
        bencher.bench_local(|| breaker.call(works));
    }

    /// A failure that opens, a rejection, and a probe that closes.
    #[divan::bench]
    fn opening_and_recovery(bencher: Bencher<'_, '_>) {
        static TIME: ManualClock = ManualClock::new();
        let breaker = black_box(Breaker::new(&SOON, &TIME));
        bencher.bench_local(|| -> [Outcome; 3] {
            let failed = breaker.call(|| black_box(Err("down")));
            let rejected = breaker.call(works);
            TIME.advance_ticks(TIMEOUT);
            [failed, rejected, breaker.call(works)]
        });
    }
}

mod call_mut {
    use super::*;

    #[divan::bench]
    fn ok(bencher: Bencher<'_, '_>) {
        let mut breaker = breaker();
        bencher.bench_local(|| breaker.call_mut(works));
    }

    #[divan::bench]
    fn failing(bencher: Bencher<'_, '_>) {
        let (mut breaker, mut calls) = (breaker(), 0);
        bencher.bench_local(|| breaker.call_mut(|| fails(&mut calls)));
    }

    #[divan::bench]
    fn rejected(bencher: Bencher<'_, '_>) {
        let mut breaker = opened();
        bencher.bench_local(|| breaker.call_mut(works));
    }
}

mod permit {
    use super::*;

    #[divan::bench]
    fn success(bencher: Bencher<'_, '_>) {
        let breaker = breaker();
        bencher.bench_local(|| breaker.try_acquire().map(mcb::Permit::success));
    }

    #[divan::bench]
    fn dropped(bencher: Bencher<'_, '_>) {
        let breaker = breaker();
        bencher.bench_local(|| drop(breaker.try_acquire()));
    }

    #[divan::bench]
    fn rejected(bencher: Bencher<'_, '_>) {
        let breaker = opened();
        bencher.bench_local(|| breaker.try_acquire().map(mcb::Permit::success));
    }
}

/// Futures that are ready at their first poll, polled by hand.
mod call_async {
    use super::*;

    fn poll(future: impl Future<Output = Outcome>) -> Poll<Outcome> {
        pin!(future).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[divan::bench]
    fn unguarded(bencher: Bencher<'_, '_>) {
        bencher.bench_local(|| poll(async { ready(works()).await.map_err(Error::Inner) }));
    }

    #[divan::bench]
    fn ok(bencher: Bencher<'_, '_>) {
        let breaker = breaker();
        bencher.bench_local(|| poll(breaker.call_async(ready(works()))));
    }

    #[divan::bench]
    fn rejected(bencher: Bencher<'_, '_>) {
        let breaker = opened();
        bencher.bench_local(|| poll(breaker.call_async(ready(works()))));
    }
}

mod reads {
    use super::*;

    static CLOSED: Breaker = Breaker::new(&CONFIG, &CLOCK);
    static OTHER: Breaker = Breaker::new(&SOON, &CLOCK);
    static VIEW: View<'_> = View::new(&[&CLOSED, &OTHER]);

    #[divan::bench]
    fn state(bencher: Bencher<'_, '_>) {
        let breaker = opened();
        bencher.bench_local(|| breaker.state());
    }

    /// The last of eight.
    #[divan::bench]
    fn registry_get(bencher: Bencher<'_, '_>) {
        static REGISTRY: Registry<8> = Registry::new();
        for id in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            let breaker =
                Box::leak(Box::new(Breaker::new(Box::leak(Box::new(Config::new(id))), &CLOCK)));
            // Already there when this runs a second time.
            let _ = REGISTRY.register(breaker);
        }
        bencher.bench_local(|| REGISTRY.get(black_box("h")).map(|circuit| circuit.state()));
    }

    #[divan::bench]
    fn view_get(bencher: Bencher<'_, '_>) {
        bencher
            .bench_local(|| black_box(&VIEW).get(black_box("soon")).map(|circuit| circuit.state()));
    }

    #[divan::bench]
    fn view_open_circuits(bencher: Bencher<'_, '_>) {
        bencher.bench_local(|| black_box(&VIEW).open_circuits().count());
    }
}
