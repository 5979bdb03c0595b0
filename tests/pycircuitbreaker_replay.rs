//! The recorded behaviour of pycircuitbreaker 0.4.0, the original, replayed against mcb.
//!
//! `pycircuitbreaker/record.py` drove it and wrote down what it did. Here the same events
//! reach mcb, and after each one everything must be equal: what the caller got, the state, the counts,
//! the time of opening, the time left of a rejection, the hooks and what they were told. Where the
//! documentation says that mcb differs on purpose, the difference is recognised by a predicate with a
//! name ([`Difference`]), counted, and mcb must then do what its documentation says instead.
//!
//! Some differences are differences of reading only; others part the two for good. After such a one
//! they are compared again from the next moment on at which both are in the same condition with no
//! call under way, or at which the original is closed and clean, to which mcb is then reset. The original's
//! own transitions are not modelled: a predicate sees what was recorded before and after, and which
//! calls mcb has admitted when.
// The recording is ours and small: signed fields hold −1 for "none", and a column may be absent.
#![allow(clippy::cast_sign_loss, clippy::option_option, clippy::type_complexity)]
#![cfg(not(loom))]

#[path = "pycircuitbreaker/driver.rs"]
mod driver;
#[path = "pycircuitbreaker/recording.rs"]
mod recording;

use std::collections::BTreeMap;
use std::fmt::Write;

use driver::{Driver, Reads, Variant, Way, driver, tick};
use mcb::{State, Verdict};
use recording::{Event, Fired, Got, Line, Seen, Sequence, Settings, Strategy, sequences};

/// The documented differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Difference {
    // These part the two.
    /// A result of a call admitted before an opening or closing counts for the original alone.
    LateResult,
    /// Half-open, every slot taken: the original admits all the same.
    ProbeLimit,
    /// Closed: the original's success clears the errors only after `recovery_threshold` successes.
    RecoveryThresholdInClosed,
    /// The original recovers when the net count falls below the threshold, whatever `recovery_threshold`.
    NetErrorRecovery,
    /// The original keeps threshold − 1 net errors after closing.
    NetErrorDebtAfterClosing,
    /// The clock went back in a recovery: the original's is open again, mcb's recovery goes on.
    ClockBack,

    // These are differences of reading.
    /// A result that is late, or was not admitted, but would have changed nothing for the original either.
    WithoutEffect,
    /// The original counts successes while closed too.
    SuccessCountInClosed,
    /// The original's counts are net − threshold and threshold − net.
    NetErrorInitialReads,
    /// After reopening, the original's error count is net − threshold.
    NetErrorCountAfterReopen,
    /// mcb's error count stops at threshold + 14.
    ErrorCountStops,
    /// The original's `open_time` is the time of construction until the first opening.
    OpenTimeBeforeFirst,
    /// The clock went back: the original reads open where mcb's recovery goes on, or tells more than the
    /// whole timeout as the time left.
    ClockBackReads,
    /// An opening at tick 0 is kept as tick 1.
    OpenedAtTickZero,
}
use Difference::*;

const DIVERGING: [Difference; 6] = [
    LateResult,
    ProbeLimit,
    RecoveryThresholdInClosed,
    NetErrorRecovery,
    NetErrorDebtAfterClosing,
    ClockBack,
];

const READING: [Difference; 8] = [
    WithoutEffect,
    SuccessCountInClosed,
    NetErrorInitialReads,
    NetErrorCountAfterReopen,
    ErrorCountStops,
    OpenTimeBeforeFirst,
    ClockBackReads,
    OpenedAtTickZero,
];

/// `openings` in mcb's word has four bits.
const COUNTED_OPENINGS: u16 = 14;

/// A call under way.
struct Call {
    /// mcb's epoch at its admission; the difference that kept mcb from admitting it otherwise.
    admitted: Result<u32, Difference>,
    verdict: Verdict,
}

