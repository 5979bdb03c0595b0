//! What the breakers tell: counts for the page, and the last changes, for whoever watches.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

use mcb::observe::{Counts, Statistics};
use mcb::{Observer, StdClock, Transition, Verdict};
use serde::Serialize;
use tokio::sync::broadcast::{self, Receiver, Sender};

/// So many changes are kept for a page that is opened later, and for a watcher who lags behind.
const KEPT: usize = 100;

/// Something to show in the timeline.
#[derive(Serialize)]
pub struct Notice {
    /// Milliseconds since 1970.
    at: u128,
    #[serde(flatten)]
    what: What,
}

#[derive(Serialize)]
#[serde(untagged)]
enum What {
    Change(Transition),
    Settings { refused: bool, message: String },
}

/// An observer of every breaker, shared by all of them.
pub struct Told {
    counts: RwLock<HashMap<&'static str, Arc<Statistics<StdClock>>>>,
    last: Mutex<VecDeque<Arc<Notice>>>,
    notices: Sender<Arc<Notice>>,
}

impl Told {
    pub fn new() -> Self {
        let notices = broadcast::channel(KEPT).0;
        Told { counts: RwLock::default(), last: Mutex::default(), notices }
    }

    pub fn counts(&self, id: &'static str) -> Counts {
        self.statistics(id).snapshot()
    }

    /// The last changes, and those to come: none is lost between, and none comes twice.
    pub fn watch(&self) -> (Vec<Arc<Notice>>, Receiver<Arc<Notice>>) {
        let last = self.last();
        (last.iter().cloned().collect(), self.notices.subscribe())
    }

    /// Tells of an attempt to read the settings again.
    pub fn settings(&self, refused: bool, message: String) {
        self.notice(What::Settings { refused, message });
    }

    fn notice(&self, what: What) {
        let mut last = self.last();
        let notice = Arc::new(Notice { at: now(), what });
        if last.len() == KEPT {
            last.pop_front();
        }
        last.push_back(Arc::clone(&notice));
        // Refused where nobody watches. It never waits: who lags behind loses the oldest, and is told so.
        drop(self.notices.send(notice));
    }

    fn last(&self) -> MutexGuard<'_, VecDeque<Arc<Notice>>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn statistics(&self, id: &'static str) -> Arc<Statistics<StdClock>> {
        let known = self.counts.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        known.unwrap_or_else(|| {
            let mut counts = self.counts.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(counts.entry(id).or_insert_with(|| Arc::new(Statistics::new(StdClock))))
        })
    }
}

impl Observer for Told {
    fn on_transition(&self, change: &Transition) {
        self.statistics(change.id).on_transition(change);
        self.notice(What::Change(*change));
    }

    fn on_result(&self, id: &'static str, verdict: Verdict, probe: bool) {
        self.statistics(id).on_result(id, verdict, probe);
    }

    fn on_rejected(&self, id: &'static str, passed: bool) {
        self.statistics(id).on_rejected(id, passed);
    }
}

/// Milliseconds since 1970.
pub fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis())
}
