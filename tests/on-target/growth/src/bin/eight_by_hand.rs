//! Eight guards by hand.

#![no_std]
#![no_main]

use growth::by_hand::ByHand;

growth::eight!(ByHand, |_ID| ByHand::new());
