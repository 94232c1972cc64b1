#![no_main]
//! Any text as HTML: what is clean stays clean.

use libfuzzer_sys::fuzz_target;
use tidings::internals::html;

fuzz_target!(|text: &str| {
    let cleaned = html::clean(text, None);
    assert!(!cleaned.contains("<script"));
    let _ = (html::blocks(&cleaned), html::text(&cleaned), html::markup_blocks(&cleaned), html::plain_line(text));
});
