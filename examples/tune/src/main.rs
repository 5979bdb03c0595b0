mod bins;
mod feed;
mod frontier;
mod replay;
mod run;
mod sets;
mod trace;
fn main() {}
