//! The rows that are decided by half-open: who is let through, and what brings it back.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use super::cells::Maker;
use super::{
    BAD, Ended, Flight, GOOD, Not, Opens, Outcome, Peer, Settings, WAIT, fails, open,
    takes_four_failures,
};

/// Open, with its time over: the next call is a probe.
fn due(peer: &dyn Peer) -> Result<(), Not> {
    open(peer)?;
    peer.pass(WAIT);
    Ok(())
}

/// Whether a call passes at some time within the next five openings, and works.
fn comes_back(peer: &dyn Peer) -> bool {
    (0..5).any(|_| {
        peer.pass(WAIT);
        Flight::once(peer, GOOD) == Ended::Well
    })
}

pub fn half_open_flood(maker: &Maker) -> Result<(), Not> {
    let peer = maker.make(&Settings::default())?;
    due(&*peer)?;
    let admitted: Vec<Flight> = (0..64).filter_map(|_| Flight::start(&*peer)).collect();
    match admitted.len() {
        1 => Ok(()),
        count => fails(format!("{count} of 64 callers were admitted at once, one was asked for")),
    }
}

pub fn lost_probe(maker: &Maker) -> Result<(), Not> {
    let peer = maker.make(&Settings::default())?;
    due(&*peer)?;
    let Some(probe) = Flight::start(&*peer) else { return fails("no probe is admitted") };
    drop(probe);
    if !comes_back(&*peer) {
        return fails("after a probe that was dropped none is admitted any more");
    }
    let peer = maker.make(&Settings::default())?;
    due(&*peer)?;
    let Some(probe) = Flight::start(&*peer) else { return fails("no probe is admitted") };
    let panicked = catch_unwind(AssertUnwindSafe(|| probe.end(Outcome::Panic)));
    if panicked.is_ok() {
        return fails("a panic does not reach the caller");
    }
    if comes_back(&*peer) { Ok(()) } else { fails("after a probe that panicked none is admitted") }
}

pub fn hanging_probe(maker: &Maker) -> Result<(), Not> {
    let peer = maker.make(&Settings { limit: Some(WAIT), ..Settings::default() })?;
    due(&*peer)?;
    let mut hanging = Flight::start(&*peer);
    if hanging.is_none() {
        return fails("no probe is admitted");
    }
    for _ in 0..5 {
        peer.pass(WAIT);
        // As an executor would, whenever a timer fires.
        hanging = hanging.and_then(|mut flight| flight.poll().is_none().then_some(flight));
        if Flight::once(&*peer, GOOD) == Ended::Well {
            return Ok(());
        }
    }
    fails("while a probe hangs no other is admitted")
}

pub fn more_successes_than_probes(maker: &Maker) -> Result<(), Not> {
    let settings = Settings { successes: 5, probes: 1, exactly: true, ..Settings::default() };
    let peer = maker.make(&settings)?;
    due(&*peer)?;
    for success in 1..=5 {
        if Flight::once(&*peer, GOOD) == Ended::Well {
            continue;
        }
        return if comes_back(&*peer) {
            fails(format!("success {success} of 5 had to wait for another opening"))
        } else {
            fails(format!("no call passes any more after {} of 5 successes", success - 1))
        };
    }
    if takes_four_failures(&*peer) { Ok(()) } else { fails("five successes do not close it") }
}

fn ended(_: Ended) {}

/// Calls from before the opening, enough to decide something wherever one does not.
fn stale(peer: &dyn Peer) -> Result<Vec<Flight>, Not> {
    let flights: Vec<Flight> = (0..4).filter_map(|_| Flight::start(peer)).collect();
    if flights.len() == 4 { Ok(flights) } else { fails("four calls at once are too many for it") }
}

