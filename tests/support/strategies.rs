//! Every plain count, by name; a further one costs a line here.
#![allow(dead_code)] // not every test asks for all of it

use mcb::{Config, ManualClock};

type Builder<S> = Config<&'static ManualClock, S>;

/// What is generic over the strategy, run for a configuration with one that was chosen by name.
pub(crate) trait ForStrategy {
    type Output;
    fn run<S: mcb::Strategy>(self, config: Builder<S>) -> Self::Output;
}

macro_rules! strategies {
    ($($name:ident: $make:expr;)*) => {
        /// How errors are counted while closed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Counting {
            $($name),*
        }

        impl Counting {
            pub(crate) const ALL: &[Counting] = &[$(Counting::$name),*];

            /// By a configuration of that id.
            pub(crate) fn with<F: ForStrategy>(self, id: &'static str, f: F) -> F::Output {
                fn make<S>(make: impl Fn(Builder<mcb::Consecutive>) -> Builder<S>, id: &'static str) -> Builder<S> {
                    make(Config::new(id))
                }
                match self {
                    $(Counting::$name => f.run(make($make, id))),*
                }
            }
        }
    };
}

strategies! {
    Consecutive: |config| config;
    NetError: |config| config.strategy(mcb::NetError);
    Debounce: |config| config.debounce(2, 1);
}
