//! Where the fixed part of a breaker lies: in flash, or with `std` perhaps on the heap.

#[cfg(not(feature = "std"))]
pub(crate) use flash::Place;
#[cfg(feature = "std")]
pub(crate) use hosted::Place;

#[cfg(not(feature = "std"))]
mod flash {
    use crate::engine::Fixed;

    pub(crate) struct Place(&'static Fixed);

    impl Place {
        pub(crate) const fn borrowed(fixed: &'static Fixed) -> Self {
            Place(fixed)
        }

        #[inline]
        pub(crate) fn fixed(&self) -> &Fixed {
            self.0
        }
    }
}

#[cfg(feature = "std")]
mod hosted {
    use std::boxed::Box;

    use crate::engine::Fixed;
    use crate::observe::Observer;

    pub(crate) struct Place {
        fixed: Either,
        // Behind one pointer, since few breakers have one.
        observer: Option<Box<Box<dyn Observer + Send + Sync>>>,
    }

    /// Both are a pointer at the same offset, so that looking there costs no branch.
    enum Either {
        Borrowed(&'static Fixed),
        Owned(Box<Fixed>),
    }

    impl Place {
        pub(crate) const fn borrowed(fixed: &'static Fixed) -> Self {
            Place { fixed: Either::Borrowed(fixed), observer: None }
        }

        pub(crate) fn owned(fixed: Fixed) -> Self {
            Place { fixed: Either::Owned(Box::new(fixed)), observer: None }
        }

        pub(crate) fn observe(&mut self, observer: Box<dyn Observer + Send + Sync>) {
            self.observer = Some(Box::new(observer));
        }

        #[inline]
        pub(crate) fn fixed(&self) -> &Fixed {
            match &self.fixed {
                Either::Borrowed(fixed) => fixed,
                Either::Owned(fixed) => fixed,
            }
        }

        #[inline]
        pub(crate) fn own_observer(&self) -> Option<&dyn Observer> {
            match &self.observer {
                Some(observer) => Some(&***observer),
                None => None,
            }
        }
    }
}
