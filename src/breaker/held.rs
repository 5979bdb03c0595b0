//! Where the configuration is: in flash, or with `std` perhaps on the heap.
//!
//! Either way a breaker may be sent to another thread where its rules may be sent and shared, and shared where they may
//! be shared: a feature must not take away what holds without it.

#[cfg(not(feature = "std"))]
pub(super) use flash::Held;
#[cfg(feature = "std")]
pub(super) use hosted::Held;

#[cfg(not(feature = "std"))]
mod flash {
    use core::marker::PhantomData;

    use crate::config::Settings;

    pub(in super::super) struct Held<S: 'static, R: 'static> {
        settings: &'static Settings<S, R>,
        // As if it owned them, which `std` makes possible.
        owner: PhantomData<(S, R)>,
    }

    impl<S, R> Held<S, R> {
        pub(in super::super) const fn borrowed(settings: &'static Settings<S, R>) -> Self {
            Held { settings, owner: PhantomData }
        }

        #[inline]
        pub(in super::super) fn settings(&self) -> &Settings<S, R> {
            self.settings
        }
    }
}

#[cfg(feature = "std")]
mod hosted {
    use std::boxed::Box;

    use crate::config::Settings;
    use crate::observe::Observer;

    pub(in super::super) struct Held<S: 'static, R: 'static> {
        place: Place<S, R>,
        // Behind one pointer, since few breakers have one.
        observer: Option<Box<Box<dyn Observer + Send + Sync>>>,
    }

    /// Both are a pointer at the same offset, so that looking there costs no branch.
    enum Place<S: 'static, R: 'static> {
        Borrowed(&'static Settings<S, R>),
        Owned(Box<Settings<S, R>>),
    }

    impl<S, R> Held<S, R> {
        pub(in super::super) const fn borrowed(settings: &'static Settings<S, R>) -> Self {
            Held { place: Place::Borrowed(settings), observer: None }
        }

        pub(in super::super) fn owned(settings: Settings<S, R>) -> Self {
            Held { place: Place::Owned(Box::new(settings)), observer: None }
        }

        pub(in super::super) fn observe(&mut self, observer: Box<dyn Observer + Send + Sync>) {
            self.observer = Some(Box::new(observer));
        }

        #[inline]
        pub(in super::super) fn settings(&self) -> &Settings<S, R> {
            match &self.place {
                Place::Borrowed(settings) => settings,
                Place::Owned(settings) => settings,
            }
        }

        #[inline]
        pub(in super::super) fn own_observer(&self) -> Option<&dyn Observer> {
            match &self.observer {
                Some(observer) => Some(&***observer),
                None => None,
            }
        }
    }
}
