//! Bodies as bad as they come: always a teaser that passes the checks, or an honest empty one.

use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

use super::{tests::post, *};

/// Makes the teaser of a post with every maker, and checks what any teaser must be.
#[track_caller]
fn made(description: &str, body: &str, max_chars: usize) -> String {
    let post = post(description, body);
    let options = TeaserOptions {
        strict: true,
        from: vec![TeaserMethod::Description, TeaserMethod::Extract, TeaserMethod::Lead],
        max_chars,
        ..TeaserOptions::default()
    };
    let context = TeaserContext::default();
    let Teaser { text, from } = tease(&post, &options, &context).teaser;
    assert!(text.graphemes(true).count() <= max_chars, "{text:?}");
    assert_eq!(text.is_empty(), from == TeaserSource::None, "{text:?}");
    if !text.is_empty() {
        assert_eq!(
            checks::find_hard_defect(&text, &TeaserInput::new(&post, &PostText::of(&post), &options, &context)),
            None,
            "{text:?}"
        );
    }
    let again = tease(&post, &options, &context).teaser.text;
    assert_eq!(again, text);
    text
}

#[track_caller]
fn check(body: &str, expect: &str) {
    assert_eq!(made("", body, 240), expect);
}

const GOOD: &str = "Divers found a hole in the north wall on Sunday, and the repair will take until the end of May.";

#[test]
fn bodies_without_words_have_no_teaser() {
    check("", "");
    check("<p></p>", "");
    check("<img src=\"https://harbour.example/a.png\" alt=\"A hole in the old north wall.\" />", "");
    check("<pre><code>let hole = wall.find(); // A hole was found in the wall of the harbour.</code></pre>", "");
    check("<p>🎉🎉🎉 👩\u{200d}👩\u{200d}👧 🇵🇹!</p>", "");
    check("<p>\u{200b}\u{200b}\u{feff}</p>", "");
    check("<p>\u{fffd}\u{fffd}\u{fffd}.</p>", "");
    check("<h1>Only a heading stands here, and it is long enough.</h1>", "");
}

#[test]
fn one_endless_sentence_has_no_teaser() {
    check(&format!("<p>{}</p>", "word ".repeat(40_000)), "");
    check(&format!("<p>{}.</p>", "word ".repeat(40_000)), "");
    check(&format!("<p>{}</p>", "x".repeat(200_000)), "");
    check(&format!("<p>{}</p>", "港".repeat(70_000)), "");
    check(&format!("<p>{}</p>", "“(".repeat(50_000)), "");
}

#[test]
fn deep_and_broken_markup_does_no_harm() {
    let deep = format!("{}{GOOD}{}", "<div>".repeat(3_000), "</div>".repeat(3_000));
    check(&html::clean(&deep, None), GOOD);
    check(&html::clean(&format!("<p>{GOOD}</p><p>The &amp;lt;b&amp;gt; is &amp;amp;amp; left.</p>"), None), GOOD);
    check(
        &html::clean(
            "<p>The wall &amp;amp;amp; the pier were closed by the harbour office on Sunday at noon.</p>",
            None,
        ),
        "",
    );
}

#[test]
fn nothing_unseen_gets_through() {
    let turned = format!("<p>\u{202e}{GOOD}\u{202c}</p>");
    check(&turned, GOOD);
    check(&format!("<p>{}</p>", GOOD.replace("hole", "ho\u{200b}le").replace("north", "nor\u{ad}th")), GOOD);
    check(
        "<p>נמצא חור בקיר הצפוני של הנמל ביום ראשון, והתיקון יימשך עד סוף חודש מאי.\u{202e}</p>",
        "נמצא חור בקיר הצפוני של הנמל ביום ראשון, והתיקון יימשך עד סוף חודש מאי.",
    );
    let lost = made("", &format!("<p>{}</p>", GOOD.replace("hole", "h\u{fffd}le")), 240);
    assert!(!lost.contains('\u{fffd}'));
}

#[test]
fn shouting_is_passed_over() {
    check(&format!("<p>{}</p>", GOOD.to_uppercase()), "");
    check(&format!("<p>{} {GOOD}</p>", GOOD.to_uppercase()), GOOD);
}

#[test]
fn small_limits_are_kept() {
    let body = format!("<p>{GOOD} Boats moor at the island. The ferry sails. Nobody swims. 港口关闭。</p>");
    for max in 0..=60 {
        made("The wall is closed. Boats moor at the island until May.", &body, max);
        made("", &body, max);
    }
    assert_eq!(made("", &body, 0), "");
}

proptest! {
    #[test]
    fn any_body_has_a_good_teaser_or_none(
        description in "\\PC{0,60}|([A-Za-z]{1,9}[ .,…\u{202e}\u{0}]{1,2}){0,30}",
        body in "\\PC{0,200}|([A-Za-zé]{1,9}[ .,!?\n\u{200d}\u{fe0f}“”()]{1,2}){0,60}|([港口关闭]{1,9}[。，」「]){0,20}",
        tag in "(p|li|blockquote|h2|div)",
        max in 0_usize..160,
    ) {
        let teaser = made(&description, &format!("<{tag}>{body}</{tag}>"), max);
        let hidden = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}');
        prop_assert!(!teaser.contains(hidden));
        prop_assert_eq!(teaser.trim(), &teaser);
    }
}
