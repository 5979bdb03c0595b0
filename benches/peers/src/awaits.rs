//! Guarded futures: what is measured, how, and the lines about it.
//!
//! In a program of its own: what a peer calls from two places is inlined into neither, and the
//! figures of its calls would no longer be its best.

use std::hint::black_box;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::ptr;
use std::task::{Context, Poll, Waker};

use crate::heap;
use crate::measure::{Figure, Loop, interleaved};
use crate::report::{Instructions, at_most, noise, on_heap, or_dash, range};
use crate::subject::{Failed, work};

/// The guarded future: [`work`] at the last of so many polls, 1 or more; the others are pending
/// and wake nobody. Each poll writes, as a state machine's does.
pub struct Steps<const LOAD: usize = 0> {
    pub request: u64,
    pub polls: u64,
    /// What a larger future would keep.
    pub load: [u8; LOAD],
}

impl<const LOAD: usize> Future for Steps<LOAD> {
    type Output = Result<u64, Failed>;

    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        self.polls -= 1;
        if self.polls == 0 { Poll::Ready(work(self.request)) } else { Poll::Pending }
    }
}

/// How many polls a future takes that is ready at once, and one that is pending three times.
const POLLS: [(&str, u64); 2] = [("ready", 1), ("pending3", 4)];

/// A breaker that guards futures, as one task holds it.
pub trait Awaited: Sized + 'static {
    const NAME: &'static str;

    type Output;

    /// A new closed breaker, as [`Subject::closed`](crate::subject::Subject::closed) makes it.
    fn healthy() -> Self;

    /// The guarded future, as the breaker hands it out: nothing around it. Must be inlined where
    /// it can be.
    fn guard<F>(&mut self, future: F) -> impl Future<Output = Self::Output>
    where
        F: Future<Output = Result<u64, Failed>> + Send + 'static;

    /// What its caller does with the output.
    fn outcome(output: Self::Output) -> u64;
}

/// `calls` guarded futures that succeed at the last of so many polls.
///
/// The compiler knows neither how many polls there will be nor, from one to the next, what the
/// future holds: it stands in memory, as a task's does. All polls are one place of the code, into
/// which every subject's can be inlined. What is ready is dropped through the reference by which
/// it was polled, as by an `.await`.
#[inline(never)]
fn await_loop<A: Awaited>(subject: &mut A, calls: u64, polls: u64) {
    let subject = black_box(subject);
    let mut context = Context::from_waker(Waker::noop());
    for i in 0..calls {
        let steps = Steps { request: black_box(i), polls: black_box(polls), load: [] };
        let mut future = ManuallyDrop::new(subject.guard(steps));
        let output = loop {
            let future = black_box(&mut *future);
            // SAFETY: from here on nobody moves it, and it stays where it is until it is dropped.
            let pinned = unsafe { Pin::new_unchecked(&mut *future) };
            if let Poll::Ready(output) = pinned.poll(&mut context) {
                // SAFETY: dropped here alone, and not used any more.
                unsafe { ptr::drop_in_place(future) };
                break output;
            }
        };
        black_box(A::outcome(output));
    }
}

/// The bytes of a large future, when it is not guarded.
const LARGE: usize = 1024;

/// What a guarded future takes beyond the bare one: bytes where it stands (fewer, perhaps, where it
/// is boxed), and bytes on the heap.
#[derive(Debug, Clone, Copy, Default)]
struct Growth {
    bytes: isize,
    heap: u64,
}

impl Growth {
    fn of<A: Awaited, const LOAD: usize>() -> Self {
        let mut subject = A::healthy();
        let steps = Steps { request: 0, polls: 1, load: [0; LOAD] };
        let (future, _, heap) = heap::counted(|| subject.guard(steps));
        let bytes = size_of_val(&future) as isize - size_of::<Steps<LOAD>>() as isize;
        Growth { bytes, heap }
    }

    fn line(self) -> String {
        format!("{:+}{}", self.bytes, on_heap(self.heap))
    }
}

