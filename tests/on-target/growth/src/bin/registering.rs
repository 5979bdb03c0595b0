//! A registry that is filled, which compares ids with interrupts off: for the masked run alone.

#![no_std]
#![no_main]

use growth::breakers::config;
use growth::work::Ticks;
use mcb::{CircuitBreaker, Registry};

static REGISTRY: Registry<8> = Registry::new();

static BREAKERS: [CircuitBreaker<Ticks>; 8] = [
    CircuitBreaker::new(&config("sensor-1"), Ticks),
    CircuitBreaker::new(&config("sensor-2"), Ticks),
    CircuitBreaker::new(&config("sensor-3"), Ticks),
    CircuitBreaker::new(&config("sensor-4"), Ticks),
    CircuitBreaker::new(&config("sensor-5"), Ticks),
    CircuitBreaker::new(&config("sensor-6"), Ticks),
    CircuitBreaker::new(&config("sensor-7"), Ticks),
    CircuitBreaker::new(&config("sensor-8"), Ticks),
];

#[unsafe(no_mangle)]
extern "Rust" fn firmware() {
    for breaker in &BREAKERS {
        REGISTRY.register(breaker).unwrap();
    }
}
