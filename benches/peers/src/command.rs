//! The command line of both programs.

use crate::measure::Loop;
use crate::report::Instructions;

/// What both programs do with their arguments.
///
/// ```text
/// [NAME=INSTRUCTIONS …]   measure everything, print the lines and verdicts
/// list                    the names of the loops
/// loop NAME CALLS         one of them (for callgrind)
/// ```
pub fn run(loops: Vec<(String, Loop)>, report: impl FnOnce(&Instructions)) {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["list"] => {
            for (name, _) in loops {
                println!("{name}");
            }
        }
        ["loop", name, calls] => {
            let run = loops.into_iter().find(|(known, _)| known == name);
            let calls = calls.parse().expect("CALLS is a number");
            (run.expect("NAME is one that `list` prints").1)(calls);
        }
        _ => report(&Instructions::parse(&arguments)),
    }
}
