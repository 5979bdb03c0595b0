//! A client or a service of tower.

use std::time::Duration;

use mcb::server::{Breaker, tower::BreakerLayer};
use tower::{BoxError, Service, ServiceBuilder};

/// From the outside in: the breaker, the time limit, the service.
pub fn guarded<S, Request>(
    service: S,
    breaker: &Breaker,
) -> impl Service<Request, Response = S::Response, Error = mcb::Error<BoxError>>
where
    S: Service<Request>,
    S::Error: Into<BoxError>,
{
    ServiceBuilder::new()
        .layer(BreakerLayer::new(breaker.clone())) // the handle stays with you
        .timeout(Duration::from_secs(2))
        .service(service)
}
