//! Tells the linker where the memory map of the machine is that is built for.

fn main() {
    let on = |machine: &str| std::env::var(format!("CARGO_FEATURE_{machine}")).is_ok();
    let machine = if on("MICROBIT") {
        "microbit"
    } else if on("LM3S6965EVB") {
        "lm3s6965evb"
    } else {
        println!("cargo:rustc-link-arg-bins=-Tmemory.x");
        "riscv-virt"
    };
    let here = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    println!("cargo:rustc-link-search={here}/../{machine}");
    println!("cargo:rustc-link-arg-bins=-Tlink.x");
    println!("cargo:rerun-if-changed=../{machine}/memory.x");
}
