//! mcb beside its peers. Run it through `run.sh`, which counts instructions too.
//!
//! ```text
//! peers [NAME=INSTRUCTIONS …]   measure everything, print the lines and verdicts
//! peers list                    the subjects' names
//! peers loop NAME CALLS         so many successful calls (for callgrind)
//! ```

mod heap;
mod measure;
mod ours;
mod peers;
mod report;
mod subject;

use measure::{Entry, ok_loop};
use subject::Subject;

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// A subject as the command line sees it.
struct Named {
    name: &'static str,
    entry: fn() -> Entry,
    ok: fn(u64),
}

fn run_ok<S: Subject>(calls: u64) {
    ok_loop(&mut S::closed(), calls);
}

fn shared<S: Subject + Send>() -> Named {
    Named { name: S::NAME, entry: Entry::shared::<S>, ok: run_ok::<S> }
}

fn exclusive<S: Subject>() -> Named {
    Named { name: S::NAME, entry: Entry::exclusive::<S>, ok: run_ok::<S> }
}

fn subjects() -> Vec<Named> {
    vec![
        shared::<peers::Closure>(),
        shared::<peers::Load>(),
        exclusive::<peers::StdClock>(),
        shared::<ours::Mcb>(),
        shared::<ours::McbStatic>(),
        shared::<ours::McbStd>(),
        shared::<ours::McbCached>(),
        exclusive::<ours::McbMut>(),
        exclusive::<ours::McbMutStd>(),
        shared::<peers::Manual<false>>(),
        shared::<peers::Manual<true>>(),
        exclusive::<peers::Reliakit>(),
        exclusive::<peers::ReliakitStd>(),
        shared::<peers::Recloser>(),
        shared::<peers::Failsafe>(),
        shared::<peers::Breaker>(),
        shared::<peers::CircuitbreakerRs>(),
        shared::<peers::Tower>(),
    ]
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["list"] => {
            for subject in subjects() {
                println!("{}", subject.name);
            }
        }
        ["loop", name, calls] => {
            let subject = subjects().into_iter().find(|subject| subject.name == name);
            let calls = calls.parse().expect("CALLS is a number");
            (subject.expect("NAME is one that `list` prints").ok)(calls);
        }
        _ => {
            let rows = measure::measure(subjects().iter().map(|s| (s.entry)()).collect());
            report::print(&rows, &report::Instructions::parse(&arguments));
        }
    }
}
