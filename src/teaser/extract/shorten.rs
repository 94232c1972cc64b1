//! Shortens a sentence without changing what it says.

use super::super::{languages::entries, limits::one_line};

/// Shorter forms of `sentence`, all of them whole sentences; none where nothing can go.
///
/// What may go: an adverb that ties the sentence to its neighbours, and what stands in parentheses. When it is true and who
/// said it stays.
pub(super) fn shortened_forms(sentence: &str) -> Vec<String> {
    let bare = without_asides(sentence);
    let led = without_lead(bare.as_deref().unwrap_or(sentence));
    bare.into_iter().chain(led).collect()
}

/// Without what stands in parentheses.
fn without_asides(sentence: &str) -> Option<String> {
    if !sentence.contains(['(', '（']) {
        return None;
    }
    let (mut kept, mut aside) = (String::with_capacity(sentence.len()), String::new());
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
            ')' | '）' => {
                depth = depth.checked_sub(1)?;
                // "The quay is (not) closed" says the contrary without.
                if entries(|language| &language.negations).any(|word| word == aside.to_lowercase()) {
                    return None;
                }
                aside.clear();
            }
            _ if depth > 0 => aside.push(c),
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

/// Without what only ties the sentence to its neighbours.
fn without_lead(sentence: &str) -> Option<String> {
    if let Some(rest) = ["But ", "And "].iter().find_map(|lead| sentence.strip_prefix(lead)) {
        return capitalised(rest);
    }
    let comma = sentence.find(',').filter(|at| *at < 60)?;
    let (lead, rest) = (sentence.get(..comma)?.to_lowercase(), sentence.get(comma + 1..)?.trim_start());
    entries(|language| &language.droppable_starts).any(|start| start == lead).then(|| capitalised(rest)).flatten()
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
        check("Однако, причал закрыт.", &["Причал закрыт."]);
    }

    #[test]
    fn what_would_change_the_sense_stays() {
        check("“The quay opens in May, we hope,” the mayor said.", &[]);
        check("Call open() and file(s) first.", &[]);
        check("The quay (opens in May.", &[]);
        check("According to the office, the quay is closed.", &[]);
        check("The north quay opens again in May, according to the office.", &[]);
        check("The north quay opens again in May, the mayor said on Monday.", &[]);
        check("Today, it is not possible to cross the quay.", &[]);
        check("So far, nobody has fallen in.", &[]);
        check("The quay is (not) closed.", &[]);
        check("Сегодня причал закрыт.", &[]);
        check("When it rains, the quay is closed.", &[]);
        check("Sooner or later the quay, which was built in 1911, will be closed.", &[]);
    }
}
