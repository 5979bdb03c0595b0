//! Critical sections that mask nothing, so that the checks can show that they notice.

use critical_section::{Impl, RawRestoreState};

struct Unlocked;
critical_section::set_impl!(Unlocked);

// SAFETY: not sound, on purpose, and linked into the negative control alone. What the suite itself keeps behind a
// `Mutex` is `Copy` and written while no interrupt is armed.
unsafe impl Impl for Unlocked {
    unsafe fn acquire() -> RawRestoreState {}
    unsafe fn release(_: RawRestoreState) {}
}
