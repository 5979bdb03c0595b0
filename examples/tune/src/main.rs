//! What would my settings have done to my traffic? Replays recorded calls with the real breaker, as it is linked here,
//! under several settings, and tells what each would have done.

mod bins;
mod cli;
mod feed;
mod frontier;
mod page;
mod plot;
mod replay;
mod run;
mod sets;
mod table;
mod trace;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::main() {
        Ok(()) => ExitCode::SUCCESS,
        // Who reads has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tune: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
