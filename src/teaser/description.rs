//! The publisher's own words, where they are a real teaser.

use super::{Material, Reason, Style, checks, fit, lead, sentence};
use crate::html;

/// Takes the description as it is, or its first whole sentences where it is longer than the limits.
pub(super) fn make(material: &Material<'_>, style: &Style) -> Result<String, Reason> {
    let text = words(material).ok_or("empty")?;
    if let Some(defect) = checks::defect(&text, material) {
        return Err(defect.into());
    }
    let within = fit::fits(&text, style) && sentence::sentences(&text).nth(style.max_sentences).is_none();
    if within {
        return Ok(text);
    }
    if begins_body(&text, material) {
        return Err("only the beginning of the body".into());
    }
    let first = fit::whole(&text, style).ok_or("no whole sentence within the limits")?;
    checks::defect(&first, material).map_or(Ok(first), |defect| Err(defect.into()))
}

/// What is left of a description that was refused for being cut off or too long: its whole sentences, or else its
/// beginning.
pub(super) fn shorten(material: &Material<'_>, style: &Style) -> Option<String> {
    let text = words(material)?;
    let text = checks::without_mark(&text);
    match checks::defect(text, material) {
        None | Some("does not end as a sentence") => {}
        // Few words are more than none.
        Some("too short") => return fit::fits(text, style).then(|| text.to_owned()),
        Some(_) => return None,
    }
    let ended: Vec<&str> = sentence::sentences(text).filter(|sentence| sentence::is_ended(sentence)).collect();
    let whole = fit::whole(&ended.join(" "), style).filter(|whole| checks::defect(whole, material).is_none());
    whole.or_else(|| lead::first_words(text, style))
}

fn words(material: &Material<'_>) -> Option<String> {
    let text = fit::one_line(&html::line(material.post.description.as_deref()?));
    (!text.is_empty()).then_some(text)
}

/// Says whether the body begins with these very words, or is nothing else.
fn begins_body(text: &str, material: &Material<'_>) -> bool {
    let text = checks::letters(text);
    let mut body = String::new();
    for block in material.blocks {
        body.push_str(&checks::letters(&block.text));
        if body.len() >= text.len() {
            break;
        }
    }
    body.starts_with(&text)
}

#[cfg(test)]
mod tests {
    use super::super::{Maker, tests::made};
    use crate::html::BlockKind::Paragraph;

    #[track_caller]
    fn check(description: &str, body: &str, expect: Result<&str, &str>) {
        let made = made(Maker::Description, description, &[(Paragraph, body)]);
        assert_eq!(
            made.as_deref().map_err(|reason| &**reason),
            expect.as_ref().map(|text| *text).map_err(|reason| *reason)
        );
    }

    #[test]
    fn real_teasers_are_taken_and_others_refused() {
        let own = "What the divers found below the north quay.";
        check(own, "Something else.", Ok(own));
        check(own, "What the divers found below the north quay. More of it.", Ok(own));
        check("", "Something else.", Err("empty"));
        check("What the divers found […]", "", Err("cut off"));
        check("The quay is closed.", "", Err("only the title again"));
        let long = "The divers found a hole below the quay. It is as wide as a door. The repair will take until May, they say.";
        check(long, "Other words.", Ok("The divers found a hole below the quay. It is as wide as a door."));
        check(long, long, Err("only the beginning of the body"));
        check(&format!("{} quay.", "very long ".repeat(20)), "Other.", Err("no whole sentence within the limits"));
    }
}
