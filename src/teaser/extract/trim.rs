//! Shortens a sentence without changing what it says.

use crate::teaser::fit::one_line;

/// Shorter forms of `sentence`, all of them whole sentences; none where nothing can go.
pub(super) fn trims(sentence: &str) -> Vec<String> {
    let mut forms: Vec<String> = Vec::new();
    let bare = without_asides(sentence);
    let mut last = sentence;
    if let Some(bare) = &bare {
        forms.push(bare.clone());
        last = bare;
    }
    let led = without_lead(last);
    forms.extend(led);
    forms
}

/// Without what stands in parentheses.
fn without_asides(sentence: &str) -> Option<String> {
    let mut kept = String::with_capacity(sentence.len());
    let mut depth = 0_usize;
    let mut taken = false;
    for c in sentence.chars() {
        match c {
            '(' | '（' => {
                // "function()" and "file(s)" are words.
                if depth == 0 && c == '(' && !kept.ends_with(char::is_whitespace) {
                    return None;
                }
                depth += 1;
                taken = true;
            }
            ')' | '）' => depth = depth.checked_sub(1)?,
            _ if depth > 0 => {}
            '.' | ',' | ';' | ':' | '!' | '?' if taken && kept.ends_with(' ') => {
                kept.truncate(kept.trim_end().len());
                kept.push(c);
            }
            _ => kept.push(c),
        }
    }
    let kept = one_line(&kept);
    (taken && depth == 0 && kept.starts_with(char::is_alphanumeric)).then_some(kept)
}

/// Without an adverb or a time at the beginning that only ties the sentence to its neighbours.
fn without_lead(sentence: &str) -> Option<String> {
    let comma = sentence.find(',')?;
    let (lead, rest) = (sentence.get(..comma)?, sentence.get(comma + 1..)?.trim_start());
    let lead = lead.to_lowercase();
    LEADS.contains(&lead.as_str()).then(|| capitalised(rest)).flatten()
}

/// With a capital at the beginning.
fn capitalised(rest: &str) -> Option<String> {
    let first = rest.chars().next()?;
    first.is_alphabetic().then(|| first.to_uppercase().chain(rest.chars().skip(1)).collect())
}

/// What may go when a comma follows.
const LEADS: &[&str] = &[
    "additionally",
    "also",
    "as a result",
    "as always",
    "as you know",
    "as you may know",
    "at the same time",
    "finally",
    "fortunately",
    "furthermore",
    "however",
    "in addition",
    "in fact",
    "in other words",
    "in short",
    "indeed",
    "meanwhile",
    "moreover",
    "of course",
    "overall",
    "that said",
    "therefore",
    "thus",
    "today",
    "ultimately",
    "unfortunately",
    "außerdem",
    "cependant",
    "de plus",
    "en effet",
    "en outre",
    "par ailleurs",
    "toutefois",
    "además",
    "asimismo",
    "en efecto",
    "por lo tanto",
    "por otra parte",
    "sin embargo",
    "além disso",
    "de facto",
    "no entanto",
    "por isso",
    "кроме того",
    "однако",
    "таким образом",
];