/// What happened in one replay.
#[derive(Default)]
struct Tally {
    differences: BTreeMap<Difference, u64>,
    steps: u64,
    compared: u64,
    parted: u64,
    /// Back by coming into the same condition, and back by a reset.
    met: u64,
    reset: u64,
}

struct Replay<'a> {
    settings: &'a Settings,
    variant: Variant,
    mcb: Box<dyn Driver>,
    tally: Tally,
    /// Recorded before the present line.
    seen: Seen,
    now: i64,
    together: bool,
    calls: BTreeMap<u32, Call>,
    /// Moves with every opening, closing and reset of mcb: a call of an older one is late.
    epoch: u32,
    /// Calls that hold one of mcb's slots, and when the last probe was admitted.
    slots: Vec<u32>,
    last_admission: i64,
    /// Has the clock gone back since the last opening?
    back: bool,
    /// `Some(None)` before the first opening; `None` while the two have opened at different times.
    opened: Option<Option<i64>>,
}

impl<'a> Replay<'a> {
    fn new(settings: &'a Settings, variant: Variant) -> Self {
        Replay {
            settings,
            variant,
            mcb: driver(settings, variant),
            tally: Tally::default(),
            seen: Seen::fresh(settings),
            now: recording::START,
            together: true,
            calls: BTreeMap::new(),
            epoch: 0,
            slots: Vec::new(),
            last_admission: 0,
            back: false,
            opened: Some(None),
        }
    }

    fn note(&mut self, difference: Difference) {
        *self.tally.differences.entry(difference).or_default() += 1;
    }

    fn part(&mut self, difference: Difference) {
        self.note(difference);
        self.together = false;
        self.tally.parted += 1;
    }

    fn run(mut self, sequence: &Sequence) -> Result<Tally, String> {
        for line in &sequence.lines {
            self.tally.steps += 1;
            if self.together {
                self.compared_step(line).map_err(|why| self.report(line, &why))?;
            } else {
                self.apart_step(line);
            }
            self.seen = line.seen;
        }
        Ok(self.tally)
    }

    fn report(&self, line: &Line, why: &str) -> String {
        let Replay { settings, variant, seen, now, .. } = self;
        let text = line.text;
        format!(
            "{why}\n  at line `{text}`, tick {now}, recorded before: {seen:?}\n  {settings:?}\n  {variant:?}"
        )
    }

    // --- what mcb says, as the documentation explains it from what the original said ---------------

    /// The net error count, or the error count, behind the original's reads.
    fn errors_behind(&self, seen: &Seen) -> u16 {
        match self.settings.strategy {
            Strategy::SingleReset => seen.errors,
            // While closed net is below the threshold, so that the success count is above 0.
            Strategy::NetError if seen.state == State::Closed => {
                self.settings.errors - seen.successes
            }
            Strategy::NetError => self.settings.errors + seen.errors,
        }
    }

    /// The counts that mcb must tell where the original tells those of `seen`, with the differences.
    fn counts(&self, seen: &Seen) -> (u16, u16, Vec<Difference>) {
        let mut differences = Vec::new();
        let mut errors = self.errors_behind(seen);
        let most = self.settings.errors + COUNTED_OPENINGS;
        let closed = seen.state == State::Closed;
        if !closed && errors > most {
            errors = most;
            differences.push(ErrorCountStops);
        }
        let net = self.settings.strategy == Strategy::NetError;
        let successes = if closed || net { 0 } else { seen.successes };
        if net && !closed && seen.errors > 0 {
            differences.push(NetErrorCountAfterReopen);
        } else if net {
            differences.push(NetErrorInitialReads);
        } else if successes != seen.successes {
            differences.push(SuccessCountInClosed);
        }
        (errors, successes, differences)
    }

    /// What decides in the original, as far as mcb has the same: no successes while closed.
    fn condition(&self, seen: &Seen) -> (State, u16, u16, i64) {
        let (errors, successes, _) = self.counts(seen);
        (seen.state, errors, successes, seen.open_time)
    }

