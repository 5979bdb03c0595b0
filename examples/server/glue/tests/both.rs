//! The service guarded by either crate: the same where both can do it, and told apart where one cannot.
//!
//! tower-resilience reads the system's clock alone, so that what waits here waits for real, some tens of milliseconds.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, header::RETRY_AFTER};
use glue::service::{Guards, Settings, router};
use glue::with_mcb::Mcb;
use glue::with_tower_resilience::TowerResilience;
use glue::world::{Does, World};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::time::sleep;
use tower::ServiceExt;

struct Served {
    world: Arc<World>,
    router: Router,
}

/// Both breakers open after three failures in a row.
fn settings(open: Duration) -> Settings {
    let open_ms = u64::try_from(open.as_millis()).unwrap();
    let rule = |id: &str| json!({ "id": id, "failures_in_a_row": 3, "open_ms": open_ms });
    // Names that no program knows when it is compiled.
    let text = json!({ "upstream": rule("shop-7"), "database": rule("rows-7") }).to_string();
    serde_json::from_str(&text).unwrap()
}

const LONG: Duration = Duration::from_secs(100);
const SHORT: Duration = Duration::from_millis(60);

impl Served {
    fn new<G: Guards>(open: Duration) -> Self {
        let world = Arc::new(World::default());
        let guards = G::new(&settings(open), world.clone()).unwrap();
        Served { world, router: router(Arc::new(guards)) }
    }

