//! A look at what was read, for buses that answer without a device.

use crate::rules::Rules;
use crate::verdict::Verdict;

/// A look at the words that a bus has read; see [`Guarded::inspecting`](super::Guarded::inspecting).
///
/// Functions and closures `Fn(&[W]) -> bool` are looks, true for what no device sends. Implement it for a type of your
/// own that must have a name; what it holds is copied for each operation.
///
/// ```
/// use mcb::bus::Inspect;
///
/// /// Every answer of this chip ends with its number.
/// #[derive(Clone, Copy)]
/// struct Signed(u8);
///
/// impl Inspect<u8> for Signed {
///     fn suspects(&self, words: &[u8]) -> bool {
///         words.last() != Some(&self.0)
///     }
/// }
/// assert!(Signed(0x58).suspects(&[0x21, 0x00]));
/// ```
pub trait Inspect<W>: Copy {
    /// Whether it looks at all; else nothing of it is compiled into an operation.
    const LOOKS: bool = true;

    /// Whether no device would send this.
    fn suspects(&self, words: &[W]) -> bool;
}

impl<W, F: Fn(&[W]) -> bool + Copy> Inspect<W> for F {
    #[inline]
    fn suspects(&self, words: &[W]) -> bool {
        self(words)
    }
}

/// What was read is nobody's concern: errors alone are judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoInspection;

impl<W> Inspect<W> for NoInspection {
    const LOOKS: bool = false;

    #[inline]
    fn suspects(&self, _: &[W]) -> bool {
        false
    }
}

/// Whether these are at least `LEAST` bytes, all 0x00 or all 0xFF: what a line without a device on it reads.
///
/// Choose `LEAST` by what the device may truly send: a status register alone reads 0x00 on a healthy chip, and two bytes
/// of a temperature do at 0 °C; six bytes of an accelerometer do not. Not for flash, which erased reads 0xFF.
///
/// ```
/// use mcb::bus::all_same;
/// assert!(all_same::<4>(&[0xFF; 6]));
/// assert!(!all_same::<4>(&[0xFF, 0xFF, 0x00, 0x00]));
/// assert!(!all_same::<4>(&[0x00])); // too few to tell
/// ```
#[must_use]
pub fn all_same<const LEAST: usize>(bytes: &[u8]) -> bool {
    match bytes.first() {
        Some(&first @ (0x00 | 0xFF)) => {
            bytes.len() >= LEAST && bytes.iter().all(|byte| *byte == first)
        }
        _ => false,
    }
}

/// What an operation came to: its result, or that and what was seen of the words it read.
pub(super) trait Outcome {
    type Output;
    type Error;

    fn judged<R>(self, rules: &R) -> (Result<Self::Output, Self::Error>, Verdict)
    where
        R: Rules<Self::Output, Self::Error>;

    /// Where there is no breaker to judge it.
    fn result(self) -> Result<Self::Output, Self::Error>;
}

impl<T, E> Outcome for Result<T, E> {
    type Output = T;
    type Error = E;

    #[inline]
    fn judged<R: Rules<T, E>>(self, rules: &R) -> (Result<T, E>, Verdict) {
        let verdict = rules.judge(&self);
        (self, verdict)
    }

    #[inline]
    fn result(self) -> Result<T, E> {
        self
    }
}

/// The result of an operation that read, and whether the words are suspect.
pub(super) struct Seen<T, E> {
    result: Result<T, E>,
    suspect: bool,
}

impl<T, E> Seen<T, E> {
    /// With a look at what was read, in as many pieces as the operation has.
    #[inline]
    pub(super) fn new<'a, W: 'a>(
        result: Result<T, E>,
        inspection: impl Inspect<W>,
        reads: impl Iterator<Item = &'a [W]>,
    ) -> Self {
        let suspect = result.is_ok() && all(inspection, reads);
        Seen { result, suspect }
    }
}

/// Whether each of them is suspect, and there are any: one good answer in a transaction shows that somebody is there.
#[inline]
fn all<'a, W: 'a, I: Inspect<W>>(inspection: I, reads: impl Iterator<Item = &'a [W]>) -> bool {
    if !I::LOOKS {
        return false;
    }
    let mut suspect = false;
    for words in reads.filter(|words| !words.is_empty()) {
        if !inspection.suspects(words) {
            return false;
        }
        suspect = true;
    }
    suspect
}

impl<T, E> Outcome for Seen<T, E> {
    type Output = T;
    type Error = E;

    #[inline]
    fn judged<R: Rules<T, E>>(self, rules: &R) -> (Result<T, E>, Verdict) {
        let verdict = if self.suspect { Verdict::Failure } else { rules.judge(&self.result) };
        (self.result, verdict)
    }

    #[inline]
    fn result(self) -> Result<T, E> {
        self.result
    }
}
