//! Nothing is rejected.

#![no_std]
#![no_main]

use mcb::Consecutive;
use mcb::strategy::ObserveOnly;

parts::part!(ObserveOnly<Consecutive>; .observe_only());
