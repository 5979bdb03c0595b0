//! What firmware that is measured tells: numbers, or that it panicked. Nothing is formatted.

use semihosting::process;
use semihosting::sys::arm_compat::sys_writec;

/// Eight hexadecimal digits and a blank.
pub(crate) fn report(number: u32) {
    for place in (0..8).rev() {
        let digit = (number >> (4 * place)).to_le_bytes()[0] & 0xF;
        sys_writec(if digit < 10 { b'0' + digit } else { b'a' - 10 + digit });
    }
    sys_writec(b' ');
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    panic_reached()
}

/// Its symbol shows that something can panic.
#[inline(never)]
#[unsafe(no_mangle)]
fn panic_reached() -> ! {
    process::exit(101)
}