    /// The clock went back to before the end of the timeout, mcb's recovery having begun.
    fn is_recovery_behind_clock(&self, seen: &Seen, reads: &Reads) -> bool {
        let ends = seen.open_time + i64::from(self.settings.timeout);
        self.back && self.now < ends && seen.state == State::Open && reads.state == State::HalfOpen
    }

    /// Are all reads as they must be?
    fn check_reads(&mut self, seen: &Seen, reads: &Reads) -> Result<(), String> {
        let (errors, successes, differences) = self.counts(seen);
        for difference in differences {
            self.note(difference);
        }
        let mut state = seen.state;
        if self.is_recovery_behind_clock(seen, reads) {
            self.note(ClockBackReads);
            state = State::HalfOpen;
        }
        let mut open_time = reads.open_time;
        if let Some(opened) = self.opened {
            open_time = opened.map(|recorded| tick(self.variant, recorded));
            match open_time {
                None => self.note(OpenTimeBeforeFirst),
                Some(0) => {
                    self.note(OpenedAtTickZero);
                    open_time = Some(1);
                }
                Some(_) => {}
            }
        }
        let expected = Reads { state, errors, successes, open_time };
        if *reads == expected { Ok(()) } else { Err(format!("{reads:?}, not {expected:?}")) }
    }

    // --- one line --------------------------------------------------------------------------------

    fn apply(&mut self, event: Event) -> Got {
        match event {
            Event::Step(ticks) => {
                self.now += ticks;
                self.back |= ticks < 0;
                self.mcb.clock().set(tick(self.variant, self.now));
                Got::Nothing
            }
            Event::Call(outcome) => self.mcb.call(outcome),
            Event::Begin(id, outcome) => self.mcb.begin(id, outcome),
            Event::Finish(id) => match self.calls[&id].admitted {
                Ok(_) => self.mcb.finish(id),
                // mcb has not admitted it, so that it has nothing to finish.
                Err(_) => Got::Nothing,
            },
        }
    }

    /// The hooks that fired, checked for what every hook promises; moves the epoch.
    fn fired(&mut self) -> Vec<Option<Fired>> {
        let fired = self.mcb.fired();
        for (what, shown) in &fired {
            let settled = if *what == Some(Fired::Close) { State::Closed } else { State::Open };
            assert_eq!(*shown, settled, "a hook runs after the state is settled");
            self.epoch += 1;
            self.slots.clear();
        }
        fired.into_iter().map(|(what, _)| what).collect()
    }

    /// The ticks until a slot passes on, if every slot is taken.
    fn full(&self, before: &Reads) -> Option<i64> {
        let timeout = i64::from(self.settings.timeout);
        let age = (self.now - self.last_admission).max(0);
        let full = before.state == State::HalfOpen
            && self.slots.len() >= usize::from(self.variant.max_probes)
            && age < timeout;
        full.then_some(timeout - age)
    }

    /// mcb has admitted a call; `holds` is its number if it goes on.
    fn admitted(&mut self, state: State, holds: Option<u32>) {
        if state == State::HalfOpen {
            if self.slots.len() >= usize::from(self.variant.max_probes) {
                // Overdue: the slots pass on.
                self.slots.clear();
            }
            self.slots.extend(holds);
            self.last_admission = self.now;
        }
    }

