//! The publisher's own words, where they are a real teaser.

use std::borrow::Cow;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::{
    checks, input::TeaserInput, languages::LANGUAGES, limits, options::TeaserOptions, repetition,
    result::RefusalReason, script, sentence,
};
use crate::{
    html::{self, BlockKind},
    source,
};

/// Takes the description as it is where it is no longer than `max_chars`, else its first whole sentences.
///
/// An author's imperfect line is better than the best of ours: refused is only what is no teaser at all. With
/// `strict` it is held to every check.
pub(super) fn tease(input: &TeaserInput<'_>) -> Result<String, RefusalReason> {
    let text = words(input).ok_or("empty")?;
    let shared = input.context.shared;
    if shared.is_some_and(|shared| shared.has_description(&input.post.source, &text)) {
        return Err("the same for every post of its source".into());
    }
    let text = without_notice(&text).ok_or("boilerplate")?;
    if !input.post.has_marked_lead && begins_body(text, input) {
        return Err("only the beginning of the body".into());
    }
    if input.options.strict {
        return held_to_all_checks(text, input);
    }
    if limits::fits(text, input.options) && !checks::ends_cut_off(text) {
        let defect = checks::find_defect_of_publisher(text, input);
        let ended = Some(with_end(text)).filter(|ended| limits::fits(ended, input.options));
        return defect.map_or_else(|| Ok(ended.unwrap_or_else(|| text.to_owned())), |defect| Err(defect.into()));
    }
    let first = whole_sentences(text, input, |_| true).ok_or(match checks::ends_cut_off(text) {
        true => "cut off",
        false => "no whole sentence within the limits",
    })?;
    checks::find_defect_of_publisher(&first, input).map_or(Ok(first), |defect| Err(defect.into()))
}

/// As many of its first whole sentences within the limits as are `good`.
fn whole_sentences(text: &str, input: &TeaserInput<'_>, good: impl Fn(&str) -> bool) -> Option<String> {
    (1..=input.options.max_sentences.min(3)).rev().find_map(|count| {
        let options = TeaserOptions { max_sentences: count, from: Vec::new(), ..*input.options };
        let whole = limits::first_sentences(text, &options)?;
        (sentence::is_ended(&whole) && !checks::ends_cut_off(&whole) && good(&whole)).then_some(whole)
    })
}

/// The words with the sign by which their script ends a sentence, where the publisher left it out.
fn with_end(text: &str) -> String {
    let bare = text.trim_end_matches([',', ';', ':', '、', '，', '；', '：', '-', '–', '—']).trim_end();
    let bare = if bare.contains(char::is_alphanumeric) { bare } else { text };
    let last = bare.chars().rev().find(|c| c.is_alphabetic());
    match last.and_then(script::full_stop_behind) {
        Some(stop) if !sentence::is_ended(bare) => format!("{bare}{stop}"),
        _ => bare.to_owned(),
    }
}

/// Holds the publisher's words to every check that our own have to pass.
fn held_to_all_checks(text: &str, input: &TeaserInput<'_>) -> Result<String, RefusalReason> {
    let within =
        limits::fits(text, input.options) && sentence::split_sentences(text).nth(input.options.max_sentences).is_none();
    if within {
        return checks::find_defect(text, input).map_or_else(|| Ok(text.to_owned()), |defect| Err(defect.into()));
    }
    if checks::ends_cut_off(text) && sentence::split_sentences(text).nth(1).is_none() {
        return Err("cut off".into());
    }
    let first = limits::first_sentences(text, input.options).ok_or("no whole sentence within the limits")?;
    checks::find_defect(&first, input).map_or(Ok(first), |defect| Err(defect.into()))
}

/// What is left of a description that was refused: as many of its first whole sentences as pass the checks.
pub(super) fn fallback(input: &TeaserInput<'_>) -> Option<String> {
    let text = words(input)?;
    let text = checks::strip_cut_marker(without_notice(&text)?);
    whole_sentences(text, input, |whole| checks::find_hard_defect(whole, input).is_none())
}