/// One subject, its type forgotten.
pub struct Named {
    name: &'static str,
    run: fn(u64, u64),
    entry: fn() -> Entry,
}

impl Named {
    pub fn of<A: Awaited>() -> Self {
        Named {
            name: A::NAME,
            run: |calls, polls| await_loop(&mut A::healthy(), calls, polls),
            entry: Entry::new::<A>,
        }
    }

    /// What `list` prints, and what to run for it.
    pub fn loops(self) -> [(String, Loop); 2] {
        let Named { name, run, .. } = self;
        POLLS.map(|(how, polls)| {
            (loop_name(name, how), Box::new(move |calls| run(calls, polls)) as Loop)
        })
    }
}

fn loop_name(name: &str, how: &str) -> String {
    format!("async/{name}/{how}")
}

/// One subject, ready to be measured beside others.
struct Entry {
    loops: [Loop; 2],
    row: Row,
}

impl Entry {
    fn new<A: Awaited>() -> Self {
        let mut loops = POLLS.map(|(_, polls)| -> Loop {
            let mut subject = A::healthy();
            Box::new(move |calls| await_loop(&mut subject, calls, polls))
        });
        loops[0](10_000);
        let (_, allocations, _) = heap::counted(|| loops[0](10_000));
        let row = Row {
            name: A::NAME,
            times: [Figure::default(); 2],
            allocations: allocations as f64 / 10_000.0,
            small: Growth::of::<A, 0>(),
            large: Growth::of::<A, { LARGE - size_of::<Steps>() }>(),
        };
        Entry { loops, row }
    }
}

/// Everything measured of one subject's futures. Times in ns: ready, pending.
struct Row {
    name: &'static str,
    times: [Figure; 2],
    allocations: f64,
    small: Growth,
    large: Growth,
}

/// Measures all, and prints the lines.
pub fn measure_and_print(subjects: Vec<Named>, instructions: &Instructions) {
    let (loops, mut rows): (Vec<_>, Vec<_>) =
        subjects.into_iter().map(|subject| (subject.entry)()).map(|it| (it.loops, it.row)).unzip();
    let (ready, pending) = loops.into_iter().map(|[ready, pending]| (ready, pending)).unzip();
    let times = interleaved(ready).into_iter().zip(interleaved(pending));
    for (row, (ready, pending)) in rows.iter_mut().zip(times) {
        row.times = [ready, pending];
    }
    for Row { name, times: [ready, pending], allocations, small, large } in &rows {
        let count = |how| or_dash(instructions.of(&loop_name(name, how)), 1);
        println!(
            "async {name} ready_instr={} pending3_instr={} ready_ns={:.2} pending3_ns={:.2} allocs={allocations:.0} future_bytes={} large_future_bytes={}",
            count("ready"),
            count("pending3"),
            ready.median,
            pending.median,
            small.line(),
            large.line(),
        );
    }
    println!();
    for Row { name, times: [ready, pending], .. } in &rows {
        println!("spread async {name} ready_ns={} pending3_ns={}", range(*ready), range(*pending));
    }
    println!();
    verdicts(&rows, instructions);
    noise(rows.iter().flat_map(|row| row.times));
}

fn verdicts(rows: &[Row], instructions: &Instructions) {
    let of = |name, how| instructions.of(&loop_name(name, how));
    let added = |how| Some(of("mcb", how)? - of("floor-future", how)?);
    if let (Some(ready), Some(pending)) = (added("ready"), added("pending3")) {
        at_most("async, instructions added to the bare future", "", ready, 15.0, None);
        let each = (pending - ready) / 3.0;
        at_most("async, instructions added to each further poll", "", each, 5.0, None);
    }
    let mcb = rows.iter().find(|row| row.name == "mcb").expect("every subject has a row");
    // The limit is one of 32 bits: a test of the library holds it.
    println!(
        "verdict async, bytes added to the bare future: {}, to one of {LARGE} {} (at most 24 on 32 bits) REPORTED of {} bits",
        mcb.small.line(),
        mcb.large.line(),
        usize::BITS
    );
}
