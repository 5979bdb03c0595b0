//! Two breakers of different types with hooks, and everything that can happen to them: for the masked runs alone.

#![no_std]
#![no_main]

use core::hint::black_box;

use growth::hooked::{A, B, Hooked, a, b};
use growth::steps::{FAILS, TIMEOUT, drive};
use growth::work::{answer, wait};
use mcb::{CircuitBreaker, Strategy};

#[unsafe(no_mangle)]
extern "Rust" fn firmware() {
    drive(&[a, b], look);
    moved_by_hand(&A, a);
    moved_by_hand(&B, b);
    overtaken(&A, a);
    overtaken(&B, b);
}

/// All that can be asked.
fn look() {
    ask(&A);
    ask(&B);
}

fn ask<S: Strategy>(breaker: &Hooked<S>) {
    black_box((breaker.state(), breaker.error_count(), breaker.success_count()));
    black_box((breaker.open_time(), breaker.recovery_start_time(), breaker.retry_after()));
}

fn moved_by_hand<S: Strategy>(breaker: &Hooked<S>, call: fn()) {
    for by_hand in [CircuitBreaker::force_open, CircuitBreaker::force_closed, CircuitBreaker::reset] {
        by_hand(breaker);
        call();
        look();
    }
}

/// Probes that lose their place to others, and calls whose results come too late.
fn overtaken<S: Strategy>(breaker: &Hooked<S>, call: fn()) {
    let early = breaker.try_acquire().unwrap();
    answer(FAILS);
    for _ in 0..3 {
        call();
    }
    for late_one_fails in [false, true] {
        wait(TIMEOUT);
        let late = breaker.try_acquire().unwrap();
        call();
        wait(TIMEOUT);
        drop(breaker.try_acquire().unwrap());
        let last = breaker.try_acquire().unwrap();
        if late_one_fails {
            late.failure();
        } else {
            late.ignore();
        }
        last.failure();
        look();
    }
    early.failure();
    wait(TIMEOUT);
    answer(0);
    call();
    look();
}
