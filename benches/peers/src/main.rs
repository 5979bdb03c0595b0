//! Calls guarded by mcb and by its peers. Run it through `run.sh`, which counts instructions too.
#![allow(dead_code, reason = "some is for the other program, `awaits`")]

mod awaits;
mod command;
mod heap;
mod measure;
mod ours;
mod peers;
mod report;
mod subject;

use measure::{Entry, Loop, ok_loop};
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
        shared::<ours::McbServer>(),
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
    let loops = subjects().into_iter().map(|it| (it.name.to_owned(), Box::new(it.ok) as Loop));
    command::run(loops.collect(), |instructions| {
        let rows = measure::measure(subjects().iter().map(|it| (it.entry)()).collect());
        report::print(&rows, instructions);
    });
}