    fn compared_step(&mut self, line: &Line) -> Result<(), String> {
        self.tally.compared += 1;
        let before = self.mcb.reads();
        let full = self.full(&before);
        let got = self.apply(line.event);
        let epoch = self.epoch;
        let fired = self.fired();
        let after = self.mcb.reads();
        let unchanged = after == before && fired.is_empty();
        let original_unchanged =
            line.fired.is_none() && self.condition(&line.seen) == self.condition(&self.seen);

        // 1. A result that mcb does not count.
        let mut verdict = None;
        if let Event::Finish(id) = line.event {
            let call = self.calls.remove(&id).expect("it has begun");
            self.slots.retain(|&holder| holder != id);
            verdict = Some(call.verdict);
            let uncounted = match call.admitted {
                Ok(admitted) => (admitted != epoch).then_some(LateResult),
                Err(difference) => Some(difference),
            };
            if let Some(difference) = uncounted {
                if call.admitted.is_ok() && got != line.got {
                    return Err(format!("{difference:?}, the caller got {got:?}"));
                }
                if !unchanged {
                    return Err(format!("{difference:?} changed {before:?} to {after:?}"));
                }
                return self.uncounted(difference, original_unchanged, line, &after);
            }
        }

        // 2. A call that only one of them admits.
        if let Event::Call(outcome) | Event::Begin(_, outcome) = line.event {
            let judged = self.mcb.verdict(outcome);
            verdict = Some(judged);
            let begun = match line.event {
                Event::Begin(id, _) => Some(id),
                _ => None,
            };
            let original_admits = !matches!(line.got, Got::Rejected(_));
            let admits = !matches!(got, Got::Rejected(_));
            if let (Some(left), true) = (full, original_admits) {
                if got != Got::Rejected(left) || !unchanged {
                    return Err(format!("ProbeLimit, but {got:?}, {left} ticks left"));
                }
                if let Some(id) = begun {
                    let call = Call { admitted: Err(ProbeLimit), verdict: judged };
                    self.calls.insert(id, call);
                }
                return self.uncounted(ProbeLimit, original_unchanged, line, &after);
            }
            if !original_admits && self.is_recovery_behind_clock(&self.seen, &before) {
                if admits != full.is_none() {
                    return Err(format!("ClockBack, but {got:?} with {full:?} ticks left"));
                }
                if admits {
                    self.admitted(before.state, None);
                }
                if let (Some(id), true) = (begun, admits) {
                    // The original has no such call: mcb's gives its slot back.
                    self.mcb.abandon(id);
                } else if admits && judged != Verdict::Ignore {
                    self.part(ClockBack);
                    return Ok(());
                }
                self.note(ClockBackReads);
                return self.check_reads(&line.seen, &after);
            }
            if admits {
                if before.state == State::HalfOpen || self.seen.state == State::HalfOpen {
                    self.admitted(State::HalfOpen, begun.filter(|_| self.epoch == epoch));
                }
                if let Some(id) = begun {
                    self.calls.insert(id, Call { admitted: Ok(epoch), verdict: judged });
                }
            }
        }

        // 3. What they get and say must now be the same.
        if !self.is_same_got(got, line) {
            return Err(format!("the caller got {got:?}, not {:?}", line.got));
        }

        // 4. Unless a success means something else to each.
        let finished = !matches!(line.event, Event::Begin(..)) && !matches!(got, Got::Rejected(_));
        if finished && verdict == Some(Verdict::Success) {
            if let Some(difference) = self.is_other_success(&before, line) {
                return self.other_success(difference, &before, &after, &fired);
            }
        }

        if let Some(Fired::Open(_)) = line.fired {
            self.opened = Some(Some(line.seen.open_time));
            self.back = false;
        }
        if !self.is_same_fired(&fired, line) {
            return Err(format!("fired {fired:?}, not {:?}", line.fired));
        }
        self.check_reads(&line.seen, &after)
    }

    /// mcb has not counted what the original may have counted.
    fn uncounted(
        &mut self,
        difference: Difference,
        original_unchanged: bool,
        line: &Line,
        after: &Reads,
    ) -> Result<(), String> {
        if original_unchanged {
            self.note(WithoutEffect);
            self.check_reads(&line.seen, after)
        } else if matches!(line.event, Event::Begin(..)) {
            Err("a call that has only begun changed the original".to_owned())
        } else {
            self.part(difference);
            Ok(())
        }
    }

    fn is_same_got(&mut self, got: Got, line: &Line) -> bool {
        if let (Got::Rejected(left), Got::Rejected(recorded)) = (got, line.got) {
            // mcb's time stood still while the clock was behind the opening.
            if self.now < line.seen.open_time && left == i64::from(self.settings.timeout) {
                self.note(ClockBackReads);
                return true;
            }
            return left == recorded;
        }
        got == line.got
    }

