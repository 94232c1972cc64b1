#![no_main]
//! Any octets as a mail that came back: no panic, and nothing is believed without a token.

use libfuzzer_sys::fuzz_target;
use tidings::{internals::bounce, token::Keys};

fuzz_target!(|octets: &[u8]| {
    let keys = Keys::new((1, [7; 32]), []);
    assert!(bounce::read(octets, &keys).is_err());
});
