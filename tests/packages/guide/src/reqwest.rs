//! An HTTP upstream.

use std::time::Duration;

use mcb::server::Breaker;
use mcb::{Error, Rules, Verdict};
use reqwest::header::RETRY_AFTER;
use reqwest::{Client, Response, StatusCode};

/// Which responses say that the upstream is in trouble, and for how long.
#[derive(Clone, Copy)]
pub struct Http;

impl Rules<Response, reqwest::Error> for Http {
    fn judge(&self, result: &Result<Response, reqwest::Error>) -> Verdict {
        match result {
            Ok(response) => match response.status() {
                StatusCode::TOO_MANY_REQUESTS => Verdict::Failure,
                status if status.is_server_error() => Verdict::Failure,
                _ => Verdict::Success, // a 404 is an answer
            },
            Err(error) if error.is_builder() => Verdict::Ignore, // a request that was never sent
            Err(_) => Verdict::Failure,                          // no connection, or too late
        }
    }

    /// Asked of failures alone; `Recovery::max_wait` is the most that it gets.
    fn open_for(&self, result: &Result<Response, reqwest::Error>) -> Option<Duration> {
        let seconds = result.as_ref().ok()?.headers().get(RETRY_AFTER)?.to_str().ok()?;
        seconds.parse().ok().map(Duration::from_secs)
    }
}

pub struct Upstream {
    client: Client,
    breaker: Breaker<Http>,
}

impl Upstream {
    pub fn new(breaker: &Breaker) -> Result<Self, reqwest::Error> {
        // The client's own limits lie inside of the breaker, and so count.
        let client = Client::builder()
            .connect_timeout(Duration::from_millis(500))
            .timeout(Duration::from_secs(2))
            .build()?;
        Ok(Upstream { client, breaker: breaker.with_rules(Http) })
    }

    pub async fn get(&self, url: &str) -> Result<Response, Error<reqwest::Error>> {
        self.breaker.call_async(self.client.get(url).send()).await
    }
}
