//! The cases of the fuzzer that are kept, in `fuzz/seeds`: made by hand, found, or once a failure.
//! `fuzz/run.sh` looks for more.
#![cfg(not(loom))]

#[path = "support/bytes.rs"]
mod bytes;
#[path = "support/driver.rs"]
mod driver;

#[test]
fn every_kept_case_does_what_the_model_does() {
    let seeds = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz/seeds");
    let mut cases = 0;
    for entry in std::fs::read_dir(seeds).expect("the kept cases") {
        let path = entry.unwrap().path();
        if let Err(difference) = bytes::run(&std::fs::read(&path).unwrap()) {
            panic!("{}: {difference}", path.display());
        }
        cases += 1;
    }
    assert!(cases > 0, "no cases in {seeds}");
}
