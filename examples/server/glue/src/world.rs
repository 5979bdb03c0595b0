//! What the service depends on: a web page somewhere, and a database. Both do what a test tells them.

use std::future::pending;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::timeout;

/// How long a dependency may take.
const LIMIT: Duration = Duration::from_millis(20);

/// What a dependency does from now on.
#[derive(Clone, Copy, Debug)]
pub enum Does {
    Well,
    /// A 500, or a lost connection.
    Break,
    /// A 429 that says for how long, or a lost connection.
    Refuse(Duration),
    /// A 404, or no such row.
    NotFind,
    Hang,
}

/// A response of the upstream, whatever its status.
#[derive(Clone, Debug)]
pub struct Page {
    pub status: u16,
    pub retry_after: Option<Duration>,
}

/// The upstream did not answer in time.
#[derive(Clone, Copy, Debug)]
pub struct Late;

/// Why the database gave no row.
#[derive(Clone, Copy, Debug)]
pub enum DbFault {
    NoSuchRow,
    Lost,
    Late,
}

/// Both dependencies.
#[derive(Debug)]
pub struct World {
    does: Mutex<Does>,
    asked: AtomicU32,
}

impl Default for World {
    fn default() -> Self {
        World { does: Mutex::new(Does::Well), asked: AtomicU32::new(0) }
    }
}

impl World {
    /// From now on.
    pub fn does(&self, does: Does) {
        *self.does.lock().unwrap_or_else(PoisonError::into_inner) = does;
    }

    /// How often either was asked.
    pub fn asked(&self) -> u32 {
        self.asked.load(Relaxed)
    }

    async fn next(&self) -> Result<Does, Late> {
        self.asked.fetch_add(1, Relaxed);
        let does = *self.does.lock().unwrap_or_else(PoisonError::into_inner);
        match does {
            Does::Hang => timeout(LIMIT, pending()).await.map_err(|_| Late),
            does => Ok(does),
        }
    }

    /// Gets a page, with a time limit.
    ///
    /// # Errors
    ///
    /// When there is none in time.
    pub async fn page(self: Arc<Self>, _path: String) -> Result<Page, Late> {
        let (status, retry_after) = match self.next().await? {
            Does::Break => (500, None),
            Does::Refuse(wait) => (429, Some(wait)),
            Does::NotFind => (404, None),
            _ => (200, None),
        };
        Ok(Page { status, retry_after })
    }

    /// Reads a row, with a time limit.
    ///
    /// # Errors
    ///
    /// When there is none, or none in time.
    pub async fn row(self: Arc<Self>, key: u64) -> Result<u64, DbFault> {
        match self.next().await {
            Err(Late) => Err(DbFault::Late),
            Ok(Does::Break | Does::Refuse(_)) => Err(DbFault::Lost),
            Ok(Does::NotFind) => Err(DbFault::NoSuchRow),
            Ok(_) => Ok(key * 2),
        }
    }
}
