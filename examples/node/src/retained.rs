//! What outlives a reset: a few words of RAM that no start-up code touches, and a check, since after power-on they hold
//! anything.

use core::cell::{Cell, UnsafeCell};
use core::mem::MaybeUninit;
use core::ptr::{read_volatile, write_volatile};

use critical_section::Mutex;

use crate::breakers;

/// What is kept.
#[derive(Clone, Copy)]
pub struct Kept {
    /// Which start this is since power-on, from 1.
    pub boot: u32,
    /// How often the watchdog has restarted the node since somebody last saw to it.
    pub restarts: u32,
    /// Whether the node went to sleep, and was not stopped by its watchdog.
    pub asleep: bool,
    /// The time of day in seconds, as the calendar told it last.
    pub time_of_day: Option<u32>,
    /// A snapshot of each breaker, in the order of the registry.
    pub snapshots: [[u8; 16]; breakers::COUNT],
    /// What the run has claimed so far, which held and which did not.
    pub claims: [u32; 2],
}

const NO_TIME: u32 = u32::MAX;
const HEAD: usize = 6;
const WORDS: usize = HEAD + breakers::COUNT * 4;

impl Kept {
    const NOTHING: Kept = Kept {
        boot: 1,
        restarts: 0,
        asleep: false,
        time_of_day: None,
        snapshots: [[0; 16]; breakers::COUNT],
        claims: [0; 2],
    };

    fn to_words(self) -> [u32; WORDS] {
        let mut words = [0; WORDS];
        let [held, failed] = self.claims;
        let time = self.time_of_day.unwrap_or(NO_TIME);
        words[..HEAD].copy_from_slice(&[
            self.boot,
            self.restarts,
            self.asleep.into(),
            time,
            held,
            failed,
        ]);
        let bytes = self.snapshots.as_flattened().chunks_exact(4);
        for (word, bytes) in words[HEAD..].iter_mut().zip(bytes) {
            *word = u32::from_le_bytes(bytes.try_into().expect("four"));
        }
        words
    }

    fn from_words(words: &[u32; WORDS]) -> Self {
        let [boot, restarts, asleep, time, held, failed] =
            *words.first_chunk().expect("as many as they are");
        let mut snapshots = [[0; 16]; breakers::COUNT];
        for (bytes, word) in snapshots.as_flattened_mut().chunks_exact_mut(4).zip(&words[HEAD..]) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Kept {
            boot,
            restarts,
            asleep: asleep != 0,
            time_of_day: (time != NO_TIME).then_some(time),
            snapshots,
            claims: [held, failed],
        }
    }
}

/// CRC-32, bit by bit: it begins with all ones, so that memory of zeros does not pass.
fn check(words: &[u32; WORDS]) -> u32 {
    words.iter().fold(u32::MAX, |crc, word| {
        (0..32).fold(crc ^ word, |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}

/// The words and their check.
#[repr(transparent)]
struct Region(UnsafeCell<MaybeUninit<[u32; WORDS + 1]>>);

// SAFETY: it is only reached in `load` and `store`, each inside a critical section, and there is one core.
unsafe impl Sync for Region {}

// The linker's script of cortex-m-rt neither clears this section nor fills it.
#[unsafe(link_section = ".uninit.RETAINED")]
static REGION: Region = Region(UnsafeCell::new(MaybeUninit::uninit()));

impl Region {
    fn load(&self) -> Option<[u32; WORDS]> {
        let mut words = [0; WORDS];
        let first = self.0.get().cast::<u32>();
        let told = critical_section::with(|_| {
            for (at, word) in words.iter_mut().enumerate() {
                // SAFETY: inside the region; any bits are a u32, and a volatile read takes them as they are in memory,
                // whoever wrote them.
                *word = unsafe { read_volatile(first.add(at)) };
            }
            // SAFETY: as above, and the last of the region.
            unsafe { read_volatile(first.add(WORDS)) }
        });
        (told == check(&words)).then_some(words)
    }

    /// A reset in the middle of it leaves a check that is wrong, and the next start is the first.
    fn store(&self, words: &[u32; WORDS]) {
        let first = self.0.get().cast::<u32>();
        critical_section::with(|_| {
            for (at, word) in words.iter().chain([&check(words)]).enumerate() {
                // SAFETY: inside the region, of which nobody holds a reference.
                unsafe { write_volatile(first.add(at), *word) };
            }
        });
    }
}

/// What is written down, and what will be.
static KEPT: Mutex<Cell<Kept>> = Mutex::new(Cell::new(Kept::NOTHING));

/// To be called once, first of all: what was written down before the reset, unless this is the first start.
pub fn wake() -> Option<Kept> {
    let before = REGION.load().map(|words| Kept::from_words(&words));
    if let Some(kept) = before {
        update(|now| {
            *now = kept;
            now.boot += 1;
            now.asleep = false;
        });
    }
    before
}

/// Changes what is kept, and writes it down.
pub fn update(change: impl FnOnce(&mut Kept)) {
    let mut kept = now();
    change(&mut kept);
    critical_section::with(|cs| KEPT.borrow(cs).set(kept));
    REGION.store(&kept.to_words());
}

/// What is kept.
pub fn now() -> Kept {
    critical_section::with(|cs| KEPT.borrow(cs).get())
}

/// Which start this is, from 1.
pub fn boot() -> u32 {
    now().boot
}
