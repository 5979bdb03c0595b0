//! What mcb and its peers do where breakers failed in the field. Run it through `run.sh --behaviour`.
#![allow(dead_code, reason = "some is for the other programs")]

mod behaviour;
mod heap;

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

fn main() {
    behaviour::cells::main();
}
