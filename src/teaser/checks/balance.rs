//! Quotation marks and brackets that close what they open.

/// Says whether a quotation or a bracket is opened and not closed, or closed and not opened.
///
/// Apostrophes and the marks of feet and inches open nothing.
pub(super) fn is_unbalanced(text: &str) -> bool {
    // Most sentences have neither.
    if text.bytes().all(|byte| byte.is_ascii() && !b"()[]{}\"".contains(&byte)) {
        return false;
    }
    let mut open: Vec<char> = Vec::new();
    let mut straight = 0_usize;
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '(' | '[' | '{' | '（' | '［' | '【' | '「' | '『' | '〈' | '《' | '〔' | '〖' | '｢' => {
                open.push(c)
            }
            ')' | ']' | '}' | '）' | '］' | '】' | '」' | '』' | '〉' | '》' | '〕' | '〗' | '｣'
                if open.pop() != partner(c) =>
            {
                return true;
            }
            '„' | '‚' | '‟' => open.push(c),
            // German closes with what English opens with.
            '“' => match open.last() {
                Some('„') => drop(open.pop()),
                _ => open.push(c),
            },
            '”' => match open.last() {
                Some('“' | '„' | '”') => drop(open.pop()),
                // Swedish and Finnish open with it.
                _ => open.push(c),
            },
            '«' => match open.last() {
                Some('»') => drop(open.pop()),
                _ => open.push(c),
            },
            '»' => match open.last() {
                Some('«') => drop(open.pop()),
                _ => open.push(c),
            },
            '‹' | '›' => match (open.last(), c) {
                (Some('‹'), '›') | (Some('›'), '‹') => drop(open.pop()),
                _ => open.push(c),
            },
            '‘' => match open.last() {
                Some('‚') => drop(open.pop()),
                // "‘90s" and "rock ‘n’ roll" are apostrophes that a program turned round.
                _ if chars.peek().is_some_and(|next| next.is_ascii_digit() || matches!(next, 'n' | 't')) => {}
                _ => open.push(c),
            },
            // An apostrophe, unless a single quotation is open and the word ends here.
            '’' => {
                let inside = chars.peek().is_some_and(|next| next.is_alphanumeric());
                if !inside && open.last() == Some(&'‘') {
                    open.pop();
                }
            }
            '"' | '＂' if before.is_ascii_digit() && straight.is_multiple_of(2) => {}
            '"' | '＂' => straight += 1,
            _ => {}
        }
        before = c;
    }
    !open.is_empty() || !straight.is_multiple_of(2)
}

fn partner(close: char) -> Option<char> {
    Some(match close {
        ')' => '(',
        ']' => '[',
        '}' => '{',
        '）' => '（',
        '］' => '［',
        '】' => '【',
        '」' => '「',
        '』' => '『',
        '〉' => '〈',
        '》' => '《',
        '〕' => '〔',
        '〗' => '〖',
        '｣' => '｢',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_opened_is_closed() {
        for text in [
            "He said “Go.”",
            "She’s on the ’90s quay, isn’t she?",
            "A board of 5' 11\" lies on the quay.",
            "„Komm“, sagte er.",
            "„Komm”, powiedział.",
            "« Venez », dit-il.",
            "»Komm«, sagte er.",
            "”Kom”, sade han.",
            "The quay (old [and green]) is closed.",
            "「早い。」と言った。",
            "他说：“来吧。”",
            "《港口》（旧）",
            "‘Stop,’ he said.",
            "“He said ‘stop’,” she wrote.",
            "The \"old\" quay.",
            "The sailors’ club is open.",
            "Rock ‘n’ roll on the quay.",
        ] {
            assert!(!is_unbalanced(text), "{text}");
        }
    }

    #[test]
    fn what_is_not_is_seen() {
        for text in [
            "“He said go.",
            "He said go.”",
            "The quay (old is closed.",
            "The quay) is closed.",
            "The \"quay is closed.",
            "„Komm, sagte er.",
            "« Venez, dit-il.",
            "「早い。と言った。",
            "早い。」と言った。",
            "《港口。",
            "The quay (old] is closed.",
            "‘Stop, he said.",
            "）港（",
        ] {
            assert!(is_unbalanced(text), "{text}");
        }
    }
}
