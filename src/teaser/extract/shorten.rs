//! Shortens a sentence without changing what it says.

use super::super::{
    languages::{LANGUAGES, entries, holds},
    limits::one_line,
};

/// Shorter forms of `sentence`, all of them whole sentences; none where nothing can go.
///
/// What may go: an adverb that ties the sentence to its neighbours, what stands in parentheses, and who
/// said it.
pub(super) fn shortened_forms(sentence: &str) -> Vec<String> {
    let mut forms = Vec::new();
    let mut last = sentence.to_owned();
    let steps: [fn(&str) -> Option<String>; 3] = [without_asides, without_lead, without_speaker];
    for step in steps {
        // Each step goes on from the form before it, which stays a form of its own.
        if let Some(form) = step(&last) {
            last.clone_from(&form);
            forms.push(form);
        }
    }
    forms
}

/// Without what stands in parentheses.
fn without_asides(sentence: &str) -> Option<String> {
    if !sentence.contains(['(', '（']) {
        return None;
    }
    let mut kept = String::with_capacity(sentence.len());
    let mut depth = 0_usize;
    for c in sentence.chars() {
        match c {
            '(' | '（' => {
                // "function()" and "file(s)" are words.
                if depth == 0 && c == '(' && !kept.ends_with(char::is_whitespace) {
                    return None;
                }
                depth += 1;
            }
            ')' | '）' => depth = depth.checked_sub(1)?,
            _ if depth > 0 => {}
            '.' | ',' | ';' | ':' | '!' | '?' if kept.ends_with(' ') => {
                kept.truncate(kept.trim_end().len());
                kept.push(c);
            }
            _ => kept.push(c),
        }
    }
    let kept = one_line(&kept);
    (depth == 0 && kept.starts_with(char::is_alphanumeric)).then_some(kept)
}

/// Without what only ties the sentence to its neighbours, or says when "today" was.
fn without_lead(sentence: &str) -> Option<String> {
    if let Some(rest) = ["But ", "And ", "So "].iter().find_map(|lead| sentence.strip_prefix(lead)) {
        return capitalised(rest);
    }
    let comma = sentence.find(',').filter(|at| *at < 60)?;
    let (lead, rest) = (sentence.get(..comma)?.to_lowercase(), sentence.get(comma + 1..)?.trim_start());
    (entries(|language| &language.droppable_starts).any(|start| start == lead) || lead.starts_with("according to "))
        .then(|| capitalised(rest))
        .flatten()
}

/// Without ", according to the harbour office" and ", the mayor said on Monday" at the end.
fn without_speaker(sentence: &str) -> Option<String> {
    let end = sentence.strip_suffix('.')?;
    let (said, by) = end.rsplit_once(", ")?;
    let words = by.split(' ').count();
    let source = by.starts_with("according to ") && words <= 9;
    let mut tail = by.split(' ').skip_while(|word| !matches!(*word, "said" | "says"));
    let speaker = words <= 8 && tail.next().is_some() && tail.all(is_after_said);
    // Words in quotation marks are nobody's without their speaker.
    let quoted = sentence.contains(['"', '“', '”', '„', '«', '»', '‘']);
    ((source || speaker) && !quoted && said.split(' ').count() >= 6).then(|| format!("{said}."))
}

/// Says whether `word` may stand behind "said" at the end of a sentence.
fn is_after_said(word: &str) -> bool {
    LANGUAGES.iter().filter(|language| !language.after_said.is_empty()).any(|language| {
        let weekday = word.starts_with(char::is_uppercase) && holds(&language.weekdays, &word.to_lowercase());
        weekday || holds(&language.after_said, word)
    })
}

/// With a capital at the beginning.
fn capitalised(rest: &str) -> Option<String> {
    let first = rest.chars().next()?;
    first.is_alphabetic().then(|| first.to_uppercase().chain(rest.chars().skip(1)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sentence: &str, forms: &[&str]) {
        assert_eq!(shortened_forms(sentence), forms);
    }

    #[test]
    fn what_ties_a_sentence_to_its_place_goes() {
        check("However, the quay (built in 1911) is closed.", &["However, the quay is closed.", "The quay is closed."]);
        check("But the quay is closed.", &["The quay is closed."]);
        check("According to the office, the quay is closed.", &["The quay is closed."]);
        check("The north quay opens again in May, according to the office.", &["The north quay opens again in May."]);
        check("The north quay opens again in May, the mayor said on Monday.", &["The north quay opens again in May."]);
        check("Сегодня причал закрыт.", &[]);
        check("Однако, причал закрыт.", &["Причал закрыт."]);
    }

    #[test]
    fn what_would_change_the_sense_stays() {
        check("“The quay opens in May, we hope,” the mayor said.", &[]);
        check("Call open() and file(s) first.", &[]);
        check("The quay (opens in May.", &[]);
        check("Never, says the mayor.", &[]);
        check("When it rains, the quay is closed.", &[]);
        check("Sooner or later the quay, which was built in 1911, will be closed.", &[]);
    }
}
