#![no_main]
//! Any octets as a feed: no panic, no abort.

use libfuzzer_sys::fuzz_target;
use tidings::source::{Document, feed};

fuzz_target!(|octets: &[u8]| {
    let document = Document { octets: octets.to_vec(), ..Document::default() };
    let _ = feed::read(document, "fuzz", tidings::zone::Zone::utc());
});
