use std::convert::Infallible;
use std::time::Duration;

use tower::{Service, ServiceBuilder};
use tower_resilience_circuitbreaker::{CircuitBreakerError, CircuitBreakerLayer};

pub fn guarded<S>(
    upstream: S,
) -> impl Service<u32, Response = u16, Error = CircuitBreakerError<Infallible>>
where
    S: Service<u32, Response = u16, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    let layer = CircuitBreakerLayer::builder()
        .name("upstream")
        .failure_rate_threshold(0.5)
        .sliding_window_size(100)
        .minimum_number_of_calls(20)
        .wait_duration_in_open(Duration::from_secs(30))
        .permitted_calls_in_half_open(1)
        .failure_classifier(|result: &Result<u16, Infallible>| matches!(result, Ok(500..)))
        .build()
        .expect("the settings are in range");
    ServiceBuilder::new().layer(layer).service(upstream)
}
