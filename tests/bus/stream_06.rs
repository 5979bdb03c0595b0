//! Streams of embedded-io 0.6: the same guard, for the older traits.

use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use embedded_io_06::{
    Error, ErrorKind, ErrorType, Read, ReadReady, Seek, SeekFrom, Write, WriteReady,
};
use mcb::bus::{Guarded, all_same};
use mcb::{CircuitBreaker, Config, Consecutive, Kinds, ManualClock, State};

use super::{TIMEOUT, breaker, clock};

/// A stream of zeros, which fails as it is told. Its error is no `core::error::Error`: 0.6 asks for none.
#[derive(Default)]
struct Old {
    fault: Option<Fault>,
    asked: Vec<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Fault(ErrorKind);

const FAULT: Fault = Fault(ErrorKind::BrokenPipe);

impl Error for Fault {
    fn kind(&self) -> ErrorKind {
        self.0
    }
}

impl Old {
    fn broken() -> Self {
        Old { fault: Some(FAULT), ..Old::default() }
    }

    fn ask<T>(&mut self, method: &'static str, value: T) -> Result<T, Fault> {
        self.asked.push(method);
        self.fault.map_or(Ok(value), Err)
    }
}

impl ErrorType for Old {
    type Error = Fault;
}

impl Read for Old {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Fault> {
        self.ask("read", buffer.len())
    }
}

impl Write for Old {
    fn write(&mut self, buffer: &[u8]) -> Result<usize, Fault> {
        self.ask("write", buffer.len())
    }
    fn flush(&mut self) -> Result<(), Fault> {
        self.ask("flush", ())
    }
}

impl Seek for Old {
    fn seek(&mut self, _: SeekFrom) -> Result<u64, Fault> {
        self.ask("seek", 7)
    }
}

impl ReadReady for Old {
    fn read_ready(&mut self) -> Result<bool, Fault> {
        self.ask("read_ready", true)
    }
}

impl WriteReady for Old {
    fn write_ready(&mut self) -> Result<bool, Fault> {
        self.ask("write_ready", false)
    }
}

/// The async traits have method names of the blocking ones.
struct Later(Old);

impl ErrorType for Later {
    type Error = Fault;
}

impl embedded_io_async_06::Read for Later {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Fault> {
        self.0.read(buffer)
    }
}

impl embedded_io_async_06::Write for Later {
    async fn write(&mut self, buffer: &[u8]) -> Result<usize, Fault> {
        self.0.write(buffer)
    }
    async fn flush(&mut self) -> Result<(), Fault> {
        self.0.flush()
    }
}

impl embedded_io_async_06::Seek for Later {
    async fn seek(&mut self, position: SeekFrom) -> Result<u64, Fault> {
        self.0.seek(position)
    }
}

fn wait<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a stream that answers at once"),
    }
}

const METHODS: [&str; 6] = ["read", "write", "flush", "seek", "read_ready", "write_ready"];

#[test]
fn each_operation_is_the_stream_s_own_and_its_value_comes_through() {
    let breaker = breaker(clock());
    let mut stream = Guarded::new(Old::default(), &breaker);
    assert_eq!(stream.read(&mut [0; 3]), Ok(3));
    assert_eq!(stream.write(&[0; 2]), Ok(2));
    assert_eq!(stream.flush(), Ok(()));
    assert_eq!(stream.seek(SeekFrom::Start(7)), Ok(7));
    assert_eq!(stream.read_ready(), Ok(true));
    assert_eq!(stream.write_ready(), Ok(false));
    assert_eq!(stream.release().asked, METHODS);
}

#[test]
fn each_awaited_operation_is_the_stream_s_own() {
    use embedded_io_async_06::{Read, Seek, Write};
    let breaker = breaker(clock());
    let mut stream = Guarded::new(Later(Old::default()), &breaker);
    assert_eq!(wait(stream.read(&mut [0; 3])), Ok(3));
    assert_eq!(wait(stream.write(&[0; 2])), Ok(2));
    assert_eq!(wait(stream.flush()), Ok(()));
    assert_eq!(wait(stream.seek(SeekFrom::Start(7))), Ok(7));
    assert_eq!(stream.release().0.asked, METHODS[..4]);
}

#[test]
fn errors_keep_their_kind_and_a_rejection_invites_no_retry() {
    let clock = clock();
    let breaker = breaker(clock);
    let mut stream = Guarded::new(Old::broken(), &breaker);
    assert_eq!(stream.read(&mut [0]).unwrap_err().kind(), ErrorKind::BrokenPipe);
    assert_eq!(stream.flush().unwrap_err().kind(), ErrorKind::BrokenPipe);
    assert_eq!(breaker.state(), State::Open);
    assert_eq!(stream.write_all(&[0]).unwrap_err().kind(), ErrorKind::NotConnected);
    assert_eq!(stream.bus().asked.len(), 2);
    stream.bus().fault = None;
    clock.advance(TIMEOUT);
    assert_eq!(stream.read(&mut [0; 3]), Ok(3));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn asking_whether_it_is_ready_says_nothing_about_the_stream() {
    let breaker = breaker(clock());
    let mut stream = Guarded::new(Old::broken(), &breaker);
    for _ in 0..9 {
        assert!(stream.read_ready().is_err() && stream.write_ready().is_err());
    }
    assert_eq!(breaker.error_count(), 0);
}

#[test]
fn kinds_and_a_look_at_the_bytes_are_for_these_streams_too() {
    use embedded_io_async_06::Read as _;
    static CONFIG: Config<&ManualClock, Consecutive, Kinds<ErrorKind, 0, 1>> =
        Config::new("gps").error_threshold(9).rules(Kinds::new().whitelist([ErrorKind::TimedOut]));
    let breaker = CircuitBreaker::try_new(&CONFIG, clock()).unwrap();
    let mut stream = Guarded::new(Old::broken(), &breaker).inspecting(all_same::<4>);
    stream.bus().fault = Some(Fault(ErrorKind::TimedOut));
    assert!(stream.read(&mut [0]).is_err());
    assert_eq!(breaker.error_count(), 0);
    stream.bus().fault = None;
    assert_eq!(stream.read(&mut [0; 4]), Ok(4));
    assert_eq!(breaker.error_count(), 1);
    let mut stream = Guarded::new(Later(Old::default()), &breaker).inspecting(all_same::<4>);
    assert_eq!(wait(stream.read(&mut [0xFF; 4])), Ok(4));
    assert_eq!(breaker.error_count(), 2);
}
