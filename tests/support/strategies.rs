//! Every strategy, by name and by what its documentation says of it; a further one costs a line here.
#![allow(dead_code)] // not every test asks for all of it

/// What is generic over the strategy, run for one that was chosen by name.
pub(crate) trait ForStrategy {
    type Output;
    fn run<S: mcb::Strategy>(self, strategy: S) -> Self::Output;
}

macro_rules! strategies {
    ($($name:ident: $counted:expr),* $(,)?) => {
        /// How errors are counted while closed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Counting {
            $($name),*
        }

        impl Counting {
            pub(crate) const ALL: &[Counting] = &[$(Counting::$name),*];

            /// The errors that are counted after an outcome. Where they reach the threshold it opens.
            pub(crate) fn after(self, errors: u16, failed: bool) -> u16 {
                let counted: fn(u16, bool) -> u16 = match self {
                    $(Counting::$name => $counted),*
                };
                counted(errors, failed)
            }

            pub(crate) fn with<F: ForStrategy>(self, f: F) -> F::Output {
                match self {
                    $(Counting::$name => f.run(mcb::$name)),*
                }
            }
        }
    };
}

strategies! {
    Consecutive: |errors, failed| if failed { errors + 1 } else { 0 },
    NetError: |errors, failed| if failed { errors + 1 } else { errors.saturating_sub(1) },
}
