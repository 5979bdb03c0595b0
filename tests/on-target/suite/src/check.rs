//! What a check is, and how it fails without ending the run.

use core::fmt;

use crate::Machine;

/// One check. It leaves no interrupt armed behind.
pub type Check = fn(&dyn Machine) -> Result<(), Failure>;

/// Which expectation did not hold, and where it stands.
#[derive(Debug)]
pub struct Failure {
    /// The expectation's source text.
    pub expected: &'static str,
    /// The file it stands in.
    pub file: &'static str,
    /// The line it stands on.
    pub line: u32,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {} ({}:{})", self.expected, self.file, self.line)
    }
}

/// Prints how each check ended, and counts.
#[derive(Debug, Default)]
pub struct Tally {
    passed: u32,
    failed: u32,
}

impl Tally {
    /// Takes down how the check of this name ended.
    pub fn record(&mut self, machine: &dyn Machine, name: &str, result: Result<(), Failure>) {
        match result {
            Ok(()) => {
                self.passed += 1;
                machine.print(format_args!("ok      {name}"));
            }
            Err(failure) => {
                self.failed += 1;
                machine.print(format_args!("FAILED  {name}: {failure}"));
            }
        }
    }

    /// Prints the summary, and says whether all passed.
    pub fn finish(self, machine: &dyn Machine) -> bool {
        machine.print(format_args!("{} passed, {} failed", self.passed, self.failed));
        self.failed == 0
    }
}

/// Ends the check with a [`Failure`] unless the expression is true.
#[macro_export]
macro_rules! ensure {
    ($expected:expr) => {
        if !$expected {
            return Err($crate::Failure { expected: stringify!($expected), file: file!(), line: line!() });
        }
    };
}
