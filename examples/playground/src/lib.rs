//! The breaker in a web page: its own code as WebAssembly, behind functions that take and give numbers.
//!
//! There is one page, so there is one [`World`], made anew by [`apply`]. Text goes in by [`input`] and comes out by
//! [`output`] and [`output_len`]; events come out of [`advance`] as words of 32 bits, [`WORDS`] each.

mod clock;
mod random;
mod world;

use std::cell::RefCell;
use std::time::Duration;

pub use clock::PageClock;
pub use world::{End, Event, Traffic, World, reason};

/// So many words tell one event: its kind, its time, and three that depend on the kind.
pub const WORDS: usize = 5;

/// Where there is no time: only a hand can tell.
const NEVER: u32 = u32::MAX;

struct Page {
    world: Option<World>,
    traffic: Traffic,
    text: Vec<u8>,
    words: Vec<u32>,
}

thread_local! {
    static PAGE: RefCell<Page> = const {
        RefCell::new(Page {
            world: None,
            traffic: Traffic { rate: 0.0, failures: 0.0, latency: 0.0, dropped: 0.0 },
            text: Vec::new(),
            words: Vec::new(),
        })
    };
}

fn page<T>(f: impl FnOnce(&mut Page) -> T) -> T {
    PAGE.with_borrow_mut(f)
}

/// What `read` says of the world; 0 before there is one.
fn world<T: Default>(read: impl FnOnce(&mut World) -> T) -> T {
    page(|page| page.world.as_mut().map(read).unwrap_or_default())
}

/// Where the page writes so many bytes of text, before it calls [`apply`].
#[unsafe(no_mangle)]
pub extern "C" fn input(bytes: usize) -> *mut u8 {
    page(|page| {
        page.text = vec![0; bytes];
        page.text.as_mut_ptr()
    })
}

/// The text that [`apply`] answered.
#[unsafe(no_mangle)]
pub extern "C" fn output() -> *const u8 {
    page(|page| page.text.as_ptr())
}

/// Its length in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn output_len() -> usize {
    page(|page| page.text.len())
}

/// Takes over settings: TOML that was written to [`input`], and milliseconds of a slow start or 0. With `fresh` not 0 a new
/// world begins. 1 if they are in order; 0 if not, with the reason in [`output`] and nothing changed.
#[unsafe(no_mangle)]
pub extern "C" fn apply(slow_start: u32, fresh: u32, seed: u32) -> u32 {
    page(|page| {
        let toml = String::from_utf8_lossy(&page.text).into_owned();
        let slow_start = (slow_start > 0).then(|| Duration::from_millis(slow_start.into()));
        let done = match &mut page.world {
            Some(world) if fresh == 0 => world.reconfigure(&toml, slow_start),
            world => World::new(&toml, slow_start, page.traffic, seed.into())
                .map(|new| *world = Some(new)),
        };
        page.text = done.err().unwrap_or_default().into_bytes();
        u32::from(page.text.is_empty())
    })
}

/// Calls a second, the share that fails, their time in milliseconds, the share whose caller goes away.
#[unsafe(no_mangle)]
pub extern "C" fn traffic(rate: f64, failures: f64, latency: f64, dropped: f64) {
    page(|page| {
        page.traffic = Traffic { rate, failures, latency, dropped };
        if let Some(world) = &mut page.world {
            world.set_traffic(page.traffic);
        }
    });
}

/// Moves time on; how many events there are at [`events`].
#[unsafe(no_mangle)]
pub extern "C" fn advance(millis: u32) -> usize {
    page(|page| {
        page.words.clear();
        let Some(world) = &mut page.world else { return 0 };
        world.advance(millis);
        let events = world.events();
        page.words.extend(events.iter().flat_map(words));
        events.len()
    })
}

/// Where the events of the last [`advance`] are.
#[unsafe(no_mangle)]
pub extern "C" fn events() -> *const u32 {
    page(|page| page.words.as_ptr())
}

fn words(event: &Event) -> [u32; WORDS] {
    match *event {
        Event::Admitted { at, call, probe } => [0, at, call, probe.into(), 0],
        Event::Rejected { at, call, wait } => [1, at, call, wait.unwrap_or(NEVER), 0],
        Event::Ended { at, call, end } => [2, at, call, end as u32, 0],
        Event::Changed { at, change } => {
            [3, at, change.from as u32, change.to as u32, reason(change.reason)]
        }
    }
}

/// The present millisecond.
#[unsafe(no_mangle)]
pub extern "C" fn now() -> u32 {
    world(|world| world.now())
}

/// The state, by the numbers of `State`.
#[unsafe(no_mangle)]
pub extern "C" fn state() -> u32 {
    world(|world| world.breaker().state() as u32)
}

/// The errors counted.
#[unsafe(no_mangle)]
pub extern "C" fn errors() -> u32 {
    world(|world| world.breaker().error_count().into())
}

/// The successful probes of this recovery.
#[unsafe(no_mangle)]
pub extern "C" fn successes() -> u32 {
    world(|world| world.breaker().success_count().into())
}

/// The openings in a row.
#[unsafe(no_mangle)]
pub extern "C" fn openings() -> u32 {
    world(|world| world.breaker().openings().into())
}

/// The milliseconds until a call may pass, or all ones where only a hand can tell.
#[unsafe(no_mangle)]
pub extern "C" fn retry_after() -> u32 {
    world(|world| world.breaker().retry_after().map_or(NEVER, mcb::Wait::as_millis))
}

/// The milliseconds that a slow start has left.
#[unsafe(no_mangle)]
pub extern "C" fn slow_start_left() -> u32 {
    world(|world| world.breaker().slow_start_left().map_or(0, mcb::Wait::as_millis))
}

/// The milliseconds since it opened last, all ones before the first time.
#[unsafe(no_mangle)]
pub extern "C" fn since_opening() -> u32 {
    world(|world| world.breaker().since_opening().map_or(NEVER, mcb::Wait::as_millis))
}

/// The calls under way.
#[unsafe(no_mangle)]
pub extern "C" fn under_way() -> usize {
    world(|world| world.under_way().0)
}

/// The probes among them.
#[unsafe(no_mangle)]
pub extern "C" fn probes() -> usize {
    world(|world| world.under_way().1)
}

/// By hand: 0 resets it, 1 trips it, 2 forces it open, 3 forces it closed.
#[unsafe(no_mangle)]
pub extern "C" fn by_hand(what: u32) {
    world(|world| {
        world.by_hand(|breaker| match what {
            0 => breaker.reset(),
            1 => breaker.trip(),
            2 => breaker.force_open(),
            _ => breaker.force_closed(),
        });
    });
}

/// Opens it for so many milliseconds, as far as the settings allow.
#[unsafe(no_mangle)]
pub extern "C" fn open_for(millis: u32) {
    world(|world| world.by_hand(|breaker| breaker.open_for(Duration::from_millis(millis.into()))));
}
