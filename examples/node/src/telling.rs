//! What a person can read of the run: a line for each change of a breaker's state, and one whenever a device is answered
//! for in another way than before.

use core::fmt;
use core::sync::atomic::{AtomicU8, AtomicU32, Ordering::Relaxed};

use embassy_time::Instant;
use mcb::{Observer, Reason, Rejected, Transition, Wait};

use crate::say::say;

/// What happens to the breakers.
pub struct Timeline;

impl Observer for Timeline {
    fn on_transition(&self, change: &Transition) {
        let Transition { id, from, to, error_count, .. } = change;
        match change.reason {
            Reason::Failure(cause) => {
                say!("{id:<12} {from} -> {to}: {cause}, {error_count} so far");
            }
            reason => say!("{id:<12} {from} -> {to}: {}", why(reason)),
        }
    }
}

fn why(reason: Reason) -> &'static str {
    match reason {
        Reason::Success => "the probe succeeded",
        Reason::Time => "the first probe",
        Reason::ByHand => "by hand",
        Reason::Restored => "as it was before the reset",
        _ => "",
    }
}

/// How a device is answered for.
#[derive(Clone, Copy)]
pub enum Answer<'a> {
    /// It has answered.
    Fresh(&'a dyn fmt::Display),
    /// It was not asked, and this is its last good value, and its age.
    Last(&'a dyn fmt::Display, Wait),
    /// It was not asked, and there is nothing to go on with.
    Rejected(Rejected),
    /// It was asked, and something went wrong.
    Failed(&'a dyn fmt::Debug),
}

/// A device's answers, counted. Those that are told again and again are printed now and then.
pub struct Answers {
    id: &'static str,
    traffic: fn() -> u32,
    kind: AtomicU8,
    printed: AtomicU32,
    /// The traffic and the recovery steps before the call that is under way.
    before: [AtomicU32; 2],
    began: AtomicU32,
    pub fresh: AtomicU32,
    pub last: AtomicU32,
    pub rejected: AtomicU32,
    pub failed: AtomicU32,
    /// The greatest age that a value was given with, in milliseconds.
    pub oldest: AtomicU32,
    /// The recovery steps.
    pub steps: AtomicU32,
    /// The longest call, in milliseconds.
    pub slowest: AtomicU32,
    /// Calls that were rejected, and caused traffic without a recovery step.
    pub loose: AtomicU32,
}

fn now() -> u32 {
    Instant::now().as_millis() as u32
}

/// How often the same is told again, unless all is well.
const AGAIN: u32 = 600;

impl Answers {
    /// For a device to which `traffic` counts what goes there.
    pub const fn new(id: &'static str, traffic: fn() -> u32) -> Self {
        Answers {
            id,
            traffic,
            before: [const { AtomicU32::new(0) }; 2],
            began: AtomicU32::new(0),
            slowest: AtomicU32::new(0),
            loose: AtomicU32::new(0),
            kind: AtomicU8::new(0),
            printed: AtomicU32::new(0),
            fresh: AtomicU32::new(0),
            last: AtomicU32::new(0),
            rejected: AtomicU32::new(0),
            failed: AtomicU32::new(0),
            oldest: AtomicU32::new(0),
            steps: AtomicU32::new(0),
        }
    }

    /// A recovery step begins.
    pub fn step(&self, what: &str) {
        self.steps.fetch_add(1, Relaxed);
        say!("{:<12} recovery step: {what}", self.id);
    }

    /// What has gone to the device.
    pub fn traffic(&self) -> u32 {
        (self.traffic)()
    }

    /// A call begins.
    pub fn begin(&self) {
        self.began.store(now(), Relaxed);
        self.before[0].store((self.traffic)(), Relaxed);
        self.before[1].store(self.steps.load(Relaxed), Relaxed);
    }

    /// The call's end: counts, and prints unless it is the same as ever.
    pub fn end(&self, answer: Answer<'_>) {
        let (kind, count) = match answer {
            Answer::Fresh(_) => (1, &self.fresh),
            Answer::Last(..) => (2, &self.last),
            Answer::Rejected(_) => (3, &self.rejected),
            Answer::Failed(_) => (4, &self.failed),
        };
        let [traffic, steps] = self.before.each_ref().map(|count| count.load(Relaxed));
        if matches!(kind, 2 | 3) && steps == self.steps.load(Relaxed) && traffic != (self.traffic)()
        {
            self.loose.fetch_add(1, Relaxed);
        }
        count.fetch_add(1, Relaxed);
        let now = now();
        self.slowest.fetch_max(now - self.began.load(Relaxed), Relaxed);
        if let Answer::Last(_, age) = answer {
            self.oldest.fetch_max(age.as_millis(), Relaxed);
        }
        let same = self.kind.swap(kind, Relaxed) == kind;
        let told = same && (kind == 1 || now.wrapping_sub(self.printed.load(Relaxed)) < AGAIN);
        if told && kind != 4 {
            return;
        }
        self.printed.store(now, Relaxed);
        let id = self.id;
        match answer {
            Answer::Fresh(value) => say!("{id:<12} {value}, fresh"),
            Answer::Last(value, age) => say!("{id:<12} {value}, {} ms old", age.as_millis()),
            Answer::Rejected(rejected) => say!("{id:<12} nothing: {rejected}"),
            Answer::Failed(error) => say!("{id:<12} failed: {error:?}"),
        }
    }
}