pub fn stale_results(maker: &Maker) -> Result<(), Not> {
    let settings = Settings { successes: 2, ..Settings::default() };
    let mut wrong = Vec::new();

    let peer = maker.make(&settings)?;
    let before = stale(&*peer)?;
    open(&*peer)?;
    before.into_iter().map(|flight| flight.end(GOOD)).for_each(ended);
    if Flight::start(&*peer).is_some() {
        wrong.push("successes from before the opening end it");
    }

    let peer = maker.make(&settings)?;
    let before = stale(&*peer)?;
    due(&*peer)?;
    let Some(probe) = Flight::start(&*peer) else { return fails("no probe is admitted") };
    before.into_iter().map(|flight| flight.end(GOOD)).for_each(ended);
    drop(probe);
    if takes_four_failures(&*peer) {
        wrong.push("successes from before the opening close it half-open");
    }

    let peer = maker.make(&settings)?;
    let before = stale(&*peer)?;
    due(&*peer)?;
    let Some(probe) = Flight::start(&*peer) else { return fails("no probe is admitted") };
    before.into_iter().map(|flight| flight.end(BAD)).for_each(ended);
    probe.end(GOOD);
    if Flight::start(&*peer).is_none() {
        wrong.push("failures from before the opening open it again");
    }
    if wrong.is_empty() { Ok(()) } else { fails(wrong.join("; ")) }
}

/// A call in a long time, after the breaker opened.
fn slowly(maker: &Maker, settings: &Settings, before: Duration) -> Result<(), Not> {
    let peer = maker.make(settings)?;
    peer.pass(before);
    open(&*peer)?;
    for call in 1..=settings.successes {
        peer.pass(WAIT * 2);
        if Flight::once(&*peer, GOOD) != Ended::Well {
            return fails(format!("call {call} after the opening is rejected, and all later ones"));
        }
    }
    // One failure opens what is half-open, and does nothing to what is closed.
    if Flight::once(&*peer, BAD) == Ended::Badly && Flight::start(&*peer).is_some() {
        Ok(())
    } else if comes_back(&*peer) {
        fails(format!("{} successes, long apart, do not close it", settings.successes))
    } else {
        fails(format!(
            "after {} successes, long apart, no call passes any more",
            settings.successes
        ))
    }
}

pub fn low_traffic(maker: &Maker) -> Result<(), Not> {
    slowly(maker, &Settings { successes: 2, ..Settings::default() }, Duration::ZERO)
}

pub fn low_traffic_over_time(maker: &Maker) -> Result<(), Not> {
    let opens = Opens::HalfOver(WAIT);
    // A window as long as it can be for all that have one passes first: only then some of them open.
    slowly(
        maker,
        &Settings { successes: 2, opens, ..Settings::default() },
        Duration::from_millis(1_100),
    )
}

pub fn ignored_error(maker: &Maker) -> Result<(), Not> {
    let settings = Settings { successes: 2, ignoring: true, ..Settings::default() };
    let peer = maker.make(&settings)?;
    due(&*peer)?;
    for _ in 0..2 {
        if Flight::once(&*peer, Outcome::Ignored) != Ended::Badly {
            return fails("an ignored error keeps the place of its probe");
        }
    }
    if takes_four_failures(&*peer) { fails("two ignored errors close it") } else { Ok(()) }
}

pub fn reading(maker: &Maker) -> Result<(), Not> {
    let peer = maker.make(&Settings::default())?;
    let closed = peer.read()?;
    let differs = |before: &str| (0..100).any(|_| peer.read().ok().as_deref() != Some(before));
    open(&*peer)?;
    let open = peer.read()?;
    if closed == open || differs(&open) {
        return fails("what is read of an open breaker changes by reading, or tells nothing");
    }
    peer.pass(WAIT);
    let due = peer.read()?;
    if differs(&due) {
        return fails("what is read of a breaker whose time is over changes by reading");
    }
    match Flight::once(&*peer, GOOD) {
        Ended::Well => Ok(()),
        _ => fails("reading took the place of the probe"),
    }
}
