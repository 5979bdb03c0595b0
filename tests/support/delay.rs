//! A delay by a clock that is moved by hand, and a way to wait for it.
#![allow(dead_code)] // each test uses some of it

use core::future::poll_fn;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};

use mcb::{Clock, ManualClock};

/// A clock of 1 kHz for one test. It stays, as a clock in a `static` would.
pub(crate) fn clock() -> &'static ManualClock {
    Box::leak(Box::new(ManualClock::new()))
}

/// It waits until the clock has been moved far enough, and notes what it was asked for, in milliseconds.
pub(crate) struct Delay {
    pub(crate) clock: &'static ManualClock,
    pub(crate) asked: Vec<u64>,
}

impl Delay {
    pub(crate) fn new(clock: &'static ManualClock) -> Self {
        Delay { clock, asked: Vec::new() }
    }

    async fn wait(&mut self, nanos: u64) {
        let millis = nanos.div_ceil(1_000_000);
        self.asked.push(millis);
        let began = self.clock.now();
        poll_fn(|_| {
            let passed = u64::from(self.clock.now().wrapping_sub(began));
            if passed >= millis { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

impl embedded_hal_async::delay::DelayNs for Delay {
    async fn delay_ns(&mut self, ns: u32) {
        self.wait(ns.into()).await;
    }
    async fn delay_us(&mut self, us: u32) {
        self.wait(u64::from(us) * 1_000).await;
    }
    async fn delay_ms(&mut self, ms: u32) {
        self.wait(u64::from(ms) * 1_000_000).await;
    }
}

pub(crate) fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// The output of what is ready at once.
pub(crate) fn ready<F: Future>(future: F) -> F::Output {
    match poll(pin!(future)) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("not ready at once"),
    }
}

/// Moves the clock a tick at a time until the future is ready; its output and the ticks that it took.
pub(crate) fn run<F: Future>(clock: &ManualClock, future: F) -> (F::Output, u32) {
    let mut future = pin!(future);
    for ticks in 0..100_000 {
        if let Poll::Ready(output) = poll(future.as_mut()) {
            return (output, ticks);
        }
        clock.advance_ticks(1);
    }
    panic!("it never ends");
}
