//! Settings read at run time: each field does what the method of its name does, whatever the format, and what is bad is
//! refused by name.
#![cfg(all(feature = "settings", not(loom)))]

mod bad;
mod check;
mod fields;
mod formats;

use mcb::settings::Settings;

/// Settings from TOML.
fn read(file: &str) -> Settings {
    toml::from_str(file).unwrap_or_else(|error| panic!("{file}\n{error}"))
}

/// What is said of settings in TOML that are refused.
fn refused(file: &str) -> String {
    let refused = toml::from_str::<Settings>(file).expect_err(file);
    refused.message().to_owned()
}
