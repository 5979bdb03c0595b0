//! Futures guarded by mcb and by its peers. Run it through `run.sh`, which counts instructions too;
//! the arguments are those of `peers`.
#![allow(dead_code, reason = "some is for the other program, `peers`")]

mod awaits;
mod command;
mod heap;
mod measure;
mod ours;
mod peers;
mod report;
mod subject;

use awaits::Named;

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

fn subjects() -> Vec<Named> {
    vec![
        Named::of::<peers::Bare>(),
        Named::of::<ours::Mcb>(),
        Named::of::<peers::Failsafe>(),
        Named::of::<peers::Breaker>(),
        Named::of::<peers::TowerAwait>(),
    ]
}

fn main() {
    let loops = subjects().into_iter().flat_map(Named::loops).collect();
    command::run(loops, |instructions| awaits::measure_and_print(subjects(), instructions));
}
