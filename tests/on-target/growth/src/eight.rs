//! Eight functions, each with a guard of its own before its device.

/// A guard that is none.
#[derive(Debug)]
pub struct Unguarded;

impl Unguarded {
    /// Runs `f`.
    #[inline(always)]
    pub fn call<T, E>(&self, f: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        f()
    }
}

/// `eight!(Guard, |id| expression)`: firmware with eight guards of that type, each given a name.
#[macro_export]
macro_rules! eight {
    ($guard:ty, |$id:ident| $new:expr) => {
        $crate::eight!($guard, |$id| $new, a 1, b 2, c 3, d 4, e 5, f 6, g 7, h 8);
    };
    ($guard:ty, |$id:ident| $new:expr, $($name:ident $number:literal),*) => {
        $(
            #[inline(never)]
            fn $name() {
                static GUARD: $guard = {
                    const $id: &str = stringify!($name);
                    $new
                };
                $crate::work::keep(GUARD.call($crate::work::device::<$number>));
            }
        )*

        #[unsafe(no_mangle)]
        extern "Rust" fn firmware() {
            $crate::steps::drive(&[$($name),*], $crate::steps::nothing);
        }
    };
}
