//! Eight breakers of one type.

#![no_std]
#![no_main]

use growth::breakers::config;
use growth::work::Ticks;
use mcb::CircuitBreaker;

growth::eight!(CircuitBreaker<Ticks>, |ID| CircuitBreaker::new(&config(ID), Ticks));
