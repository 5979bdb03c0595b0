//! Each recipe, as far as that goes without its server.

use std::convert::Infallible;
use std::future::{pending, ready};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header::RETRY_AFTER};
use mcb::server::{Breaker, Breakers};
use mcb::{Clock, Config, FnClock, Rules, State, Verdict};
use tower::{BoxError, Service, ServiceExt, service_fn};

fn breaker(id: &'static str) -> Breaker {
    Breaker::new(Config::new(id).error_threshold(2)).unwrap()
}

#[tokio::test]
async fn axum_answers_503_with_retry_after_and_stays_ready() {
    let (prices, disk) = (breaker("prices"), breaker("disk"));
    let all = Arc::new(Breakers::new());
    all.register(&prices).unwrap();
    all.register(&disk).unwrap();
    let router = guide::axum::router(guide::axum::App { prices: prices.clone(), all });
    let get = |path: &str| router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap());

    assert_eq!(get("/price").await.unwrap().status(), StatusCode::OK);
    prices.trip();
    let response = get("/price").await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    // 30 s and a step of the clock, less what has gone by, in whole seconds.
    assert!(["30", "31"].contains(&response.headers()[RETRY_AFTER].to_str().unwrap()));
    assert_eq!(get("/ready").await.unwrap().status(), StatusCode::OK); // one dependency of two
    prices.force_open();
    let response = get("/price").await.unwrap();
    assert!(!response.headers().contains_key(RETRY_AFTER)); // nobody knows
    disk.trip();
    assert_eq!(get("/ready").await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn reqwest_rules_know_what_is_an_answer() {
    let answer = |status: u16, retry_after: Option<&str>| {
        let mut response = http::Response::builder().status(status);
        if let Some(seconds) = retry_after {
            response = response.header(RETRY_AFTER, seconds);
        }
        let result = Ok(reqwest::Response::from(response.body("").unwrap()));
        (guide::reqwest::Http.judge(&result), guide::reqwest::Http.open_for(&result))
    };
    assert_eq!(answer(200, None), (Verdict::Success, None));
    assert_eq!(answer(404, None), (Verdict::Success, None));
    assert_eq!(answer(500, None), (Verdict::Failure, None));
    let asked = Some(Duration::from_secs(90));
    assert_eq!(answer(429, Some("90")), (Verdict::Failure, asked));
    assert_eq!(answer(503, Some("soon")), (Verdict::Failure, None));

    // What cannot be sent is no fault of the upstream; one that is not there is.
    let (idle, gone) = (breaker("idle"), breaker("gone"));
    let upstream = guide::reqwest::Upstream::new(&idle).unwrap();
    let _ = upstream.get("no address").await.unwrap_err();
    assert_eq!(idle.error_count(), 0);
    let upstream = guide::reqwest::Upstream::new(&gone).unwrap();
    for _ in 0..2 {
        assert!(!upstream.get("http://127.0.0.1:1/").await.unwrap_err().is_rejected());
    }
    assert_eq!(gone.state(), State::Open);
    assert!(upstream.get("http://127.0.0.1:1/").await.unwrap_err().is_rejected());
}

#[tokio::test]
async fn sqlx_rules_know_what_is_an_answer() {
    let judge = |error| guide::sqlx::Sql.judge(&Err::<(), _>(error));
    assert_eq!(judge(sqlx::Error::RowNotFound), Verdict::Success);
    assert_eq!(judge(sqlx::Error::PoolTimedOut), Verdict::Failure);
    assert_eq!(judge(sqlx::Error::ColumnNotFound("total".into())), Verdict::Ignore);

    let db = breaker("db");
    let orders = guide::sqlx::Orders::new("postgres://nobody@127.0.0.1:1/none", &db).unwrap();
    for _ in 0..2 {
        assert!(!orders.count().await.unwrap_err().is_rejected());
    }
    assert!(orders.count().await.unwrap_err().is_rejected());
}

#[tokio::test]
async fn redis_that_is_gone_is_done_without() {
    let store = breaker("cache");
    let cache = guide::redis::Cache::new("redis://127.0.0.1:1/", &store).unwrap();
    for _ in 0..3 {
        assert_eq!(cache.get("price").await, None);
    }
    assert_eq!(store.state(), State::Open);
    let wrong = redis::RedisError::from((redis::ErrorKind::UnexpectedReturnType, "no number"));
    assert_eq!(guide::redis::Store.judge(&Err::<(), _>(wrong)), Verdict::Ignore);
}

#[tokio::test(start_paused = true)]
async fn tower_counts_what_its_time_limit_ends() {
    let upstream = breaker("upstream");
    let hangs = service_fn(|_: u32| pending::<Result<u16, BoxError>>());
    let mut guarded = guide::tower::guarded(hangs, &upstream);
    for _ in 0..2 {
        let error = guarded.ready().await.unwrap().call(1).await.unwrap_err();
        assert!(!error.is_rejected());
    }
    assert_eq!(upstream.state(), State::Open);
    assert!(guarded.ready().await.unwrap().call(1).await.unwrap_err().is_rejected());
}

/// The clock of the page on tests.
#[tokio::test(start_paused = true)]
async fn a_clock_may_follow_the_paused_time_of_tokio() {
    use std::sync::LazyLock;
    static START: LazyLock<tokio::time::Instant> = LazyLock::new(tokio::time::Instant::now);
    let clock = FnClock::<u64, 1_000>::new(|| u64::try_from(START.elapsed().as_millis()).unwrap());
    let before = clock.now();
    let db = Breaker::builder(Config::new("db").error_threshold(1), clock).build().unwrap();
    let _ = db.call(|| Err::<(), _>("refused"));
    assert_eq!(db.state(), State::Open);
    tokio::time::sleep(Duration::from_secs(31)).await;
    assert_eq!(db.state(), State::HalfOpen);
    assert!(clock.now() - before >= 31_000);
}

#[test]
fn breakers_before_a_move_open_as_their_pages_say() {
    let recloser = guide::migration::recloser::breaker();
    let calls = (0..100).take_while(|_| {
        let mut asked = false;
        let _ = guide::migration::recloser::ask(&recloser, || {
            asked = true;
            Err("refused")
        });
        asked
    });
    assert_eq!(calls.count(), 21); // its ring has to be full, and the next call opens

    let failsafe = guide::migration::failsafe::breaker();
    let calls = (0..100).take_while(|_| {
        let mut asked = false;
        let _ = guide::migration::failsafe::ask(&failsafe, || {
            asked = true;
            Err("refused")
        });
        asked
    });
    assert_eq!(calls.count(), 3);
}

#[tokio::test]
async fn tower_resilience_opens_when_its_window_is_full() {
    let upstream = service_fn(|_: u32| ready(Ok::<u16, Infallible>(500)));
    let mut guarded = guide::migration::tower_resilience::guarded(upstream);
    let mut asked = 0;
    while guarded.ready().await.unwrap().call(1).await.is_ok() {
        asked += 1;
        assert!(asked < 1_000);
    }
    assert_eq!(asked, 100); // whatever the minimum
}
