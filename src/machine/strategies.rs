//! Every strategy, for the tests that walk them: a further one costs a line here.

/// Calls a generic function for each, with its name and with what its documentation says of one outcome: from the
/// errors that were counted, and whether it failed, to those that are counted then. Where they reach the threshold it
/// opens.
macro_rules! for_each_strategy {
    ($walk:path) => {{
        use $crate::strategy::{Consecutive, Debounce, NetError};
        $walk("Consecutive", Consecutive, |n, failed| if failed { n + 1 } else { 0 });
        $walk("NetError", NetError, |n, failed| if failed { n + 1 } else { n.saturating_sub(1) });
        $walk(
            "Debounce",
            Debounce::new(2, 1),
            |n, failed| {
                if failed { n + 2 } else { n.saturating_sub(1) }
            },
        );
        $walk("Debounce with jumps", Debounce::new(1, 1).jumping(1, 1), |n, failed| {
            if failed { n.max(1) + 1 } else { n.min(1).saturating_sub(1) }
        });
    }};
}

pub(crate) use for_each_strategy;

/// What a strategy counts after an outcome; see [`for_each_strategy`].
pub(crate) type Counted = fn(u32, bool) -> u32;
