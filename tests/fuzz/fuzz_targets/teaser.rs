#![no_main]
//! Any octets as a page, and its title as a language model's answer: no panic, and no teaser longer than asked for.

use libfuzzer_sys::fuzz_target;
use tidings::{
    source::{Document, page},
    teaser::{TeaserContext, TeaserMethod, TeaserOptions, tease},
};

fuzz_target!(|octets: &[u8]| {
    let document = Document { octets: octets.to_vec(), ..Document::default() };
    let Ok(reading) = page::read(document, "fuzz", tidings::zone::Zone::utc()) else { return };
    let Some(post) = reading.posts.into_iter().next() else { return };
    for maker in [TeaserMethod::Llm, TeaserMethod::Description, TeaserMethod::Extract, TeaserMethod::Lead] {
        let style = TeaserOptions { from: vec![maker], ..TeaserOptions::default() };
        let around = TeaserContext { answer: Some(Ok(&post.title)), ..TeaserContext::default() };
        let text = tease(&post, &style, &around).teaser.text;
        assert!(text.chars().count() <= 4 * style.max_chars);
    }
});
