//! The states of a breaker, the changes between them, and why it opens.

/// What a breaker does with calls, as its [`state`](crate::CircuitBreaker::state) tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
#[repr(u8)]
// The numbers are those of the word (machine/word.rs).
pub enum State {
    /// Calls pass and their results are judged.
    Closed = 0,
    /// Calls are rejected until the open duration is over.
    Open = 1,
    /// The open duration is over: a limited number of probes may pass at a time.
    HalfOpen = 2,
    /// Closed by hand: calls pass and nothing is judged.
    ForcedClosed = 4,
    /// A recovery has succeeded, and a growing share of calls passes; see
    /// [`Config::slow_start`](crate::Config::slow_start).
    SlowStart = 5,
    /// Opened by hand: calls are rejected until it is reset or forced the other way.
    ForcedOpen = 7,
    /// It has opened too often in a row: calls are rejected until it is reset or forced; see
    /// [`Recovery::lockout`](crate::Recovery::lockout).
    LockedOut = 6,
}

impl State {
    /// The lower-case name, as log lines and rejections print it.
    ///
    /// ```
    /// assert_eq!(mcb::State::HalfOpen.as_str(), "half-open");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            State::Closed => "closed",
            State::Open => "open",
            State::HalfOpen => "half-open",
            State::ForcedOpen => "forced-open",
            State::ForcedClosed => "forced-closed",
            State::SlowStart => "slow-start",
            State::LockedOut => "locked-out",
        }
    }
}

impl core::fmt::Display for State {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.as_str())
    }
}

/// A change of the stored state, as observers are told of it. A breaker whose timeout has run out *reads* half-open
/// before the first probe makes it so; the transition is the probe's.
///
/// It tells what there is to tell by value, and is no way to the breaker: a program without hooks then
/// pays nothing for them, and one with hooks for nothing but what they use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Transition {
    /// The breaker's id.
    pub id: &'static str,
    /// The state before.
    pub from: State,
    /// The state after.
    pub to: State,
    /// What changed it.
    pub reason: Reason,
    /// The errors after it, as [`error_count`](crate::CircuitBreaker::error_count) tells them: those that opened it, and
    /// one for each further opening; 0 once it is closed or forced.
    pub error_count: u16,
}

impl Transition {
    /// A change, as a test of an observer needs it.
    #[must_use]
    pub const fn new(
        id: &'static str,
        from: State,
        to: State,
        reason: Reason,
        error_count: u16,
    ) -> Self {
        Transition { id, from, to, reason, error_count }
    }
}

/// What changed the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Reason {
    /// A failure opened it.
    Failure(Cause),
    /// Successful probes closed it.
    Success,
    /// The recovery timeout was over, and the first probe came.
    Time,
    /// Somebody forced, reset or tripped it.
    ByHand,
    /// It took over what another breaker, or this one before a reset of the processor, had written down.
    Restored,
}

impl Reason {
    /// The lower-case name: `failure`, `success`, `time`, `by-hand` or `restored`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Reason::Failure(_) => "failure",
            Reason::Success => "success",
            Reason::Time => "time",
            Reason::ByHand => "by-hand",
            Reason::Restored => "restored",
        }
    }
}

/// Why a breaker opened.
///
/// It tells the kind alone, since one breaker guards calls of any types; rules know the types, and
/// [`Rules::opened_by`](crate::Rules::opened_by) is shown the result itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Cause {
    /// The guarded call returned an output, and the rules counted it.
    Output,
    /// The guarded call returned an error, and the rules counted it.
    Error,
    /// A permit was told of a failure.
    Reported,
    /// The guarded call, a rule, `before_probe`, a recovery step or an observer that was told of a failure panicked.
    Panic,
    /// A permit or a guarded future was dropped, and the configuration counts that as a failure.
    Dropped,
    /// The recovery step before a probe failed.
    Recovery,
    /// The call took longer than [`Config::slow_call`](crate::Config::slow_call) allows.
    Slow,
}

impl Cause {
    /// The lower-case name: `error`, `output`, `reported`, `panic`, `dropped`, `recovery` or `slow`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Cause::Error => "error",
            Cause::Output => "output",
            Cause::Reported => "reported",
            Cause::Panic => "panic",
            Cause::Dropped => "dropped",
            Cause::Recovery => "recovery",
            Cause::Slow => "slow",
        }
    }
}

impl core::fmt::Display for Cause {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.as_str())
    }
}
