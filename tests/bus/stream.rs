use embedded_io::{Error as _, ErrorKind, Read, ReadReady, Seek, SeekFrom, Write, WriteReady};
use mcb::bus::Guarded;
use mcb::{
    CircuitBreaker, Config, Consecutive, Detect, EveryError, ManualClock, Rules, State, Verdict,
};

use super::device::{Device, FAULT, Stream};
use super::{TIMEOUT, breaker, clock};

#[test]
fn each_operation_is_the_stream_s_own_and_its_value_comes_through() {
    let breaker = breaker(clock());
    let mut stream = Guarded::new(Stream::default(), &breaker);
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
    let mut stream = Guarded::new(Stream(Device::broken()), &breaker);
    assert_eq!(stream.read(&mut [0]).unwrap_err().kind(), ErrorKind::BrokenPipe);
    assert_eq!(stream.flush().unwrap_err().kind(), ErrorKind::BrokenPipe);
    assert_eq!(breaker.state(), State::Open);
    assert_eq!(stream.write(&[0]).unwrap_err().kind(), ErrorKind::NotConnected);
    assert_eq!(stream.write_all(&[0]).unwrap_err().kind(), ErrorKind::NotConnected);
    assert_eq!(stream.bus().0.asked.len(), 2);
}

#[test]
fn asking_whether_it_is_ready_says_nothing_about_the_stream() {
    let clock = clock();
    let breaker = breaker(clock);
    let mut stream = Guarded::new(Stream(Device::broken()), &breaker);
    for _ in 0..2 {
        assert!(stream.read(&mut [0]).is_err());
        stream.bus().0.fault = None;
        assert_eq!((stream.read_ready(), stream.write_ready()), (Ok(true), Ok(false)));
        stream.bus().0.fault = Some(FAULT);
    }
    assert_eq!(breaker.state(), State::Open);
    assert_eq!(stream.write_ready().unwrap_err().into_inner(), Some(FAULT));
    clock.advance(TIMEOUT);
    stream.bus().0.fault = None;
    assert_eq!(stream.read_ready(), Ok(true));
    assert_eq!(breaker.state(), State::HalfOpen); // no probe
}

#[test]
fn a_rule_of_one_s_own_judges_reads_and_writes_alike() {
    /// Reads and writes of less than four bytes count.
    #[derive(Clone, Copy)]
    struct Whole;
    impl<E> Rules<usize, E> for Whole {
        fn judge(&self, result: &Result<usize, E>) -> Verdict {
            match result {
                Ok(length) if *length >= 4 => Verdict::Success,
                _ => Verdict::Failure,
            }
        }
    }
    impl<E> Rules<(), E> for Whole {
        fn judge(&self, result: &Result<(), E>) -> Verdict {
            EveryError.judge(result)
        }
    }
    static CONFIG: Config<&ManualClock, Consecutive, Whole> =
        Config::new("gps").error_threshold(2).rules(Whole);
    let breaker = CircuitBreaker::try_new(&CONFIG, clock()).unwrap();
    let mut stream = Guarded::new(Stream::default(), &breaker);
    assert_eq!(stream.write(&[0; 4]), Ok(4));
    assert_eq!(stream.write(&[0; 3]), Ok(3));
    assert_eq!(breaker.error_count(), 1);
    assert_eq!(stream.flush(), Ok(()));
    assert_eq!(breaker.error_count(), 0);
}

#[test]
fn short_reads_can_count() {
    fn is_short(length: &usize) -> bool {
        *length < 4
    }
    static CONFIG: Config<&ManualClock, Consecutive, Detect<usize>> =
        Config::new("gps").error_threshold(2).rules(EveryError.detect_error(is_short));
    let breaker = CircuitBreaker::try_new(&CONFIG, clock()).unwrap();
    let mut stream = Guarded::new(Stream::default(), &breaker);
    assert_eq!(stream.read(&mut [0; 4]), Ok(4));
    stream.bus().0.short = Some(1);
    assert_eq!(stream.read(&mut [0; 4]), Ok(1));
    assert_eq!(stream.read(&mut [0; 4]), Ok(1));
    assert!(stream.read(&mut [0; 4]).unwrap_err().is_rejected());
}
