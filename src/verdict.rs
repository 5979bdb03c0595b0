//! What a result means to the breaker.

/// What a result means to the breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// The guarded thing works.
    Success,
    /// It does not: one error more.
    Failure,
    /// The result says nothing about it: no counter, state or time moves.
    Ignore,
}
