use embedded_io::{Error as _, ErrorKind, Read, ReadReady, Seek, SeekFrom, Write, WriteReady};
use mcb::guard::Guard;
use mcb::{CircuitBreaker, Config, Consecutive, Detect, EveryError, ManualClock, State};

use super::device::{Device, Stream};
use super::{breaker, clock};

#[test]
fn each_operation_is_the_stream_s_own_and_its_value_comes_through() {
    let breaker = breaker(clock());
    let mut stream = Guard::new(Stream::default(), &breaker);
    assert_eq!(stream.read(&mut [0; 3]), Ok(3));
    assert_eq!(stream.write(&[0; 2]), Ok(2));
    assert_eq!(stream.flush(), Ok(()));
    assert_eq!(stream.seek(SeekFrom::Start(7)), Ok(7));
    assert_eq!(stream.read_ready(), Ok(true));
    assert_eq!(stream.write_ready(), Ok(false));
    let asked = stream.release().0.asked;
    let methods: Vec<_> = asked.iter().map(|(method, _)| *method).collect();
    assert_eq!(methods, ["read", "write", "flush", "seek", "read_ready", "write_ready"]);
}

#[test]
fn errors_keep_their_kind_and_a_rejection_invites_no_retry() {
    let breaker = breaker(clock());
    let mut stream = Guard::new(Stream(Device::broken()), &breaker);
    assert_eq!(stream.read(&mut [0]).unwrap_err().kind(), ErrorKind::BrokenPipe);
    assert_eq!(stream.flush().unwrap_err().kind(), ErrorKind::BrokenPipe);
    assert_eq!(breaker.state(), State::Open);
    assert_eq!(stream.write(&[0]).unwrap_err().kind(), ErrorKind::NotConnected);
    assert_eq!(stream.write_all(&[0]).unwrap_err().kind(), ErrorKind::NotConnected);
    assert_eq!(stream.bus().0.asked.len(), 2);
}

#[test]
fn short_reads_can_count() {
    fn is_short(length: &usize) -> bool {
        *length < 4
    }
    static CONFIG: Config<&ManualClock, Consecutive, Detect<usize>> =
        Config::new("gps").error_threshold(2).rules(EveryError.detect_error(is_short));
    let breaker = CircuitBreaker::try_new(&CONFIG, clock()).unwrap();
    let mut stream = Guard::new(Stream::default(), &breaker);
    assert_eq!(stream.read(&mut [0; 4]), Ok(4));
    stream.bus().0.short = Some(1);
    assert_eq!(stream.read(&mut [0; 4]), Ok(1));
    assert_eq!(stream.read(&mut [0; 4]), Ok(1));
    assert!(stream.read(&mut [0; 4]).unwrap_err().is_rejected());
}
