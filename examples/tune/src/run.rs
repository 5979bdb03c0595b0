//! Reads a trace once and replays it under all settings at the same time, on all processors.

use std::io::BufRead;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread;

use anyhow::{Context, bail};
use indicatif::ProgressBar;

use crate::feed::{Event, Feed, OutageRule, Whole};
use crate::replay::{Replay, Setting, Subject, Told};
use crate::trace::{Reading, Trace};

/// Events that are handed over at once, and how many of these may wait: what bounds the memory.
const BATCH: usize = 16 * 1024;
const WAITING: usize = 4;

/// What came of it.
pub struct Outcomes {
    pub whole: Whole,
    /// Of each setting, in their order.
    pub told: Vec<Told>,
    pub lines: u64,
    pub bad: u64,
    pub first_bad: Option<String>,
}

/// Replays a trace.
///
/// # Errors
///
/// Of the trace: its first bad line, unless they are to be skipped; that it holds no call; a failed read.
pub fn run(
    input: impl BufRead,
    reading: Reading,
    rule: OutageRule,
    settings: &[Setting],
    progress: &ProgressBar,
) -> anyhow::Result<Outcomes> {
    let mut trace = Trace::new(input, reading);
    let mut feed = Feed::new(rule);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let share = settings.len().div_ceil(cores).max(1);

    let told = thread::scope(|scope| -> anyhow::Result<Vec<Told>> {
        let (mut senders, mut workers) = (Vec::new(), Vec::new());
        for part in settings.chunks(share) {
            let (sender, receiver) = sync_channel::<Arc<Vec<Event>>>(WAITING);
            senders.push(sender);
            workers.push(scope.spawn(move || replay(part, receiver)));
        }
        // Ends when a worker has gone, which its join then tells.
        let send = |events: Vec<Event>| {
            let events = Arc::new(events);
            senders.iter().all(|sender| sender.send(Arc::clone(&events)).is_ok())
        };
        let mut events = Vec::with_capacity(BATCH + 64);
        while let Some(call) = trace.next_call()? {
            feed.call(call, &mut events)?;
            if events.len() >= BATCH {
                progress.set_position(trace.bytes);
                if !send(std::mem::replace(&mut events, Vec::with_capacity(BATCH + 64))) {
                    break;
                }
            }
        }
        feed.finish(&mut events)?;
        send(events);
        drop(senders);
        let mut told = Vec::new();
        for worker in workers {
            match worker.join() {
                Ok(part) => told.extend(part?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(told)
    })?;
    progress.finish_and_clear();

    if trace.calls == 0 {
        match (&trace.first_bad, trace.number) {
            (_, 0) => bail!("the trace is empty"),
            (Some(bad), lines) => bail!("none of its {lines} lines is a call; {bad}"),
            (None, _) => bail!("the trace names its columns, and holds no call"),
        }
    }
    let first_bad = trace.first_bad.as_ref().map(ToString::to_string);
    Ok(Outcomes { whole: feed.whole, told, lines: trace.number, bad: trace.bad, first_bad })
}

fn replay(
    settings: &[Setting],
    batches: std::sync::mpsc::Receiver<Arc<Vec<Event>>>,
) -> anyhow::Result<Vec<Told>> {
    let subjects = settings.iter().map(|setting| Subject::new(*setting));
    let subjects = subjects.collect::<Result<Vec<_>, _>>().context("cannot make the breaker")?;
    let mut replays: Vec<_> = subjects.iter().map(Replay::new).collect();
    let mut last = 0;
    for batch in batches {
        for replay in &mut replays {
            for event in &*batch {
                replay.event(*event);
            }
        }
        if let Some(
            Event::Begin { at, .. }
            | Event::End { at, .. }
            | Event::OutageBegins { at }
            | Event::OutageEnds { at },
        ) = batch.last()
        {
            last = *at;
        }
    }
    Ok(replays.into_iter().map(|replay| replay.finish(last)).collect())
}
