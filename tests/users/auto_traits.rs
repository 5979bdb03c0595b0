//! Which threads may have what is decided by clock and rules alone; a feature changes nothing. The expectations are one
//! table, which every set of features has to meet.

use core::cell::Cell;
use core::future::Ready;
use core::marker::PhantomData;
use core::panic::{RefUnwindSafe, UnwindSafe};

use mcb::{
    CallAsync, Circuit, CircuitBreaker, Clock, Config, ConfigError, Consecutive, Error, FnClock,
    ManualClock, Permit, Registry, Rejected, Wait,
};

/// Whether a type has an auto trait, as a constant: the inherent one is taken where its bound holds.
macro_rules! has {
    ($type:ty: $bound:ident) => {{
        #[allow(dead_code)] // where the bound holds
        trait Not {
            const HAS: bool = false;
        }
        impl<T: ?Sized> Not for T {}
        #[allow(dead_code)]
        struct Is<T: ?Sized>(PhantomData<T>);
        #[allow(dead_code)]
        impl<T: ?Sized + $bound> Is<T> {
            const HAS: bool = true;
        }
        Is::<$type>::HAS
    }};
}

/// `Send` and `Sync` of a type.
macro_rules! threads {
    ($type:ty) => {
        (has!($type: Send), has!($type: Sync))
    };
}

/// As a guard of a lock is: shared between threads, but not moved to another.
struct SyncOnly(#[allow(dead_code)] PhantomData<std::sync::MutexGuard<'static, ()>>);
/// As a cell is.
struct SendOnly(#[allow(dead_code)] Cell<u8>);
/// As a raw pointer is.
struct Neither(#[allow(dead_code)] *const u8);

struct By<T>(#[allow(dead_code)] T);
impl<T> Clock for By<T> {
    type Ticks = u32;
    const HZ: u32 = 1_000;
    fn now(&self) -> u32 {
        0
    }
}

type Shared = &'static ManualClock;
type Ruled<R> = CircuitBreaker<Shared, Consecutive, R>;
type Timed<T> = CircuitBreaker<By<T>>;

const BOTH: (bool, bool) = (true, true);
const SEND: (bool, bool) = (true, false);
const SYNC: (bool, bool) = (false, true);
const NONE: (bool, bool) = (false, false);

#[test]
fn the_probes_of_this_test_are_what_they_say() {
    assert_eq!(threads!(u8), BOTH);
    assert_eq!(threads!(SendOnly), SEND);
    assert_eq!(threads!(SyncOnly), SYNC);
    assert_eq!(threads!(Neither), NONE);
}

#[test]
fn a_breaker_goes_where_its_clock_and_rules_may_go() {
    assert_eq!(threads!(CircuitBreaker<Shared>), BOTH);
    assert_eq!(threads!(CircuitBreaker<FnClock<u64, 1_000>>), BOTH);
    assert_eq!(threads!(Ruled<SyncOnly>), SYNC);
    assert_eq!(threads!(Ruled<SendOnly>), SEND);
    assert_eq!(threads!(Ruled<Neither>), NONE);
    assert_eq!(threads!(Timed<SyncOnly>), SYNC);
    assert_eq!(threads!(Timed<SendOnly>), SEND);
    assert_eq!(threads!(Timed<Neither>), NONE);
}

#[test]
fn a_permit_and_a_guarded_future_hold_a_reference_to_it() {
    type Output = Ready<Result<(), ()>>;
    assert_eq!(threads!(Permit<'static, Shared>), BOTH);
    assert_eq!(threads!(Permit<'static, Shared, Consecutive, SyncOnly>), BOTH);
    assert_eq!(threads!(Permit<'static, Shared, Consecutive, SendOnly>), NONE);
    assert_eq!(threads!(CallAsync<'static, Output, Shared>), BOTH);
    assert_eq!(threads!(CallAsync<'static, Output, Shared, Consecutive, SyncOnly>), BOTH);
    assert_eq!(threads!(CallAsync<'static, Output, Shared, Consecutive, SendOnly>), NONE);
    assert_eq!(threads!(CallAsync<'static, SendOnly, Shared>), SEND);
}

/// The clock stands in a configuration by name alone.
#[test]
fn a_configuration_goes_where_its_rules_may_go() {
    assert_eq!(threads!(Config<By<Neither>>), BOTH);
    assert_eq!(threads!(Config<Shared, Consecutive, SyncOnly>), SYNC);
    assert_eq!(threads!(Config<Shared, Consecutive, SendOnly>), SEND);
}

#[test]
fn what_carries_no_type_of_the_users_goes_everywhere() {
    assert_eq!(threads!(Registry<4>), BOTH);
    assert_eq!(threads!(Rejected), BOTH);
    assert_eq!(threads!(ConfigError), BOTH);
    assert_eq!(threads!(Wait), BOTH);
    assert_eq!(threads!(Error<SyncOnly>), SYNC);
    assert_eq!(threads!(Error<SendOnly>), SEND);
    assert_eq!(threads!(dyn Circuit), NONE);
    assert_eq!(threads!(dyn Circuit + Send + Sync), BOTH);
}

#[test]
fn unwinding_and_moving_are_the_same_with_every_feature() {
    assert!(has!(CircuitBreaker<Shared>: UnwindSafe));
    assert!(has!(CircuitBreaker<Shared>: RefUnwindSafe));
    assert!(has!(CircuitBreaker<Shared>: Unpin));
    assert!(has!(Ruled<Neither>: UnwindSafe));
    assert!(!has!(Ruled<SendOnly>: RefUnwindSafe), "a cell in the rules");
    assert!(has!(Permit<'static, Shared>: UnwindSafe));
    assert!(has!(Permit<'static, Shared>: RefUnwindSafe));
    assert!(!has!(Config<Shared>: UnwindSafe), "whoever observes");
    assert!(has!(Rejected: UnwindSafe));
    assert!(has!(Registry<4>: Unpin));
    assert!(has!(Registry<4>: RefUnwindSafe) && has!(Registry<4>: UnwindSafe));
}