fn words(input: &TeaserInput<'_>) -> Option<String> {
    let text = limits::one_line(&html::plain_line(input.post.description.as_deref()?));
    let text = limits::one_line(&without_markdown(&text));
    let first = sentence::split_sentences(&text).next().filter(|first| source::is_byline(first));
    let rest = first.and_then(|first| text.get(first.len()..)).map_or(text.as_str(), str::trim_start);
    let rest = if rest.is_empty() { &text } else { rest };
    let text = checks::strip_dateline(rest).unwrap_or(rest).to_owned();
    (!text.is_empty()).then_some(text)
}

/// The words that Markdown in a line of front matter stands for.
fn without_markdown(text: &str) -> Cow<'_, str> {
    if !text.contains(['`', '*', '_', '[', '\\']) {
        return Cow::Borrowed(text);
    }
    // The star within a word is no emphasis: "Bürger*innen".
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let in_word = c == '*' && escaped.ends_with(char::is_lowercase);
        escaped.extend((in_word && chars.peek().is_some_and(|next| next.is_lowercase())).then_some('\\'));
        escaped.push(c);
    }
    let (mut plain, mut in_image) = (String::with_capacity(text.len()), false);
    for event in Parser::new(&escaped) {
        match event {
            Event::Start(Tag::Image { .. }) => in_image = true,
            Event::End(TagEnd::Image) => in_image = false,
            Event::Text(words) | Event::Code(words) | Event::Html(words) | Event::InlineHtml(words) if !in_image => {
                plain.push_str(&words);
            }
            _ => {}
        }
    }
    Cow::Owned(plain)
}

/// `text` without the furniture behind its last sentence: where the post first appeared, "Read more".
fn without_notice(text: &str) -> Option<&str> {
    let mut notices = LANGUAGES.iter().flat_map(|language| &language.first_published_notices);
    let notice = notices.find_map(|(start, words)| {
        let at = text.rfind(words)?;
        text.get(..at)?.rfind(start)
    });
    let mut rest = notice.and_then(|at| text.get(..at)).unwrap_or(text).trim_end();
    let unmarked = checks::strip_cut_marker(rest);
    // Dots say that words are missing; "Read more" behind a whole sentence does not.
    let ending = rest.get(unmarked.len()..).unwrap_or_default();
    if sentence::is_ended(unmarked) && !ending.contains(['…', '.']) {
        rest = unmarked;
    }
    loop {
        let last = sentence::split_sentences(rest).last()?;
        let before = rest.get(..rest.len().checked_sub(last.len())?)?.trim_end();
        if before.is_empty() || !checks::is_boilerplate(last) || checks::ends_cut_off(before) {
            return Some(rest).filter(|rest| !rest.is_empty());
        }
        rest = before;
    }
}

/// So much of what a body begins with may be in a description of its own.
const MAX_SHARED_PERCENT: usize = 85;

/// A paragraph that is longer is no byline and no dateline.
const MAX_BYLINE_BYTES: usize = 80;

