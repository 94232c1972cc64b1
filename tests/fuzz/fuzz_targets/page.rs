#![no_main]
//! Any octets as a page and as a listing: no panic, no abort.

use libfuzzer_sys::fuzz_target;
use tidings::source::{Document, Selectors, listing, page};

fuzz_target!(|octets: &[u8]| {
    let document = Document { octets: octets.to_vec(), ..Document::default() };
    let _ = page::read(document.clone(), "fuzz", tidings::zone::Zone::utc());
    let _ = listing::read(document, &Selectors::default(), "fuzz", tidings::zone::Zone::utc());
});