    fn is_same_fired(&self, fired: &[Option<Fired>], line: &Line) -> bool {
        match (fired, line.fired) {
            ([], None) => true,
            // Through a permit the cause's value is not told.
            ([None], Some(Fired::Open(_))) => self.variant.way == Way::Permits,
            ([fired], recorded) => {
                *fired == recorded
                    && !(self.variant.way == Way::Permits && matches!(fired, Some(Fired::Open(_))))
            }
            _ => false,
        }
    }

    /// Does a success, counted by both, lead them to different conditions?
    fn is_other_success(&self, before: &Reads, line: &Line) -> Option<Difference> {
        let Seen { state, errors, successes, .. } = self.seen;
        let needed = u16::from(self.settings.successes);
        match self.settings.strategy {
            Strategy::SingleReset => {
                (state == State::Closed && errors > 0 && successes + 1 < needed)
                    .then_some(RecoveryThresholdInClosed)
            }
            Strategy::NetError if before.state != State::Closed => {
                let closes = line.seen.state == State::Closed;
                if closes && needed == 1 {
                    // Both close; a threshold of 1 leaves no debt.
                    (self.settings.errors > 1).then_some(NetErrorDebtAfterClosing)
                } else {
                    Some(NetErrorRecovery)
                }
            }
            Strategy::NetError => None,
        }
    }

    /// mcb must have done what its documentation says.
    fn other_success(
        &mut self,
        difference: Difference,
        before: &Reads,
        after: &Reads,
        fired: &[Option<Fired>],
    ) -> Result<(), String> {
        let needed = u16::from(self.settings.successes);
        let right = match difference {
            RecoveryThresholdInClosed => *after == Reads { errors: 0, ..*before },
            _ if before.successes + 1 < needed => {
                *after
                    == Reads { state: State::HalfOpen, successes: before.successes + 1, ..*before }
                    && fired.is_empty()
            }
            _ => {
                *after == Reads { state: State::Closed, errors: 0, successes: 0, ..*before }
                    && fired == [Some(Fired::Close)]
            }
        };
        if !right {
            return Err(format!("{difference:?} from {before:?} to {after:?}, fired {fired:?}"));
        }
        self.part(difference);
        Ok(())
    }

    /// A line after they have parted: nothing is compared, until they meet again.
    fn apart_step(&mut self, line: &Line) {
        let got = self.apply(line.event);
        self.fired();
        if let Some(Fired::Open(_)) = line.fired {
            self.back = false;
        }
        match line.event {
            Event::Begin(id, outcome) => {
                let admitted = !matches!(got, Got::Rejected(_));
                if matches!(line.got, Got::Rejected(_)) {
                    if admitted {
                        self.mcb.abandon(id);
                    }
                } else {
                    let verdict = self.mcb.verdict(outcome);
                    let admitted = if admitted { Ok(self.epoch) } else { Err(LateResult) };
                    self.calls.insert(id, Call { admitted, verdict });
                }
            }
            Event::Finish(id) => {
                self.calls.remove(&id);
            }
            Event::Step(_) | Event::Call(_) => {}
        }
        if !self.calls.is_empty() {
            return;
        }
        let reads = self.mcb.reads();
        let (errors, successes, _) = self.counts(&line.seen);
        let opened = reads.open_time == Some(tick(self.variant, line.seen.open_time));
        let closed = line.seen.state == State::Closed;
        let same = (reads.state, reads.errors, reads.successes)
            == (line.seen.state, errors, successes)
            && (closed || opened);
        if same {
            self.tally.met += 1;
        } else if closed && errors == 0 {
            self.mcb.reset();
            self.epoch += 1;
            self.tally.reset += 1;
        } else {
            return;
        }
        self.together = true;
        self.slots.clear();
        self.opened = opened.then_some(Some(line.seen.open_time));
    }
}

