//! The length of a text as its reader counts it, in graphemes, with a bound on octets: one letter may carry a million
//! marks.

use unicode_segmentation::UnicodeSegmentation as _;

/// No grapheme that people write has more octets; a kiss between two people of different skins has 35.
const MAX_GRAPHEME: usize = 48;

/// Says whether `text` has at most `most` graphemes, none of which weighs more than people write.
pub fn fits(text: &str, most: usize) -> bool {
    // No grapheme is shorter than an octet, so most texts need no counting.
    text.len() <= most && (text.len() <= MAX_GRAPHEME || text.is_ascii())
        || text.len() <= most.saturating_mul(MAX_GRAPHEME)
            && text.graphemes(true).enumerate().all(|(at, grapheme)| at < most && grapheme.len() <= MAX_GRAPHEME)
}

/// The first `most` graphemes of a line, cut after a word where one ends near; marks that nobody can read go.
pub fn shorten(text: &str, most: usize) -> String {
    let text = text.trim();
    if fits(text, most) {
        return text.to_owned();
    }
    let mut head = String::new();
    let mut is_whole = true;
    for (at, grapheme) in text.graphemes(true).enumerate() {
        if at >= most {
            is_whole = false;
            break;
        }
        head.push_str(&grapheme[..grapheme.floor_char_boundary(MAX_GRAPHEME)]);
    }
    if is_whole {
        return head;
    }
    let space = head.rfind(char::is_whitespace).filter(|space| *space > head.len() / 2).unwrap_or(head.len());
    format!("{}…", head[..space].trim_end_matches([' ', ',', '.', ';', ':', '·', '、', '。', '،']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_are_cut_after_a_word() {
        assert_eq!(shorten("The quay is closed", 40), "The quay is closed");
        assert_eq!(shorten("The quay, the mole", 12), "The quay…");
        assert_eq!(shorten("Hafenmeisterei", 5), "Hafen…");
        assert!(fits("👩🏿\u{200d}❤\u{fe0f}\u{200d}💋\u{200d}👩🏽", 1) && !fits("ab", 1));
    }

    #[test]
    fn marks_that_nobody_can_read_go() {
        let zalgo = format!("e{} boat", "\u{301}".repeat(20_000));
        assert!(!fits(&zalgo, 200));
        let cut = shorten(&zalgo, 200);
        assert!(cut.len() < 80 && cut.ends_with(" boat"), "{} octets", cut.len());
        assert!(fits(&cut, 200));
    }

    proptest! {
        #[test]
        fn what_was_cut_fits(text in "(\\PC|e\u{301}{0,90}| ){0,60}", most in 1_usize..40) {
            let cut = shorten(&text, most);
            prop_assert!(fits(&cut, most + 1), "{cut:?}");
            prop_assert!(cut.len() <= most * MAX_GRAPHEME + 3);
        }
    }
}
