//! The rows that are decided by settings and by the clock.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use super::cells::Maker;
use super::{BAD, Ended, Flight, GOOD, Not, Opens, Settings, WAIT, fails, open};

/// Made, and used for a while.
fn lived(maker: &Maker, settings: &Settings) -> Result<(), Not> {
    let peer = match maker.make(settings) {
        Err(Not::Refused) => return Ok(()),
        other => other?,
    };
    for _ in 0..20 {
        Flight::once(&*peer, BAD);
    }
    if settings.wait == Duration::MAX {
        return Ok(());
    }
    let passed = (0..10).any(|_| {
        peer.pass(settings.wait);
        Flight::once(&*peer, GOOD) == Ended::Well
    });
    if passed { Ok(()) } else { fails("no call passes any more") }
}

pub fn extreme_settings(maker: &Maker) -> Result<(), Not> {
    let usual = Settings { wait: WAIT / 10, ..Settings::default() };
    let extremes = [
        ("Duration::MAX as the wait", Settings { wait: Duration::MAX, ..usual.clone() }),
        ("0 errors to open", Settings { opens: Opens::InARow(0), ..usual.clone() }),
        ("0 successes to close", Settings { successes: 0, ..usual.clone() }),
        ("0 successes and 0 probes", Settings { successes: 0, probes: 0, ..usual }),
    ];
    let mut wrong = Vec::new();
    for (name, settings) in extremes {
        maker.about_to(name);
        match catch_unwind(AssertUnwindSafe(|| lived(maker, &settings))) {
            Ok(Ok(())) => {}
            Ok(Err(Not::Fails(why))) => wrong.push(format!("{name}: {why}")),
            Ok(Err(other)) => return Err(other),
            Err(_) => wrong.push(format!("{name}: a panic")),
        }
    }
    if wrong.is_empty() { Ok(()) } else { fails(wrong.join("; ")) }
}

const HALF_A_MINUTE: Duration = Duration::from_secs(30);

pub fn wrapping_tick(maker: &Maker) -> Result<(), Not> {
    let peer = maker.make(&Settings { wait: HALF_A_MINUTE, ..Settings::default() })?;
    let opened = u32::MAX - 10_000;
    peer.set_clock(opened)?;
    open(&*peer)?;
    peer.set_clock(opened.wrapping_add(29_000))?;
    if Flight::start(&*peer).is_some() {
        return fails("the wrap lets calls through too early");
    }
    peer.set_clock(opened.wrapping_add(3_600_000))?;
    match Flight::once(&*peer, GOOD) {
        Ended::Well => Ok(()),
        _ => fails("it rejects an hour after the counter wrapped"),
    }
}

pub fn stepping_clock(maker: &Maker) -> Result<(), Not> {
    let peer = maker.make(&Settings { wait: HALF_A_MINUTE, ..Settings::default() })?;
    peer.set_clock(7_200_000)?;
    open(&*peer)?;
    // Set back by an hour; then a minute goes by.
    peer.set_clock(3_600_000)?;
    peer.set_clock(3_660_000)?;
    match Flight::once(&*peer, GOOD) {
        Ended::Well => Ok(()),
        _ => fails("the clock was set back by an hour: it rejects for as long"),
    }
}

pub fn retry_after(maker: &Maker) -> Result<(), Not> {
    let wait = WAIT * 20;
    let peer = maker.make(&Settings { wait, ..Settings::default() })?;
    open(&*peer)?;
    peer.pass(wait / 10);
    let left = peer.time_left()?;
    if left > Duration::ZERO && left < wait {
        Ok(())
    } else {
        fails(format!("{left:?} of {wait:?}"))
    }
}
