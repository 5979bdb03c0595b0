//! How it is measured.
//!
//! A *sample* is the time of one loop of calls, divided by their number. All
//! subjects of a scenario are sampled in turn, round after round, so that whatever
//! else the machine does meets all of them; the figure is the median of the
//! rounds, its spread the quartiles.
//!
//! What the compiler may know: nothing of the request (`black_box` on the way in),
//! that its answer is wanted (on the way out), and the breaker's address but not
//! its contents: the loop's `black_box` may write to any memory that has escaped,
//! so that each call loads again what it needs, as it would between other work.

use std::hint::black_box;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::heap;
use crate::subject::{FAILS, SPARED, Subject};

const ROUNDS: usize = 41;
const THREAD_ROUNDS: usize = 21;
/// A loop lasts about so long: far above the clock's grain, below a time slice.
const SAMPLE: Duration = Duration::from_micros(700);
const THREAD_SAMPLE: Duration = Duration::from_millis(6);
/// So often threads that have not run at the same time are measured anew.
const TRIES: usize = 3;

/// A median with its quartiles.
#[derive(Debug, Clone, Copy, Default)]
pub struct Figure {
    pub low: f64,
    pub median: f64,
    pub high: f64,
}

impl Figure {
    fn of(mut samples: Vec<f64>) -> Self {
        samples.sort_by(f64::total_cmp);
        if samples.is_empty() {
            return Figure::default();
        }
        let at = |part: usize| samples[(samples.len() - 1) * part / 4];
        Figure { low: at(1), median: at(2), high: at(3) }
    }
}

/// Everything measured of one subject. Times in ns, rates in million calls a second.
#[derive(Debug, Clone, Default)]
pub struct Row {
    pub name: &'static str,
    pub ok: Figure,
    pub rejected: Figure,
    pub failing: Figure,
    /// One, two and four threads, then two threads whose calls fail.
    pub threads: Option<[Figure; 4]>,
    pub bytes: usize,
    pub heap: u64,
    pub allocations: f64,
}

/// `calls` calls that succeed, or are rejected.
#[inline(never)]
pub fn ok_loop<S: Subject>(subject: &mut S, calls: u64) {
    let subject = black_box(subject);
    for i in 0..calls {
        black_box(subject.call(black_box(i)));
    }
}

/// `calls` calls of which all but one in [`SPARED`] fail.
#[inline(never)]
pub fn failing_loop<S: Subject>(subject: &mut S, calls: u64) {
    let subject = black_box(subject);
    for i in 0..calls {
        let request = if i % SPARED == 0 { i } else { i | FAILS };
        black_box(subject.call(black_box(request)));
    }
}

/// A loop over one subject in one state, its type forgotten.
pub type Loop = Box<dyn FnMut(u64)>;

/// The time that so many threads take for so many calls each, failing or not, and whether they met.
pub type Threads = Box<dyn Fn(usize, u64, bool) -> (Duration, bool)>;

/// One subject, ready to be measured beside others. A scenario makes its own breaker,
/// so that a `static` one can serve in all of them.
pub struct Entry {
    pub name: &'static str,
    ok: fn() -> Loop,
    rejected: fn() -> Loop,
    failing: fn() -> Loop,
    threads: Option<fn() -> Threads>,
    size: usize,
    heap: u64,
    allocations: f64,
}

impl Entry {
    pub fn exclusive<S: Subject>() -> Self {
        let (mut subject, _, live) = heap::counted(S::closed);
        let heap = live - if S::BOXED { S::size() as u64 } else { 0 };
        // Whatever the first calls set up (a thread's list, a buffer) is not a cost per call.
        ok_loop(&mut subject, 10_000);
        let (_, allocations, _) = heap::counted(|| ok_loop(&mut subject, 10_000));
        Entry {
            name: S::NAME,
            ok: || {
                let mut subject = S::closed();
                Box::new(move |calls| ok_loop(&mut subject, calls))
            },
            rejected: || {
                let mut subject = S::open();
                Box::new(move |calls| ok_loop(&mut subject, calls))
            },
            failing: || {
                let mut subject = S::closed();
                Box::new(move |calls| failing_loop(&mut subject, calls))
            },
            threads: None,
            size: S::size(),
            heap,
            allocations: allocations as f64 / 10_000.0,
        }
    }

    pub fn shared<S: Subject + Send>() -> Self {
        let threads: fn() -> Threads = || {
            let subject = S::closed();
            Box::new(move |threads, calls, fail| {
                let handles: Vec<S> = (0..threads).filter_map(|_| subject.share()).collect();
                in_threads(handles, calls, if fail { failing_loop } else { ok_loop })
            })
        };
        Entry { threads: Some(threads), ..Self::exclusive::<S>() }
    }
}

/// Passes a turn round until the threads have evidently run at the same time; `false` when they have
/// not. A scheduler that woke both on one core would measure them one after the other: two threads
/// without contention.
fn meet(turn: &AtomicUsize, me: usize, threads: usize) -> bool {
    const LAPS: usize = 1_000;
    const PATIENCE: Duration = Duration::from_millis(30);
    const GIVEN_UP: usize = usize::MAX;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if threads == 1 || threads > cores {
        return true;
    }
    let start = Instant::now();
    let mut spins = 0_u32;
    loop {
        let now = turn.load(Ordering::Acquire);
        if now >= LAPS * threads {
            return now != GIVEN_UP;
        }
        if now % threads == me {
            turn.store(now + 1, Ordering::Release);
        }
        spins = spins.wrapping_add(1);
        if spins.is_multiple_of(1_024) && start.elapsed() > PATIENCE {
            turn.store(GIVEN_UP, Ordering::Release);
        }
        std::hint::spin_loop();
    }
}

