//! The rows that are decided while it is closed, by hooks and by threads.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Barrier, OnceLock, mpsc};
use std::thread;
use std::time::Duration;

use super::cells::Maker;
use super::{BAD, Change, Ended, Flight, GOOD, Not, Opens, Peer, Settings, WAIT, fails, open};
use crate::heap;

const OUTAGE: u32 = 100;

fn outage_after_10_000_successes(maker: &Maker, opens: Opens) -> Result<(), Not> {
    let peer = maker.make(&Settings { opens, ..Settings::default() })?;
    // Real time goes by for those who count by it, before and in the outage: 2 seconds of it.
    for successes in 0..10_000 {
        Flight::once(&*peer, GOOD);
        if successes % 1_000 == 0 {
            peer.pass(Duration::from_millis(120));
        }
    }
    for failures in 1..=OUTAGE {
        if Flight::once(&*peer, BAD) == Ended::Rejected {
            return Ok(());
        }
        if failures % 10 == 0 {
            peer.pass(Duration::from_millis(200));
        }
    }
    if Flight::start(&*peer).is_none() {
        return Ok(());
    }
    fails(format!("{OUTAGE} failures in a row do not open it"))
}

pub fn late_opening(maker: &Maker) -> Result<(), Not> {
    outage_after_10_000_successes(maker, Opens::InARow(8))
}

pub fn late_opening_by_rate(maker: &Maker) -> Result<(), Not> {
    outage_after_10_000_successes(maker, Opens::HalfOf100)
}

pub fn errors_far_apart(maker: &Maker) -> Result<(), Not> {
    let peer = maker.make(&Settings::default())?;
    for error in 1..=100 {
        if Flight::once(&*peer, BAD) == Ended::Rejected {
            return fails(format!("it is open at error {error}, of which none follows another"));
        }
        Flight::once(&*peer, GOOD);
        peer.pass(Duration::from_millis(1));
    }
    if Flight::start(&*peer).is_some() { Ok(()) } else { fails("100 errors far apart open it") }
}

pub fn hook_that_calls(maker: &Maker) -> Result<(), Not> {
    static PEER: OnceLock<Arc<dyn Peer>> = OnceLock::new();
    static RAN: AtomicU32 = AtomicU32::new(0);
    static CAUSE: OnceLock<Not> = OnceLock::new();
    let hook = Arc::new(|_| {
        // Some tell of the state in which they are made.
        if let Some(peer) = PEER.get() {
            if let Err(lacking) = peer.used_by_hook(peer) {
                let _ = CAUSE.set(lacking);
            }
            RAN.fetch_add(1, SeqCst);
        }
    });
    let peer = maker.make(&Settings { hook: Some(hook), ..Settings::default() })?;
    let _ = PEER.set(Arc::clone(&peer));
    for _ in 0..2 {
        open(&*peer)?;
        peer.pass(WAIT);
        Flight::once(&*peer, GOOD);
        Flight::once(&*peer, GOOD);
    }
    open(&*peer)?;
    maker.about_to("a hook that is told of a reset by hand calls it");
    peer.reset();
    if let Some(Not::Lacking(why)) = CAUSE.get() {
        return Err(Not::Lacking(why));
    }
    if RAN.load(SeqCst) > 2 { Ok(()) } else { fails("the hook did not run") }
}

pub fn leak(maker: &Maker) -> Result<(), Not> {
    const CYCLES: u32 = 1_000;
    let wait = Duration::from_millis(1);
    let settings = Settings { wait, opens: Opens::InARow(2), ..Settings::default() };
    let peer = maker.make(&settings)?;
    let cycle = || {
        let mut last = Ended::Well;
        for _ in 0..3 {
            last = Flight::once(&*peer, BAD);
        }
        peer.pass(wait);
        for _ in 0..2 {
            Flight::once(&*peer, GOOD);
        }
        last == Ended::Rejected
    };
    let cycles = |cycles: u32| (0..cycles).filter(|_| cycle()).count();
    cycles(300); // what is allocated once
    let (opened, _, left) = heap::counted(|| cycles(CYCLES));
    if opened < CYCLES as usize / 2 {
        return fails(format!("it opened {opened} times of {CYCLES}"));
    }
    let left = left.cast_signed() / i64::from(CYCLES);
    if left < 32 {
        Ok(())
    } else {
        fails(format!("each opening and closing leaves {left} bytes behind"))
    }
}

pub fn callback_once(maker: &Maker) -> Result<(), Not> {
    for _ in 0..50 {
        let opened = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&opened);
        let hook = Arc::new(move |change| {
            if change == Change::Opened {
                count.fetch_add(1, SeqCst);
            }
        });
        let opens = Opens::InARow(4);
        let settings =
            Settings { hook: Some(hook), opens, wait: WAIT * 100, ..Settings::default() };
        let peer = maker.make(&settings)?;
        let start = Barrier::new(8);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let flight = Flight::start(&*peer).expect("it is closed");
                    start.wait();
                    flight.end(BAD);
                });
            }
        });
        match opened.load(SeqCst) {
            1 => {}
            0 => return fails("the hook did not run"),
            times => return fails(format!("told {times} times of one opening")),
        }
    }
    Ok(())
}

pub fn side_by_side(maker: &Maker) -> Result<(), Not> {
    let peer = maker.make(&Settings::default())?;
    // What would wait for the first call to end is ended from outside.
    let first = Flight::start(&*peer).expect("it is closed");
    let other = Arc::clone(&peer);
    let second = thread::spawn(move || Flight::once(&*other, GOOD)).join();
    if second.ok() != Some(Ended::Well) || first.end(GOOD) != Ended::Well {
        return fails("a second call does not pass beside the first");
    }
    let (inside, told) = mpsc::channel();
    let ran = peer.call_now(&mut || {
        let (other, inside) = (Arc::clone(&peer), inside.clone());
        thread::spawn(move || {
            other.call_now(&mut || {
                let _ = inside.send(());
                Ok(())
            })
        });
        told.recv_timeout(Duration::from_secs(5)).map_err(|_| super::Fault { ignored: false })
    });
    if ran.is_none_or(|ended| ended == Ended::Well) {
        Ok(())
    } else {
        fails("a second call waits for the first")
    }
}
