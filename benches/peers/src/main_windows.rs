//! Breakers that open by the share of failures in a window. Run it through `run.sh`, which counts instructions too; the
//! arguments are those of `peers`.
#![allow(dead_code, reason = "some is for the other program, `peers`")]

mod awaits;
mod command;
mod heap;
mod measure;
mod ours;
mod peers;
mod report;
mod subject;
mod windows;

use windows::{Named, ours as mcb, theirs};

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

fn subjects() -> Vec<Named> {
    vec![
        Named::of::<theirs::Closure>(),
        Named::of::<mcb::Default>(),
        Named::of::<mcb::Count100>(),
        Named::of::<mcb::Count32>(),
        Named::of::<mcb::Time10>(),
        Named::of::<mcb::Time10Std>(),
        Named::of::<mcb::Decaying>(),
        Named::of::<mcb::DecayingStd>(),
        Named::of::<theirs::Recloser>(),
        Named::of::<theirs::Failsafe>(),
        Named::of::<theirs::Breaker>(),
        Named::of::<theirs::Tower>(),
    ]
}

fn main() {
    let loops = subjects().into_iter().flat_map(Named::loops).collect();
    command::run(loops, |instructions| windows::measure_and_print(subjects(), instructions));
}
