//! Windows: what is measured, how, and the lines about it.
//!
//! In a program of its own, as the futures are.

pub mod ours;
pub mod theirs;

use std::hint::black_box;

use crate::heap;
use crate::measure::{Figure, Loop, Threads, in_threads, interleaved, rates};
use crate::report::{FREE, Instructions, at_least_on_two, at_most, noise, on_heap, or_dash, range};
use crate::subject::FAILS;

/// The fewest calls that open, for what has such a setting.
pub const MINIMUM: u16 = 20;

/// A breaker with a window, as one thread holds it.
pub trait Window: Sized + Send + 'static {
    const NAME: &'static str;

    /// Whether [`Window::new`] boxed the breaker itself.
    const BOXED: bool = true;

    /// A new one that opens at so many percent, 50 or as near to 100 as it can be.
    fn new(percent: u8) -> Self;

    /// One guarded call of [`work`](crate::subject::work). Must be inlined where it can be.
    fn call(&mut self, request: u64) -> u64;

    /// Bytes of the breaker itself; what it keeps on the heap is counted.
    fn size() -> usize;

    /// The same breaker for another thread.
    fn share(&self) -> Self;
}

/// One call in so many of a dirty window fails, so that no window is ever clean.
const ONE_IN: u64 = 32;
/// One call in so many of a failing one succeeds, so that none opens.
const SPARED: u64 = 16;

/// `calls` calls that succeed.
#[inline(never)]
fn healthy_loop<W: Window>(window: &mut W, calls: u64) {
    let window = black_box(window);
    for i in 0..calls {
        black_box(window.call(black_box(i)));
    }
}

/// `calls` calls of which nearly all succeed, and are counted.
#[inline(never)]
fn dirty_loop<W: Window>(window: &mut W, calls: u64) {
    let window = black_box(window);
    for i in 0..calls {
        let request = if i % ONE_IN == 0 { i | FAILS } else { i };
        black_box(window.call(black_box(request)));
    }
}

/// `calls` calls of which nearly all fail.
#[inline(never)]
fn failing_loop<W: Window>(window: &mut W, calls: u64) {
    let window = black_box(window);
    for i in 0..calls {
        let request = if i % SPARED == 0 { i } else { i | FAILS };
        black_box(window.call(black_box(request)));
    }
}

const WHICH: [&str; 3] = ["healthy", "dirty", "failing"];

/// The loop of that number in [`WHICH`], with a breaker of its own.
fn looping<W: Window>(which: usize) -> Loop {
    let mut window = W::new(if which == 2 { 100 } else { 50 });
    // Full, and of successes.
    healthy_loop(&mut window, 10_000);
    let run = [healthy_loop::<W>, dirty_loop::<W>, failing_loop::<W>][which];
    Box::new(move |calls| run(&mut window, calls))
}

/// One subject, its type forgotten.
pub struct Named {
    name: &'static str,
    looping: fn(usize) -> Loop,
    threads: fn() -> Threads,
    row: fn() -> Row,
}

impl Named {
    pub fn of<W: Window>() -> Self {
        Named {
            name: W::NAME,
            looping: looping::<W>,
            threads: || {
                let window = W::new(50);
                Box::new(move |threads, calls, _| {
                    let handles = (0..threads).map(|_| window.share()).collect();
                    in_threads(handles, calls, dirty_loop::<W>)
                })
            },
            row: Row::new::<W>,
        }
    }

    /// What `list` prints, and what to run for it.
    pub fn loops(self) -> [(String, Loop); 3] {
        let Named { name, looping, .. } = self;
        [0, 1, 2].map(|which| {
            let run = move |calls| looping(which)(calls);
            (loop_name(name, WHICH[which]), Box::new(run) as Loop)
        })
    }
}

fn loop_name(name: &str, which: &str) -> String {
    format!("window/{name}/{which}")
}

/// Everything measured of one subject. Times in ns, in the order of [`WHICH`]; million calls a second of one and of two
/// threads on one dirty window.
struct Row {
    name: &'static str,
    times: [Figure; 3],
    threads: [Figure; 2],
    bytes: usize,
    heap: u64,
    allocations: f64,
}

impl Row {
    fn new<W: Window>() -> Self {
        let (mut window, _, live) = heap::counted(|| W::new(50));
        dirty_loop(&mut window, 10_000);
        let (_, allocations, _) = heap::counted(|| dirty_loop(&mut window, 10_000));
        Row {
            name: W::NAME,
            times: [Figure::default(); 3],
            threads: [Figure::default(); 2],
            bytes: W::size(),
            heap: live - if W::BOXED { W::size() as u64 } else { 0 },
            allocations: allocations as f64 / 10_000.0,
        }
    }
}

