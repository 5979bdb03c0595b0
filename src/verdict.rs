//! What a result means to the breaker.

/// What a result means to the breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Verdict {
    /// The guarded thing works.
    Success,
    /// It does not: one error more.
    Failure,
    /// It will not work, whatever was counted before: the breaker opens at once. For a wrong chip, say, or a password
    /// that is refused.
    Fatal,
    /// The result says nothing about it: no counter, state or time moves.
    Ignore,
}

impl Verdict {
    /// The lower-case name: `success`, `failure`, `fatal` or `ignored`.
    #[cfg(any(feature = "log", feature = "tracing"))]
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Verdict::Success => "success",
            Verdict::Failure => "failure",
            Verdict::Fatal => "fatal",
            Verdict::Ignore => "ignored",
        }
    }
}
