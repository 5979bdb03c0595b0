//! The breakers, each set as its users would set it to the same two rules where it can have them: five failures in a
//! row, or 25 % of the last ten seconds and at least `MINIMUM` calls. Open for a second, then one probe.

use std::fmt;
use std::time::Duration;

use failsafe::backoff::{Constant, constant};
use failsafe::failure_policy::{
    ConsecutiveFailures, FailurePolicy as _, OrElse, SuccessRateOverTimeWindow,
    consecutive_failures, success_rate_over_time_window,
};
use mcb::Config;
use mcb::server::Breaker;
use mcb::strategy::{Choice, CountChoice, RateChoice};
use tower::util::{BoxCloneSyncService, ServiceExt};
use tower_resilience_circuitbreaker::{
    CircuitBreakerConfigBuilder, CircuitBreakerError, CircuitBreakerLayer, SlidingWindowType,
};

const IN_A_ROW: u16 = 5;
const PERCENT: u8 = 25;
pub const WINDOW: Duration = Duration::from_secs(10);
const MINIMUM: u16 = 50;
pub const OPEN: Duration = Duration::from_secs(1);

/// Who is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    None,
    Mcb,
    TowerResilience,
    /// The same with a window: it has one rule or the other.
    TowerResilienceWindow,
    Failsafe,
}

impl Subject {
    pub const ALL: [Subject; 5] = [
        Subject::None,
        Subject::Mcb,
        Subject::TowerResilience,
        Subject::TowerResilienceWindow,
        Subject::Failsafe,
    ];
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Subject::None => "none",
            Subject::Mcb => "mcb",
            Subject::TowerResilience => "tower-resilience",
            Subject::TowerResilienceWindow => "tower-resilience-window",
            Subject::Failsafe => "failsafe",
        })
    }
}

/// What a guarded call gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Ok,
    Failed,
    Rejected,
}

/// A call of the upstream, which the breaker starts if it admits it.
pub trait Call: Future<Output = Result<(), ()>> + Send + 'static {}
impl<F: Future<Output = Result<(), ()>> + Send + 'static> Call for F {}

/// tower guards a service, not a future: this one makes the future of a request.
type Tower = BoxCloneSyncService<(), (), CircuitBreakerError<()>>;
type Policy = OrElse<ConsecutiveFailures<Constant>, SuccessRateOverTimeWindow<Constant>>;
type Failsafe = failsafe::StateMachine<Policy, ()>;

/// A breaker around one kind of call.
pub enum Guard<M> {
    None(M),
    Mcb(M, Breaker),
    Tower(Tower),
    Failsafe(M, Failsafe),
}

impl<M, F> Guard<M>
where
    M: Fn() -> F + Clone + Send + Sync + 'static,
    F: Call,
{
    /// One configuration for all failures, as a service has.
    pub fn new(subject: Subject, make: M) -> Self {
        match subject {
            Subject::None => Guard::None(make),
            Subject::Mcb => Guard::mcb(make, both()),
            Subject::TowerResilience => Guard::tower(
                make,
                CircuitBreakerLayer::builder().consecutive_failures(IN_A_ROW.into()),
            ),
            Subject::TowerResilienceWindow => Guard::tower(make, tower_time_window()),
            Subject::Failsafe => {
                let row = consecutive_failures(IN_A_ROW.into(), constant(OPEN));
                Guard::failsafe(make, row.or_else(failsafe_window()))
            }
        }
    }

    pub fn mcb(make: M, choice: Choice) -> Self {
        let config = Config::new("upstream")
            .error_threshold(IN_A_ROW)
            .recovery_timeout(OPEN)
            .recovery_threshold(3)
            .chosen(choice);
        Guard::Mcb(make, Breaker::new(config).expect("a valid configuration"))
    }

    pub fn tower(make: M, builder: CircuitBreakerConfigBuilder) -> Self {
        let layer = builder.wait_duration_in_open(OPEN).build().expect("a valid configuration");
        let service = layer.layer_fn(tower::service_fn(move |()| make()));
        Guard::Tower(BoxCloneSyncService::new(service))
    }

    pub fn failsafe(make: M, policy: Policy) -> Self {
        Guard::Failsafe(make, failsafe::Config::new().failure_policy(policy).build())
    }

    /// Its window alone: no row is that long.
    pub fn failsafe_window(make: M) -> Self {
        Guard::failsafe(
            make,
            consecutive_failures(u32::MAX, constant(OPEN)).or_else(failsafe_window()),
        )
    }

    pub async fn call(&self) -> Outcome {
        match self {
            Guard::None(make) => match make().await {
                Ok(()) => Outcome::Ok,
                Err(()) => Outcome::Failed,
            },
            Guard::Mcb(make, breaker) => match breaker.call_async(make()).await {
                Ok(()) => Outcome::Ok,
                Err(mcb::Error::Inner(())) => Outcome::Failed,
                Err(mcb::Error::Rejected(_)) => Outcome::Rejected,
            },
            Guard::Tower(service) => match service.clone().oneshot(()).await {
                Ok(()) => Outcome::Ok,
                Err(CircuitBreakerError::Inner(())) => Outcome::Failed,
                Err(CircuitBreakerError::OpenCircuit) => Outcome::Rejected,
            },
            Guard::Failsafe(make, breaker) => {
                use failsafe::futures::CircuitBreaker as _;
                match breaker.call(make()).await {
                    Ok(()) => Outcome::Ok,
                    Err(failsafe::Error::Inner(())) => Outcome::Failed,
                    Err(failsafe::Error::Rejected) => Outcome::Rejected,
                }
            }
        }
    }
}

const RATE: RateChoice =
    RateChoice::TimeWindow { buckets: 10, window: WINDOW, percent: PERCENT, minimum: MINIMUM };

fn both() -> Choice {
    Choice::Either(CountChoice::Consecutive, RATE)
}

/// The rate alone.
pub fn time_window() -> Choice {
    Choice::Rate(RATE)
}

/// The other way to a rate: a mean over about 32 calls that time, too, makes fade.
pub fn decaying() -> Choice {
    Choice::DecayingRate { k: 5, percent: PERCENT, half_life: WINDOW }
}

/// The same rule for tower-resilience.
pub fn tower_time_window() -> CircuitBreakerConfigBuilder {
    CircuitBreakerLayer::builder()
        .failure_rate_threshold(f64::from(PERCENT) / 100.0)
        .sliding_window_type(SlidingWindowType::TimeBased)
        .sliding_window_duration(WINDOW)
        .minimum_number_of_calls(MINIMUM.into())
}

/// Its default kind of window, of its default size.
pub fn tower_count_window() -> CircuitBreakerConfigBuilder {
    CircuitBreakerLayer::builder()
        .failure_rate_threshold(f64::from(PERCENT) / 100.0)
        .sliding_window_size(100)
}

/// And for failsafe: a moving average, judged from one window after its last closing on.
fn failsafe_window() -> SuccessRateOverTimeWindow<Constant> {
    let required = f64::from(100 - PERCENT) / 100.0;
    success_rate_over_time_window(required, MINIMUM.into(), WINDOW, constant(OPEN))
}
