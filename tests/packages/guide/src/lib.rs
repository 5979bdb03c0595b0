//! What the guide shows of other crates: recipes for servers, and breakers before a move. `tests/lists.rs` of mcb holds
//! its pages to these sources, and `tests` here tries them.

pub mod axum;
pub mod redis;
pub mod reqwest;
pub mod sqlx;
pub mod tower;

pub mod migration;