/// The ways in which a sequence is replayed.
fn variants(settings: &Settings) -> Vec<Variant> {
    let wraps = u32::MAX - 60;
    let mut variants = vec![
        Variant { way: Way::Calls, max_probes: 1, start: 1000 },
        Variant { way: Way::Permits, max_probes: 1, start: wraps },
    ];
    if matches!(settings.shape, "overlap" | "both") {
        // With enough slots for every call of the recording, the original's admissions are mcb's too.
        variants.push(Variant { way: Way::Calls, max_probes: 15, start: wraps });
        variants.push(Variant { way: Way::Permits, max_probes: 2, start: 1 << 31 });
    } else {
        variants.push(Variant { way: Way::Exclusive, max_probes: 1, start: wraps });
    }
    variants
}

#[test]
fn mcb_behaves_so_or_differs_as_documented() {
    let mut unexplained = Vec::new();
    let mut differences: BTreeMap<Difference, u64> = BTreeMap::new();
    let mut table = String::new();
    let mut compared: BTreeMap<(&str, &str), (u64, u64, u64, u64)> = BTreeMap::new();
    for sequence in sequences() {
        let settings = sequence.settings;
        for variant in variants(&settings) {
            let tally = match Replay::new(&settings, variant).run(&sequence) {
                Ok(tally) => tally,
                Err(why) => {
                    unexplained.push(why);
                    continue;
                }
            };
            let strategy = match settings.strategy {
                Strategy::SingleReset => "SINGLE_RESET",
                Strategy::NetError => "NET_ERROR",
            };
            let sum = compared.entry((strategy, settings.shape)).or_default();
            sum.0 += tally.steps;
            sum.1 += tally.compared;
            sum.2 += 1;
            sum.3 += u64::from(tally.parted == 0);
            for (difference, times) in &tally.differences {
                *differences.entry(*difference).or_default() += times;
            }

            // Where nothing is late, nothing overlaps and the clock goes forward, the README's rules
            // of the original are its behaviour, and mcb's: not one of them may part here.
            let plain = settings.shape == "plain" && settings.successes == 1;
            if plain && settings.strategy == Strategy::SingleReset {
                assert_eq!(tally.compared, tally.steps, "sequence {}", settings.number);
                assert_eq!(tally.parted, 0, "sequence {}", settings.number);
            }
        }
    }

    writeln!(table, "{:>28} steps  compared  replays  never parted", "").expect("a string");
    for ((strategy, shape), (steps, same, replays, whole)) in &compared {
        let name = format!("{strategy} {shape}");
        writeln!(table, "{name:>28} {steps:>5} {same:>9} {replays:>8} {whole:>13}")
            .expect("a string");
    }
    for difference in DIVERGING.iter().chain(&READING) {
        let times = differences.get(difference).copied().unwrap_or(0);
        writeln!(table, "{:>28} {times:>7}", format!("{difference:?}")).expect("a string");
    }
    println!("{table}{:>28} {:>7}", "unexplained", unexplained.len());

    for why in unexplained.iter().take(5) {
        println!("\n{why}");
    }
    assert!(unexplained.is_empty(), "{} replays with something unexplained", unexplained.len());
    for difference in DIVERGING.iter().chain(&READING) {
        assert!(differences.contains_key(difference), "{difference:?} was never seen");
    }
    for strategy in ["SINGLE_RESET", "NET_ERROR"] {
        let of = |part: fn(&(u64, u64, u64, u64)) -> u64| -> u64 {
            compared.iter().filter(|(key, _)| key.0 == strategy).map(|(_, sum)| part(sum)).sum()
        };
        let (steps, same, whole) = (of(|sum| sum.0), of(|sum| sum.1), of(|sum| sum.3));
        assert!(same * 5 >= steps * 3, "{strategy}: only {same} of {steps} steps were compared");
        assert!(whole >= 150, "{strategy}: only {whole} replays agreed to their end");
    }
}
