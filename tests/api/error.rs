//! What a guarded call returns when it gives no value.

use std::error::Error as _;

use mcb::{Error, Rejected, State, Wait};

const REJECTED: Rejected = Rejected::new("imu", State::ForcedOpen, None, 3);

#[test]
fn a_rejection_tells_the_state_when_and_why() {
    let rejected = |state, wait, errors| Rejected::new("imu", state, wait, errors).to_string();
    let (zero, some) = (Some(Wait::new(0, 1_000)), Some(Wait::new(1_500, 1_000)));
    assert_eq!(rejected(State::Open, some, 3), "circuit imu is open, retry in 1.5 s (3 errors)");
    assert_eq!(rejected(State::Open, some, 1), "circuit imu is open, retry in 1.5 s (1 error)");
    assert_eq!(rejected(State::Open, zero, 2), "circuit imu is open, retry now (2 errors)");
    let text = "circuit imu is half-open, retry in 1.5 s (0 errors)";
    assert_eq!(rejected(State::HalfOpen, some, 0), text);
    assert_eq!(rejected(State::ForcedOpen, None, 2), "circuit imu is forced-open");
    let short = Some(Wait::new(1, 32_768));
    let text = "circuit imu is open, retry in 0.001 s (1 error)";
    assert_eq!(rejected(State::Open, short, 1), text);
}

#[test]
fn an_error_shows_what_is_inside() {
    let error: Error<core::num::ParseIntError> = Error::Inner("x".parse::<u8>().unwrap_err());
    assert_eq!(error.to_string(), "invalid digit found in string");
    assert!(error.inner().is_some() && error.rejected().is_none());
    assert_eq!(error.into_result().map(|_| ()), Ok(()));
    assert_eq!(Error::<u8>::Rejected(REJECTED).to_string(), "circuit imu is forced-open");
    assert_eq!(Error::Inner(7).to_string(), "7");
}

#[test]
fn an_error_gives_what_is_in_it() {
    let outer: Error<u8> = Error::Rejected(REJECTED);
    let inner: Error<u8> = Error::Inner(7);
    assert!(outer.is_rejected() && !inner.is_rejected());
    assert_eq!((outer.rejected(), inner.rejected()), (Some(&REJECTED), None));
    assert_eq!((outer.inner(), inner.inner()), (None, Some(&7)));
    assert_eq!((outer.into_inner(), inner.into_inner()), (None, Some(7)));
    assert_eq!((outer.into_result(), inner.into_result()), (Err(REJECTED), Ok(7)));
    assert_eq!(outer.map_inner(|_| "x"), Error::Rejected(REJECTED));
    assert_eq!(inner.map_inner(|code| code + 1), Error::Inner(8));
}

/// An error with a source.
#[derive(Debug)]
struct Caused(core::fmt::Error);
impl core::fmt::Display for Caused {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("caused")
    }
}
impl std::error::Error for Caused {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

fn is_the_source(source: Option<&(dyn std::error::Error + 'static)>) -> bool {
    source.is_some_and(<dyn std::error::Error>::is::<core::fmt::Error>)
}

const CAUSED: Caused = Caused(core::fmt::Error);

type Boxed = Box<dyn std::error::Error + Send + Sync>;

#[test]
fn it_becomes_a_boxed_error_whatever_is_inside() {
    fn passes_on<E: core::fmt::Debug + core::fmt::Display + Send + Sync + 'static>(
        error: Error<E>,
    ) -> Result<(), Boxed> {
        Err(error)?
    }
    assert_eq!(passes_on(Error::Inner(7)).unwrap_err().to_string(), "7");
    assert_eq!(passes_on(Error::Inner(CAUSED)).unwrap_err().to_string(), "caused");
    // A box is no error itself, and becomes one in here.
    let boxed: Error<Boxed> = Error::Inner(Box::new(CAUSED));
    assert_eq!(passes_on(boxed).unwrap_err().to_string(), "caused");
    let error = passes_on(Error::<Boxed>::Rejected(REJECTED)).unwrap_err();
    assert!(error.downcast_ref::<Error<Boxed>>().is_some_and(Error::is_rejected));
}

/// Where the sources of what is inside can be asked for, it is transparent: they are its own.
#[cfg(feature = "std")]
#[test]
fn sources_are_those_of_what_is_inside() {
    use std::io;

    type Sent = Box<dyn std::error::Error + Send>;
    type Plain = Box<dyn std::error::Error>;

    assert!(is_the_source(Error::<Boxed>::Inner(Box::new(CAUSED)).source()));
    assert!(is_the_source(Error::<Sent>::Inner(Box::new(CAUSED)).source()));
    assert!(is_the_source(Error::<Plain>::Inner(Box::new(CAUSED)).source()));
    assert!(is_the_source(Error::Inner(io::Error::other(CAUSED)).source()));
    assert!(Error::Inner(io::Error::from(io::ErrorKind::TimedOut)).source().is_none());
    assert!(Error::<Boxed>::Inner("no source".into()).source().is_none());
}

#[test]
fn a_rejection_has_no_source_and_what_is_no_box_keeps_its_own() {
    assert!(Error::<Caused>::Rejected(REJECTED).source().is_none());
    assert!(Error::<Boxed>::Rejected(REJECTED).source().is_none());
    // It may be no error at all; who wants its sources converts.
    assert!(Error::Inner(CAUSED).source().is_none());
    let nested: Error<Error<core::fmt::Error>> = Error::Inner(Error::Inner(core::fmt::Error));
    assert!(nested.source().is_none());
}

#[test]
fn conversion_keeps_what_is_inside_with_its_type_and_sources() {
    #[derive(Debug, PartialEq)]
    enum Fault {
        Bus(u8),
        Unavailable(Rejected),
    }
    impl From<u8> for Fault {
        fn from(code: u8) -> Self {
            Fault::Bus(code)
        }
    }
    impl From<Rejected> for Fault {
        fn from(rejected: Rejected) -> Self {
            Fault::Unavailable(rejected)
        }
    }
    let boxed: Boxed = Error::Inner(CAUSED).convert();
    assert!(boxed.downcast_ref::<Caused>().is_some() && is_the_source(boxed.source()));
    let boxed: Boxed = Error::<Caused>::Rejected(REJECTED).convert();
    assert_eq!(boxed.downcast_ref(), Some(&REJECTED));
    assert_eq!(Error::Inner(7_u8).convert::<Fault>(), Fault::Bus(7));
    let rejected = Error::<u8>::Rejected(REJECTED);
    assert_eq!(rejected.convert::<Fault>(), Fault::Unavailable(REJECTED));
}