    /// The status, the header `Retry-After` in seconds, the body.
    async fn ask(&self, method: Method, uri: &str) -> (u16, Option<u64>, String) {
        let request = Request::builder().method(method).uri(uri).body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let header = response.headers().get(RETRY_AFTER);
        let seconds = header.map(|seconds| seconds.to_str().unwrap().parse().unwrap());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, seconds, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn get(&self, uri: &str) -> u16 {
        self.ask(Method::GET, uri).await.0
    }

    async fn act(&self, uri: &str) -> u16 {
        self.ask(Method::POST, uri).await.0
    }

    async fn states(&self) -> Vec<(String, String)> {
        let (_, _, body) = self.ask(Method::GET, "/circuits").await;
        let circuits: Vec<Value> = serde_json::from_str(&body).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        circuits.iter().map(|one| (text(&one["id"]), text(&one["state"]))).collect()
    }

    async fn state(&self, nth: usize) -> String {
        self.states().await.swap_remove(nth).1
    }

    async fn break_pages(&self) {
        self.world.does(Does::Break);
        for _ in 0..3 {
            assert_eq!(self.get("/pages/a").await, 502);
        }
    }
}

async fn a_healthy_service_serves_and_is_ready<G: Guards>() {
    let served = Served::new::<G>(LONG);
    assert_eq!(served.get("/pages/a").await, 200);
    assert_eq!(served.ask(Method::GET, "/rows/21").await, (200, None, "42".into()));
    assert_eq!(served.get("/ready").await, 200);
    let closed = |id: &str| (id.to_owned(), "closed".to_owned());
    assert_eq!(served.states().await, [closed("shop-7"), closed("rows-7")]);
}

async fn failures_in_a_row_open_it_and_the_client_is_told_when_to_come_again<G: Guards>() {
    let served = Served::new::<G>(LONG);
    served.break_pages().await;
    assert_eq!(served.world.asked(), 3);
    let (status, seconds, body) = served.ask(Method::GET, "/pages/a").await;
    assert_eq!((status, body.as_str()), (503, "shop-7"));
    assert!(seconds.is_some_and(|seconds| (90..=101).contains(&seconds)), "{seconds:?}");
    assert_eq!(served.world.asked(), 3, "it was not asked again");
    assert_eq!(served.state(0).await, "open");
    assert_eq!(served.get("/ready").await, 503);
    // The other dependency has a breaker of its own.
    served.world.does(Does::Well);
    assert_eq!(served.get("/rows/1").await, 200);
}

async fn a_dependency_that_hangs_opens_it<G: Guards>() {
    let served = Served::new::<G>(LONG);
    served.world.does(Does::Hang);
    for _ in 0..3 {
        assert_eq!(served.get("/pages/a").await, 504);
        assert_eq!(served.get("/rows/1").await, 504);
    }
    assert_eq!(served.get("/pages/a").await, 503);
    assert_eq!(served.get("/rows/1").await, 503);
}

async fn what_is_not_found_is_no_fault<G: Guards>() {
    let served = Served::new::<G>(LONG);
    served.world.does(Does::NotFind);
    for _ in 0..10 {
        assert_eq!(served.get("/pages/a").await, 404);
        assert_eq!(served.get("/rows/1").await, 404);
    }
    assert_eq!(served.state(0).await, "closed");
}

async fn after_the_time_it_is_ready_and_a_good_call_closes_it<G: Guards>() {
    let served = Served::new::<G>(SHORT);
    served.break_pages().await;
    served.world.does(Does::Well);
    let began = Instant::now();
    while served.get("/ready").await != 200 {
        assert!(began.elapsed() < LONG, "it is never ready again");
        sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(served.state(0).await, "half-open");
    assert_eq!(served.get("/pages/a").await, 200);
    assert_eq!(served.state(0).await, "closed");
}

async fn an_operator_opens_and_resets_it<G: Guards>() {
    let served = Served::new::<G>(LONG);
    assert_eq!(served.act("/circuits/rows-7/force-open").await, 204);
    assert_eq!(served.get("/rows/1").await, 503);
    assert_eq!(served.get("/ready").await, 503);
    assert_eq!(served.world.asked(), 0);
    assert_eq!(served.act("/circuits/rows-7/reset").await, 204);
    assert_eq!(served.get("/rows/1").await, 200);
    assert_eq!(served.act("/circuits/nobody/force-open").await, 404);
}

async fn settings_that_make_no_sense_are_refused<G: Guards>() {
    let mut settings = settings(LONG);
    settings.upstream.failures_in_a_row = 0;
    assert!(G::new(&settings, Arc::default()).is_err());
}

macro_rules! both {
    ($($test:ident)*) => {
        mod with_mcb {$(
            #[tokio::test]
            async fn $test() {
                super::$test::<super::Mcb>().await;
            }
        )*}
        mod with_tower_resilience {$(
            #[tokio::test]
            async fn $test() {
                super::$test::<super::TowerResilience>().await;
            }
        )*}
    };
}

both! {
    a_healthy_service_serves_and_is_ready
    failures_in_a_row_open_it_and_the_client_is_told_when_to_come_again
    a_dependency_that_hangs_opens_it
    what_is_not_found_is_no_fault
    after_the_time_it_is_ready_and_a_good_call_closes_it
    an_operator_opens_and_resets_it
    settings_that_make_no_sense_are_refused
}

// What one of them can do alone.

/// The answer to one 429 that says 200 s, and the call after it.
async fn refused_once<G: Guards>() -> (u16, Option<u64>) {
    let served = Served::new::<G>(LONG);
    served.world.does(Does::Refuse(Duration::from_secs(200)));
    assert_eq!(served.get("/pages/a").await, 502);
    served.world.does(Does::Well);
    let (status, seconds, _) = served.ask(Method::GET, "/pages/a").await;
    (status, seconds)
}

#[tokio::test]
async fn mcb_stays_open_for_as_long_as_the_upstream_said() {
    let (status, seconds) = refused_once::<Mcb>().await;
    assert_eq!(status, 503);
    assert!(seconds.is_some_and(|seconds| (190..=201).contains(&seconds)), "{seconds:?}");
}

#[tokio::test]
async fn tower_resilience_asks_again_at_once() {
    assert_eq!(refused_once::<TowerResilience>().await, (200, None));
}

/// What an opening by an operator has become when the recovery time is over, and its header.
async fn forced_and_left_alone<G: Guards>() -> (u16, Option<u64>) {
    let served = Served::new::<G>(SHORT);
    assert_eq!(served.act("/circuits/shop-7/force-open").await, 204);
    sleep(SHORT * 2).await;
    let (status, seconds, _) = served.ask(Method::GET, "/pages/a").await;
    (status, seconds)
}

#[tokio::test]
async fn mcb_stays_open_when_an_operator_says_so_and_tells_no_time() {
    assert_eq!(forced_and_left_alone::<Mcb>().await, (503, None));
}

#[tokio::test]
async fn tower_resilience_takes_that_for_any_opening() {
    assert_eq!(forced_and_left_alone::<TowerResilience>().await, (200, None));
}

#[tokio::test]
async fn mcb_refuses_two_circuits_of_one_id() {
    let mut settings = settings(LONG);
    settings.database.id = settings.upstream.id.clone();
    assert!(Mcb::new(&settings, Arc::default()).is_err());
    assert!(TowerResilience::new(&settings, Arc::default()).is_ok());
}
