//! Ids that are made at run time.

use std::boxed::Box;
use std::collections::HashSet;
use std::sync::{Mutex, OnceLock, PoisonError};

/// An id from a text that is known at run time only. The same text gives the same id: what stays in memory for as long
/// as the program runs is one copy of each *distinct* id, however often breakers of that id come and go.
///
/// It takes a lock, and is for setting up; for breakers by host or tenant, whose names are without end, there are keyed
/// sets, whose breakers share one id.
///
/// ```
/// use mcb::Config;
/// use mcb::server::{Breaker, id};
///
/// let name = format!("db-{}", 7);
/// let db = Breaker::new(Config::new(id(&name)))?;
/// assert_eq!(db.id(), "db-7");
/// assert!(std::ptr::eq(id("db-7"), db.id()));
/// # Ok::<(), mcb::ConfigError>(())
/// ```
#[must_use]
pub fn id(text: &str) -> &'static str {
    static IDS: OnceLock<Mutex<HashSet<&'static str>>> = OnceLock::new();
    // Nothing in here unwinds half done.
    let mut ids = IDS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(&id) = ids.get(text) {
        return id;
    }
    let id: &'static str = Box::leak(Box::from(text));
    ids.insert(id);
    id
}
