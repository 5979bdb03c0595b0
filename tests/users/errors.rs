//! Errors on their way up: `?` into anyhow and boxes from whatever is guarded, with the chain of sources.

use core::fmt;
use std::error::Error as StdError;
use std::io;

use anyhow::Context as _;
use mcb::{CircuitBreaker, Config, Error, ManualClock, Rejected, State};

type Boxed = Box<dyn StdError + Send + Sync>;
type Breaker = CircuitBreaker<&'static ManualClock>;

static CLOCK: ManualClock = ManualClock::new();

/// It admits, and counts nothing.
static CLOSED: Breaker = Breaker::new(&Config::new("db").error_threshold(4_096), &CLOCK);

/// One that is forced open.
fn open() -> &'static Breaker {
    static OPEN: Breaker = Breaker::new(&Config::new("db"), &CLOCK);
    OPEN.force_open();
    &OPEN
}

/// An error with a source, as libraries have them.
#[derive(Debug)]
struct Query(io::Error);
impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the query failed")
    }
}
impl StdError for Query {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.0)
    }
}

fn refused() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionRefused, "nobody there")
}

fn query() -> Result<u8, Query> {
    Err(Query(refused()))
}

fn query_anyhow() -> anyhow::Result<u8> {
    query().context("user 7")
}

fn query_boxed() -> Result<u8, Boxed> {
    Ok(query()?)
}

fn chain(error: &anyhow::Error) -> Vec<String> {
    error.chain().map(ToString::to_string).collect()
}

fn rejection(error: &anyhow::Error) -> State {
    error.downcast_ref::<Rejected>().expect("a rejection").state
}

const REJECTED: &str = "circuit db is forced-open";

#[test]
fn question_marks_reach_anyhow_from_a_plain_error() {
    fn read(breaker: &Breaker) -> anyhow::Result<u8> {
        Ok(breaker.call(query)?)
    }
    let error = read(&CLOSED).unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(Error::Inner(Query(_)))), "{error:?}");
    let error = read(open()).unwrap_err();
    assert_eq!(chain(&error), [REJECTED]);
    assert!(error.downcast_ref::<Error<Query>>().is_some_and(Error::is_rejected));
}

#[test]
fn question_marks_reach_anyhow_from_anyhow() {
    fn read(breaker: &Breaker) -> anyhow::Result<u8> {
        let value = breaker.call(query_anyhow)?;
        Ok(value)
    }
    let error = read(&CLOSED).unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(Error::<anyhow::Error>::Inner(_))));
    assert_eq!(error.to_string(), "user 7");
    // All of it, printed as anyhow prints it.
    let error = read(&CLOSED).context("the page").unwrap_err();
    assert_eq!(chain(&error), ["the page", "user 7"]);
    let error = read(open()).unwrap_err();
    assert_eq!(chain(&error), [REJECTED]);
}

#[test]
fn question_marks_reach_anyhow_from_a_box() {
    fn read(breaker: &Breaker) -> anyhow::Result<u8> {
        Ok(breaker.call(query_boxed)?)
    }
    // What is in a box can be asked for its sources.
    let error = read(&CLOSED).unwrap_err();
    assert_eq!(chain(&error), ["the query failed", "nobody there"]);
    assert!(error.root_cause().is::<io::Error>());
    let error = read(open()).unwrap_err();
    assert_eq!(chain(&error), [REJECTED]);
}

#[test]
fn question_marks_reach_a_box_from_anything() {
    fn from_plain() -> Result<u8, Boxed> {
        Ok(CLOSED.call(query)?)
    }
    fn from_anyhow() -> Result<u8, Boxed> {
        Ok(CLOSED.call(query_anyhow)?)
    }
    fn from_box() -> Result<u8, Box<dyn StdError>> {
        Ok(CLOSED.call(query_boxed)?)
    }
    assert_eq!(from_plain().unwrap_err().to_string(), "the query failed");
    assert_eq!(from_anyhow().unwrap_err().to_string(), "user 7");
    assert_eq!(from_box().unwrap_err().to_string(), "the query failed");
}

/// Converted, an error arrives as itself: its type, its context and all its sources.
#[test]
fn conversion_keeps_the_whole_chain() {
    let plain = CLOSED.call(query).map_err(Error::convert::<anyhow::Error>).unwrap_err();
    assert_eq!(chain(&plain), ["the query failed", "nobody there"]);
    assert!(plain.is::<Query>() && plain.root_cause().is::<io::Error>());

    let context = CLOSED.call(query_anyhow).map_err(Error::convert::<anyhow::Error>).unwrap_err();
    assert_eq!(chain(&context), ["user 7", "the query failed", "nobody there"]);
    assert!(context.downcast_ref::<Query>().is_some());

    let boxed = CLOSED.call(query_boxed).map_err(Error::convert::<Boxed>).unwrap_err();
    assert!(boxed.is::<Query>() && boxed.source().is_some_and(<dyn StdError>::is::<io::Error>));

    for rejected in [
        open().call(query).map_err(Error::convert::<anyhow::Error>),
        open().call(query_anyhow).map_err(Error::convert),
    ] {
        let rejected = rejected.unwrap_err();
        assert_eq!(
            (chain(&rejected), rejection(&rejected)),
            (vec![REJECTED.into()], { State::ForcedOpen })
        );
    }
}

/// An application's own enum, by the conversions that it has anyhow.
#[test]
fn an_enum_of_ones_own_takes_either() {
    #[derive(Debug)]
    enum Failure {
        Query(Query),
        Later(Option<mcb::Wait>),
    }
    impl From<Query> for Failure {
        fn from(error: Query) -> Self {
            Failure::Query(error)
        }
    }
    impl From<Rejected> for Failure {
        fn from(rejected: Rejected) -> Self {
            Failure::Later(rejected.retry_after)
        }
    }
    fn read(breaker: &Breaker) -> Result<u8, Failure> {
        let value = breaker.call(query).map_err(Error::convert::<Failure>)?;
        Ok(value)
    }
    assert!(matches!(read(&CLOSED), Err(Failure::Query(Query(_)))));
    assert!(matches!(read(open()), Err(Failure::Later(None))));
}

/// A permit's rejection is an error like any other.
#[test]
fn question_marks_take_a_rejection_by_itself() {
    fn begin() -> anyhow::Result<()> {
        open().try_acquire()?.success();
        Ok(())
    }
    assert_eq!(rejection(&begin().unwrap_err()), State::ForcedOpen);
}
