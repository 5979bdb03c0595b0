//! The keys, and when they were asked for: what stands behind the lock.

/// Which key has which breaker.
pub(super) struct Slots<K, const N: usize> {
    pub(super) all: [Slot<K>; N],
    /// Moves by one whenever a key is asked for.
    pub(super) time: u32,
    /// Moves by one whenever a key comes or goes.
    pub(super) changes: u32,
}

/// A place, and its key if it has one.
#[derive(Clone, Copy)]
pub(super) struct Slot<K> {
    pub(super) key: Option<K>,
    /// When it was last asked for.
    pub(super) used: u32,
}

/// Each changes nothing where a key has come or gone since the number of changes was read, and says so by `None`.
impl<K, const N: usize> Slots<K, N> {
    pub(super) const NONE: Self =
        Slots { all: [const { Slot { key: None, used: 0 } }; N], time: 0, changes: 0 };

    /// The key of that place is asked for.
    pub(super) fn touch(&mut self, place: usize, changes: u32) -> Option<usize> {
        let slot = self.all.get_mut(place).filter(|_| self.changes == changes)?;
        self.time = self.time.wrapping_add(1);
        slot.used = self.time;
        Some(place)
    }

    /// Another key has the place from now on, if its breaker begins anew, as it need not where the place is free; whether
    /// it did.
    pub(super) fn put(
        &mut self,
        place: usize,
        key: K,
        changes: u32,
        renew: impl FnOnce() -> bool,
    ) -> Option<bool> {
        let slot = self.all.get_mut(place).filter(|_| self.changes == changes)?;
        let renewed = renew();
        if !renewed && slot.key.is_some() {
            return None;
        }
        self.time = self.time.wrapping_add(1);
        self.changes = changes.wrapping_add(1);
        *slot = Slot { key: Some(key), used: self.time };
        Some(renewed)
    }

    /// The place has no key from now on.
    pub(super) fn empty(&mut self, place: usize, changes: u32) -> Option<()> {
        let slot = self.all.get_mut(place).filter(|_| self.changes == changes)?;
        slot.key = None;
        self.changes = changes.wrapping_add(1);
        Some(())
    }
}
