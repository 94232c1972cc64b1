#![no_main]
//! Any octets as a page, and its title as a language model's answer: no panic, and no teaser longer than asked for.

use libfuzzer_sys::fuzz_target;
use tidings::{
    source::{Document, page},
    teaser::{Around, Maker, Style, tease},
};

fuzz_target!(|octets: &[u8]| {
    let document = Document { octets: octets.to_vec(), ..Document::default() };
    let Ok(reading) = page::read(document, "fuzz", tidings::zone::Zone::utc()) else { return };
    let Some(post) = reading.posts.into_iter().next() else { return };
    for maker in [Maker::Llm, Maker::Description, Maker::Extract, Maker::Lead] {
        let style = Style { from: vec![maker], ..Style::default() };
        let around = Around { answer: Some(Ok(&post.title)), ..Around::default() };
        let text = tease(&post, &style, &around).teaser.text;
        assert!(text.chars().count() <= 4 * style.max_chars);
    }
});