/// Everything, in one run.
pub fn measure_and_print(subjects: Vec<Named>, instructions: &Instructions) {
    let mut rows: Vec<Row> = subjects.iter().map(|subject| (subject.row)()).collect();
    for which in 0..WHICH.len() {
        let loops = subjects.iter().map(|subject| (subject.looping)(which)).collect();
        for (row, figure) in rows.iter_mut().zip(interleaved(loops)) {
            row.times[which] = figure;
        }
    }
    let threads = subjects.iter().map(|subject| Some((subject.threads)())).collect();
    for (row, figures) in rows.iter_mut().zip(rates(threads, &[1, 2], false)) {
        row.threads = [figures[0], figures[1]];
    }
    for row in &rows {
        let count = |which| or_dash(instructions.of(&loop_name(row.name, which)), 1);
        println!(
            "window {} healthy_ns={:.2} dirty_ns={:.2} failing_ns={:.2} threads2_mcalls={:.1} bytes={}{} healthy_instr={} dirty_instr={} failing_instr={} allocs={:.0}",
            row.name,
            row.times[0].median,
            row.times[1].median,
            row.times[2].median,
            row.threads[1].median,
            row.bytes,
            on_heap(row.heap),
            count("healthy"),
            count("dirty"),
            count("failing"),
            row.allocations,
        );
    }
    println!();
    for Row { name, times: [healthy, dirty, failing], threads: [one, two], .. } in &rows {
        println!(
            "spread window {name} healthy_ns={} dirty_ns={} failing_ns={} threads1_mcalls={} threads2_mcalls={}",
            range(*healthy),
            range(*dirty),
            range(*failing),
            range(*one),
            range(*two),
        );
    }
    println!();
    verdicts(&rows, instructions);
    noise(rows.iter().flat_map(|row| row.times));
}

fn verdicts(rows: &[Row], instructions: &Instructions) {
    let find =
        |name: &str| rows.iter().find(|row| row.name == name).expect("every subject has a row");
    let dirty = |name| find(name).times[1].median;
    // One compare-and-swap and little else: none that writes a success down can be quicker.
    let swap = find("mcb-default").times[2].median;
    // A clock is what the peer reads too: failsafe does, recloser does not. The rest is told, not demanded.
    for (name, peer, demanded) in [
        ("mcb-count-100", "recloser", true),
        ("mcb-count-100", "failsafe", true),
        ("mcb-count-32", "recloser", true),
        ("mcb-count-32", "failsafe", true),
        ("mcb-time-10", "recloser", false),
        ("mcb-time-10-std", "recloser", false),
        ("mcb-time-10-std", "failsafe", true),
        ("mcb-decaying", "recloser", false),
        ("mcb-decaying-std", "failsafe", true),
    ] {
        let (share, floor) = (dirty(name) / dirty(peer), swap / dirty(peer));
        let what =
            format!("window, {name}, dirty, of {peer}'s time (compare-and-swap: {floor:.2} x)");
        if demanded {
            at_most(&what, " x", share, 0.5, None);
        } else {
            println!("verdict {what}: {share:.2} x REPORTED");
        }
    }
    let [one, two] = find("floor-closure").threads.map(|figure| figure.high);
    let free = two / one >= FREE;
    for (name, peers) in
        [("mcb-count-100", ["recloser", "failsafe"]), ("mcb-time-10-std", ["recloser", "failsafe"])]
    {
        for peer in peers {
            // Both in the middle: a lock is quickest where its threads have not met.
            let times = find(name).threads[1].median / find(peer).threads[1].median;
            let what = format!("window, {name}, two threads, of {peer}'s calls");
            at_least_on_two(free, &what, times, 1.0);
        }
    }
    let plain = find("mcb-default");
    for row in rows.iter().filter(|row| row.name.starts_with("mcb-") && row.name != plain.name) {
        let of = |name| instructions.of(&loop_name(name, "healthy"));
        if let (Some(count), Some(limit)) = (of(row.name), of(plain.name)) {
            let what = format!("window, {}, healthy, instructions beyond the default's", row.name);
            at_most(&what, "", count - limit, 1.0, None);
        }
        let what = format!("window, {}, healthy, beyond the default's time", row.name);
        at_most(&what, " ns", row.times[0].median - plain.times[0].median, 0.5, None);
    }
}