/// Says whether one of the body's first paragraphs begins with these very words, or nearly so, or is nothing else.
fn begins_body(text: &str, input: &TeaserInput<'_>) -> bool {
    let own = repetition::letters(checks::strip_cut_marker(text));
    if own.is_empty() {
        return false;
    }
    let spoken = |kind: BlockKind| !matches!(kind, BlockKind::Heading(_) | BlockKind::Code | BlockKind::Caption);
    let mut blocks = input.blocks.iter().filter(|block| spoken(block.kind)).peekable();
    for _ in 0..3 {
        let mut body = String::new();
        for block in blocks.clone() {
            body.push_str(&repetition::letters(
                block.text.get(..block.text.floor_char_boundary(4_000)).unwrap_or_default(),
            ));
            if body.len() >= own.len() {
                break;
            }
        }
        let same = own.chars().zip(body.chars()).take_while(|(one, other)| one == other).count();
        if same * 100 >= own.chars().count() * MAX_SHARED_PERCENT {
            return true;
        }
        // A dateline or a byline may stand before the first words; what an author takes from further down is chosen.
        if blocks.next().is_none_or(|block| block.text.len() > MAX_BYLINE_BYTES) {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::{SharedText, TeaserContext, TeaserMethod, TeaserOptions, tease, tests::made, tests::post};
    use crate::html::BlockKind::Paragraph;

    #[track_caller]
    fn check(description: &str, body: &str, expect: Result<&str, &str>) {
        let made = made(TeaserMethod::Description, description, &[(Paragraph, body)]);
        assert_eq!(
            made.as_deref().map_err(|reason| &**reason),
            expect.as_ref().map(|text| *text).map_err(|reason| *reason)
        );
    }

    const OWN: &str = "What the divers found below the north quay.";

    #[test]
    fn real_teasers_are_taken_and_others_refused() {
        check(OWN, "Something else.", Ok(OWN));
        check("", "Something else.", Err("empty"));
        check("What the divers found […]", "", Err("cut off"));
        check("What the divers found…", "", Err("cut off"));
        check("The quay is closed.", "", Err("only the title again"));
        let long = "The divers found a hole below the quay. A door would fit through. The repair will take until May, they say.";
        check(long, "Other words.", Ok("The divers found a hole below the quay. A door would fit through."));
        check(&format!("{} quay.", "very long ".repeat(20)), "Other.", Err("no whole sentence within the limits"));
    }

    #[test]
    fn an_authors_imperfect_line_is_taken() {
        let more = "The divers of the club went down on a Sunday, and what they found was older than the town.";
        check("A quay for the divers of the club", more, Ok("A quay for the divers of the club."));
        check("This was before anybody dived.", more, Ok("This was before anybody dived."));
        check("What did the divers find?", more, Ok("What did the divers find?"));
        check(
            "Divers came. It was dark. We love it. Thanks!",
            more,
            Ok("Divers came. It was dark. We love it. Thanks!"),
        );
        check("潜水员发现了什么", more, Err("not in the post's language"));
        let han = made(TeaserMethod::Description, "潜水员在码头发现了一个洞", &[]);
        assert_eq!(han.as_deref(), Ok("潜水员在码头发现了一个洞。"));
    }

    #[test]
    fn markdown_of_an_author_is_read() {
        let more = "The divers of the club went down on a Sunday, and what they found was older than the town.";
        check("How `quay()` and **piers** _hold_.", more, Ok("How quay() and piers hold."));
        check("See [the plan](https://quay.example/) of it.", more, Ok("See the plan of it."));
        check("Put display: grid on the <table>!", more, Ok("Put display: grid on the <table>!"));
        check("Announcing quay.example/x/tide, a clock.", more, Ok("Announcing quay.example/x/tide, a clock."));
        check("A call to Bürger*innen and Taucher*innen.", more, Ok("A call to Bürger*innen and Taucher*innen."));
        check("Por Ana Lima e Rui Reis. Divers found a hole.", more, Ok("Divers found a hole."));
        check("By Ana Lima and Rui Reis.", more, Err("a byline"));
        check("PORTO SERENO (AP) — Divers found a hole.", more, Ok("Divers found a hole."));
        check("{{< figure >}} and the quay.", more, Err("markup"));
        check("<x-a href=b>The quay</x-a> is shut.", more, Err("markup"));
    }

    #[test]
    fn boilerplate_beside_good_words_is_no_reason() {
        let more = "The divers of the club went down on a Sunday, and what they found was older than the town.";
        check("Sign up now to dive! We have room for ten.", more, Ok("Sign up now to dive! We have room for ten."));
        check("Updated steps to build a quay.", more, Ok("Updated steps to build a quay."));
        check("Share this.", more, Err("boilerplate"));
        check("Share this post. Click here.", more, Err("boilerplate"));
    }

    #[test]
    fn what_an_author_takes_from_further_down_is_chosen() {
        let first =
            "The divers of the club went down on a Sunday, as they do in every month of the summer in Porto Sereno.";
        let chosen = "What they found was older than the town.";
        let body = [(Paragraph, first), (Paragraph, chosen)];
        assert_eq!(made(TeaserMethod::Description, chosen, &body).as_deref(), Ok(chosen));
        let body = [(Paragraph, "By Jane Doe"), (Paragraph, chosen)];
        assert!(made(TeaserMethod::Description, chosen, &body).is_err());
        let own = "The divers of the club went down on a Sunday. Here is what to see.";
        assert_eq!(made(TeaserMethod::Description, own, &[(Paragraph, first)]).as_deref(), Ok(own));
    }

    #[test]
    fn strict_holds_it_to_every_check() {
        let strict = TeaserOptions { strict: true, ..TeaserOptions::default() };
        let why = |description| {
            let own =
                post(description, "<p>Divers went down on a Sunday, and what they found was older than the town.</p>");
            tease(&own, &strict, &TeaserContext::default()).skipped.first().map(|skipped| skipped.reason.to_string())
        };
        assert_eq!(
            why("This was back before anybody at all had dived here, in the days of sail.").as_deref(),
            Some(super::checks::DANGLING)
        );
        assert_eq!(why("What the divers of the club found below the north quay on a Sunday.").as_deref(), None);
    }

    #[test]
    fn the_beginning_of_the_body_is_no_teaser() {
        let beginning = Err("only the beginning of the body");
        check(OWN, OWN, beginning);
        check(OWN, "What the divers found below the north quay. More of it.", beginning);
        check(
            "What the divers found below the north quay, at last.",
            "What the divers found below the north quay was a hole.",
            beginning,
        );
        check(OWN, "What the divers found, nobody had seen.", Ok(OWN));
        check("What the divers found below the […]", "What the divers found below the quay.", beginning);
    }

    #[test]
    fn notices_behind_a_teaser_are_left_out() {
        check(&format!("{OWN} The post The quay is closed appeared first on Harbour Notes."), "Other.", Ok(OWN));
        check(&format!("{OWN} The post Is it closed? Yes. It is appeared first on Harbour Notes."), "Other.", Ok(OWN));
        check(&format!("{OWN} Read more →"), "Other.", Ok(OWN));
        check(&format!("{OWN} Sign up for our newsletter."), "Other.", Ok(OWN));
        check("The post The quay is closed appeared first on Harbour Notes.", "Other.", Err("boilerplate"));
        check("What the divers […] The post Quay appeared first on Harbour.", "Other.", Err("cut off"));
        let german = "Was die Taucher unter der Nordmole fanden.";
        check(&format!("{german} Der Beitrag Mole erschien zuerst auf Hafen."), "Anderes.", Ok(german));
    }

    #[test]
    fn one_description_for_all_posts_is_none() {
        let posts = [post(OWN, ""), post(OWN, "B."), post(OWN, "C.")];
        let shared = SharedText::of(&posts);
        let made = tease(
            &posts[0],
            &TeaserOptions::default(),
            &TeaserContext { shared: Some(&shared), ..TeaserContext::default() },
        );
        assert_eq!(made.skipped[0].reason, "the same for every post of its source");
        assert_eq!(made.teaser.text, "");
    }

    #[test]
    fn what_an_author_marked_off_is_a_teaser() {
        let lead = "What the divers found below the north quay is older than the town.";
        let mut marked = post(lead, &format!("<p>{lead}</p><p>Much more is told here.</p>"));
        let made = tease(&marked, &TeaserOptions::default(), &TeaserContext::default());
        assert_eq!(made.skipped[0].reason, "only the beginning of the body");
        marked.has_marked_lead = true;
        let made = tease(&marked, &TeaserOptions::default(), &TeaserContext::default());
        assert_eq!((made.teaser.text.as_str(), made.skipped.len()), (lead, 0));
    }

    #[test]
    fn another_language_is_no_teaser() {
        let german =
            "<p>Die Taucher haben am Sonntag ein Loch in der Mole gefunden, und die Arbeit dauert bis in den Mai.</p>";
        let mut mixed = post("All that the divers of the club have found in the harbour.", german);
        mixed.title = "Mole".to_owned();
        let refused = tease(&mixed, &TeaserOptions::default(), &TeaserContext::default()).skipped;
        assert_eq!(refused[0].reason, "not in the post's language");
        mixed.language = Some("en".to_owned());
        let kept = tease(&mixed, &TeaserOptions::default(), &TeaserContext::default());
        assert_eq!(kept.teaser.from, TeaserMethod::Description.into());
        let language = super::super::language::detect_post_language;
        assert_eq!((language(None, &[]), language(Some("de-DE"), &[])), (None, Some("de")));
    }
}
