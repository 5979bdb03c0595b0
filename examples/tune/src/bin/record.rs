//! Writes traces: small services that fail in known ways, in simulated time. The same command writes the same lines.

use std::io::{self, BufWriter, Write};

use clap::Parser;

/// Write a trace to standard output.
#[derive(Parser)]
enum Service {
    /// A thermometer read every 100 ms, as in the quickstart, for ten minutes: its supply goes, its plug is loose. CSV.
    Thermometer,
    /// A shop that asks its database some 12 times a second for 15 minutes: a fail-over, a lock that slows every
    /// second query, a restart, and what always fails. JSON lines.
    Shop,
    /// A thousand calls a second, of which a hundred a minute fail, with an outage of 20 s every five minutes. CSV.
    Load {
        /// How many.
        calls: u64,
    },
}

/// A generator of random numbers (splitmix64): what it yields must not change with a crate.
struct Random(u64);

impl Random {
    /// From 0 to below 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn chance(&mut self, share: f64) -> bool {
        self.next() < share
    }

    fn between(&mut self, least: f64, most: f64) -> f64 {
        least + self.next() * (most - least)
    }
}

fn main() -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    match Service::parse() {
        Service::Thermometer => thermometer(&mut out)?,
        Service::Shop => shop(&mut out)?,
        Service::Load { calls } => load(&mut out, calls)?,
    }
    out.flush()
}

/// Seconds, to the tenth of a millisecond.
fn thermometer(out: &mut impl Write) -> io::Result<()> {
    let mut random = Random(7);
    writeln!(out, "time,outcome,duration")?;
    for call in 0..6_000_u32 {
        let time = f64::from(call) / 10.0;
        let dead = (120.0..128.5).contains(&time) || (431.2..470.0).contains(&time);
        // The plug is loose: now and then it is in touch.
        let loose = (260.0..291.0).contains(&time);
        let disturbed = random.chance(0.004);
        let failed = dead || loose && random.chance(0.7) || disturbed;
        // A failure takes the whole time limit; a disturbed transfer is refused at once.
        let lasts = match (failed, disturbed) {
            (true, false) => 0.08,
            (true, true) => random.between(0.000_4, 0.001),
            _ => random.between(0.001, 0.003),
        };
        writeln!(out, "{time:.1},{},{lasts:.4}", if failed { "error" } else { "ok" })?;
    }
    Ok(())
}

fn shop(out: &mut impl Write) -> io::Result<()> {
    let mut random = Random(42);
    let mut time = 0.0;
    while time < 900.0 {
        // Independent customers.
        time += -(1.0 - random.next()).ln() / 12.0;
        let mut outcome = "ok";
        let mut lasts = random.between(0.004, 0.015) / (1.0 - random.next()).powf(0.4);
        if (180.0..212.0).contains(&time) {
            // The database fails over: nobody answers.
            (outcome, lasts) = ("error", 2.0);
        } else if (420.0..505.0).contains(&time) && random.chance(0.5) {
            // Half of the queries wait for a lock; nearly all of these in vain.
            lasts = random.between(0.6, 2.0);
            if random.chance(0.9) {
                (outcome, lasts) = ("error", 2.0);
            }
        } else if (700.0..704.5).contains(&time) {
            // It is restarted: the connection is refused.
            (outcome, lasts) = ("error", random.between(0.001, 0.002));
        } else if random.chance(0.008) {
            outcome = "error";
        } else if random.chance(0.01) {
            // A query that was wrong says nothing about the database.
            outcome = "ignored";
        }
        writeln!(
            out,
            "{{\"time\":{time:.3},\"outcome\":\"{outcome}\",\"duration\":{lasts:.4},\"query\":\"{}\"}}",
            if random.chance(0.2) { "order" } else { "search" },
        )?;
    }
    Ok(())
}

fn load(out: &mut impl Write, calls: u64) -> io::Result<()> {
    let mut random = Random(1);
    writeln!(out, "time,outcome,duration")?;
    for call in 0..calls {
        let second = call / 1_000;
        let out_of_order = (120..140).contains(&(second % 300));
        let failed = random.chance(if out_of_order { 0.95 } else { 0.001_7 });
        let lasts = if out_of_order && failed { 900 } else { (random.next() * 20.0) as u32 };
        let outcome = if failed { "error" } else { "ok" };
        writeln!(out, "{second}.{:03},{outcome},0.{lasts:03}", call % 1_000)?;
    }
    Ok(())
}