/// From the moment all threads are ready to the moment the last is done, and whether they met.
pub fn in_threads<S: Send>(handles: Vec<S>, calls: u64, run: fn(&mut S, u64)) -> (Duration, bool) {
    let threads = handles.len();
    let (ready, turn) = (Barrier::new(threads + 1), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let threads: Vec<_> = handles
            .into_iter()
            .enumerate()
            .map(|(me, mut handle)| {
                let (ready, turn) = (&ready, &turn);
                scope.spawn(move || {
                    ready.wait();
                    let met = meet(turn, me, threads);
                    let start = Instant::now();
                    run(&mut handle, calls);
                    (start, Instant::now(), met)
                })
            })
            .collect();
        ready.wait();
        // The threads' own clocks: this one may be scheduled late.
        let times: Vec<_> =
            threads.into_iter().map(|thread| thread.join().expect("no call panics")).collect();
        let start = times.iter().map(|time| time.0).min().expect("at least one thread");
        let end = times.iter().map(|time| time.1).max().expect("at least one thread");
        (end - start, times.iter().all(|time| time.2))
    })
}

/// How many calls last `sample`, found by doubling.
fn calibrate(sample: Duration, mut run: impl FnMut(u64) -> Duration) -> u64 {
    let mut calls = 1_000;
    loop {
        let took = run(calls);
        if took * 2 >= sample {
            let exact = calls as f64 * sample.as_secs_f64() / took.as_secs_f64();
            return (exact as u64).max(1_000);
        }
        calls *= 2;
    }
}

/// Samples of all subjects for one scenario, in turn.
pub fn interleaved(mut loops: Vec<Loop>) -> Vec<Figure> {
    let time = |run: &mut Loop, calls| {
        let start = Instant::now();
        run(calls);
        start.elapsed()
    };
    let calls: Vec<u64> =
        loops.iter_mut().map(|run| calibrate(SAMPLE, |calls| time(run, calls))).collect();
    let mut samples = vec![Vec::with_capacity(ROUNDS); loops.len()];
    for _ in 0..ROUNDS {
        for (index, run) in loops.iter_mut().enumerate() {
            let took = time(run, calls[index]);
            samples[index].push(took.as_secs_f64() * 1e9 / calls[index] as f64);
        }
    }
    samples.into_iter().map(Figure::of).collect()
}

/// Million calls a second, of all threads together, for each subject and number of
/// threads: the numbers take turns too, as they are compared with one another.
pub fn rates(subjects: Vec<Option<Threads>>, counts: &[usize], fail: bool) -> Vec<Vec<Figure>> {
    // Where others hold a core, threads that did not meet have to do in the end.
    let run = |run: &Threads, threads: usize, calls: u64| {
        let mut took = run(threads, calls, fail);
        for _ in 1..TRIES {
            if !took.1 {
                took = run(threads, calls, fail);
            }
        }
        took.0
    };
    let calls: Vec<Vec<u64>> = subjects
        .iter()
        .map(|subject| {
            let calls_of = |subject: &Threads, threads| {
                calibrate(THREAD_SAMPLE, |calls| run(subject, threads, calls))
            };
            let subject = subject.as_ref();
            subject.map_or(Vec::new(), |it| counts.iter().map(|&n| calls_of(it, n)).collect())
        })
        .collect();
    let mut samples = vec![vec![Vec::with_capacity(THREAD_ROUNDS); counts.len()]; subjects.len()];
    for _ in 0..THREAD_ROUNDS {
        for (index, subject) in subjects.iter().enumerate() {
            let Some(subject) = subject else { continue };
            for (which, &threads) in counts.iter().enumerate() {
                let calls = calls[index][which];
                let took = run(subject, threads, calls);
                samples[index][which]
                    .push(calls as f64 * threads as f64 / took.as_secs_f64() / 1e6);
            }
        }
    }
    let figures = |samples: Vec<Vec<f64>>| samples.into_iter().map(Figure::of).collect();
    samples.into_iter().map(figures).collect()
}

/// Everything, in one run.
pub fn measure(entries: Vec<Entry>) -> Vec<Row> {
    let loops = |make: fn(&Entry) -> Loop| entries.iter().map(make).collect();
    let ok = interleaved(loops(|entry| (entry.ok)()));
    let rejected = interleaved(loops(|entry| (entry.rejected)()));
    let failing = interleaved(loops(|entry| (entry.failing)()));
    let threads = || entries.iter().map(|entry| entry.threads.map(|make| make())).collect();
    let calm = rates(threads(), &[1, 2, 4], false);
    let storm = rates(threads(), &[2], true);
    entries
        .iter()
        .enumerate()
        .map(|(index, entry)| Row {
            name: entry.name,
            ok: ok[index],
            rejected: rejected[index],
            failing: failing[index],
            threads: entry
                .threads
                .map(|_| [calm[index][0], calm[index][1], calm[index][2], storm[index][0]]),
            bytes: entry.size,
            heap: entry.heap,
            allocations: entry.allocations,
        })
        .collect()
}
