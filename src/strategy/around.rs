//! What stands around a strategy leaves the rest of it as it is.

/// The parts of [`Strategy`](super::Strategy) that a wrapper with a field `strategy` passes on.
macro_rules! as_inside {
    (ramp) => {
        type Memory = S::Memory;
        const MEMORY: S::Memory = S::MEMORY;
        const RAMPS: bool = S::RAMPS;

        #[inline]
        fn ramps(&self) -> bool {
            self.strategy.ramps()
        }

        #[inline]
        fn ramp_begins(&self, memory: &S::Memory, time: &impl $crate::strategy::Time) {
            self.strategy.ramp_begins(memory, time);
        }

        #[inline]
        fn ramp_left(&self, memory: &S::Memory, time: &impl $crate::strategy::Time) -> u32 {
            self.strategy.ramp_left(memory, time)
        }

        #[inline]
        fn ramp_passes(&self, memory: &S::Memory, time: &impl $crate::strategy::Time) -> u32 {
            self.strategy.ramp_passes(memory, time)
        }
    };
    (limits) => {
        const FRESH: u16 = S::FRESH;
        const PLAIN: Option<u16> = S::PLAIN;
        const MAX_THRESHOLD: u16 = S::MAX_THRESHOLD;
        const BITS: u32 = S::BITS;
        const FEWER_BITS_DO: bool = S::FEWER_BITS_DO;
        const STAMPS: bool = S::STAMPS;
        const RECORDS: bool = S::RECORDS;
        const NOTES_OPENINGS: bool = S::NOTES_OPENINGS;
    };
    (record) => {
        #[inline]
        fn record(
            &self,
            memory: &S::Memory,
            kept: $crate::strategy::Kept,
            failed: bool,
            threshold: u16,
            time: &impl $crate::strategy::Time,
        ) -> $crate::strategy::Step {
            self.strategy.record(memory, kept, failed, threshold, time)
        }

        #[inline]
        fn recorded(
            &self,
            memory: &S::Memory,
            before: $crate::strategy::Kept,
            now: $crate::strategy::Kept,
            failed: bool,
        ) {
            self.strategy.recorded(memory, before, now, failed);
        }

        #[inline]
        fn opened(
            &self,
            memory: &S::Memory,
            kept: $crate::strategy::Kept,
            failed: bool,
            threshold: u16,
            time: &impl $crate::strategy::Time,
        ) {
            self.strategy.opened(memory, kept, failed, threshold, time);
        }

        #[inline]
        fn opened_by(&self, memory: &S::Memory) -> Option<$crate::strategy::Which> {
            self.strategy.opened_by(memory)
        }

        #[inline]
        fn error_count(
            &self,
            memory: &S::Memory,
            kept: $crate::strategy::Kept,
            time: &impl $crate::strategy::Time,
        ) -> u16 {
            self.strategy.error_count(memory, kept, time)
        }
    };
    (started) => {
        type Started = S::Started;

        #[inline]
        fn started(&self, time: &impl $crate::strategy::Time) -> S::Started {
            self.strategy.started(time)
        }

        #[inline]
        fn is_slow(&self, started: S::Started, time: &impl $crate::strategy::Time) -> bool {
            self.strategy.is_slow(started, time)
        }
    };
    (observes) => {
        #[inline]
        fn observes_only(&self) -> bool {
            self.strategy.observes_only()
        }
    };
    (told) => {
        const TELLS_OWNER: bool = S::TELLS_OWNER;

        #[inline]
        fn on_result(&self, id: &'static str, verdict: $crate::verdict::Verdict, probe: bool) {
            self.strategy.on_result(id, verdict, probe);
        }

        #[inline]
        fn on_rejected(&self, id: &'static str, passed: bool) {
            self.strategy.on_rejected(id, passed);
        }
    };
    // With the wrapper's own number and setting, if that is one which decides.
    (fingerprint $($number:literal $($setting:ident)?)?) => {
        fn fingerprint(&self) -> u32 {
            let inside = self.strategy.fingerprint();
            $(
                let print = $crate::strategy::Fingerprint::NEW.with(inside).with($number);
                $(let print = print.with(self.$setting);)?
                let inside = print.number();
            )?
            inside
        }
    };
}

pub(crate) use as_inside;
