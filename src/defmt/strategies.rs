//! Strategies with settings, and what the check of one tells.

use defmt::{Format, Formatter, write};

use crate::strategy::{
    Breach, Checked, CountWindow, Debounce, DecayingRate, Either, FailuresPerPeriod, Kept,
    TimeWindow, TimedConsecutive, Which,
};

impl Format for Debounce {
    fn format(&self, f: Formatter<'_>) {
        let Debounce { up, down, jump_up, jump_down } = *self;
        write!(f, "Debounce {{ up: {=u16}, down: {=u16}, ", up, down);
        write!(f, "jump_up: {=u16}, jump_down: {=u16} }}", jump_up, jump_down);
    }
}

impl Format for TimedConsecutive {
    fn format(&self, f: Formatter<'_>) {
        let TimedConsecutive { quiet, lump } = *self;
        write!(f, "TimedConsecutive {{ quiet: {=u32}, lump: {=u32} }}", quiet, lump);
    }
}

impl Format for FailuresPerPeriod {
    fn format(&self, f: Formatter<'_>) {
        let FailuresPerPeriod { each, all } = *self;
        write!(f, "FailuresPerPeriod {{ each: {=u32}, all: {=u32} }}", each, all);
    }
}

impl<const N: usize> Format for CountWindow<N> {
    fn format(&self, f: Formatter<'_>) {
        let (percent, minimum) = (self.rate.percent, self.rate.minimum);
        write!(
            f,
            "CountWindow<{=usize}> {{ percent: {=u8}, minimum: {=u16} }}",
            N, percent, minimum
        );
    }
}

impl<const B: usize> Format for TimeWindow<B> {
    fn format(&self, f: Formatter<'_>) {
        let (length, rate) = (self.window.length, self.window.rate);
        write!(f, "TimeWindow<{=usize}> {{ bucket: {=u32}, ", B, length);
        write!(f, "percent: {=u8}, minimum: {=u16} }}", rate.percent, rate.minimum);
    }
}

impl Format for DecayingRate {
    fn format(&self, f: Formatter<'_>) {
        let DecayingRate { k, opens_at, half_life } = *self;
        write!(f, "DecayingRate {{ k: {=u8}, opens_at: {=u16}, ", k, opens_at);
        write!(f, "half_life: {=u32} }}", half_life);
    }
}

impl<A: Format, B: Format> Format for Either<A, B> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "Either {{ a: {}, b: {} }}", self.a, self.b);
    }
}

impl Format for Checked {
    fn format(&self, f: Formatter<'_>) {
        let Checked { openings, opened_by_success, heals } = *self;
        write!(f, "Checked {{ openings: {=u32}, ", openings);
        write!(f, "opened_by_success: {=bool}, heals: {=bool} }}", opened_by_success, heals);
    }
}

impl Format for Breach {
    fn format(&self, f: Formatter<'_>) {
        let Breach { rule, kept: Kept { count, stamp }, failed, outcome } = *self;
        let told = if failed { "failure" } else { "success" };
        write!(f, "{=str}: a {=str} at count {=u16} and stamp {=u32} ", rule, told, count, stamp);
        write!(f, "(outcome {=u32})", outcome);
    }
}

variants! {
    Which { First = "First" Second = "Second" }
}

#[cfg(feature = "std")]
mod any {
    use std::format;

    use defmt::{Format, Formatter, write};

    use crate::strategy::{AnyStrategy, Choice, CountChoice, RateChoice};

    // Where there is `std` there is room for the text of `Debug`.
    macro_rules! as_debug {
        ($($type:ident)*) => {$(
            impl Format for $type {
                fn format(&self, f: Formatter<'_>) {
                    write!(f, "{=str}", format!("{self:?}").as_str());
                }
            }
        )*};
    }

    as_debug! { AnyStrategy Choice CountChoice RateChoice }
}
