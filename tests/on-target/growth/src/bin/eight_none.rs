//! Eight devices, unguarded.

#![no_std]
#![no_main]

growth::eight!(growth::eight::Unguarded, |_ID| growth::eight::Unguarded);
