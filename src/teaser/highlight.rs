//! Where a teaser's words stand in the post, so that an editor sees what was taken and what was passed over.

use std::collections::HashMap;

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation as _;

use super::result::Teaser;
use crate::{
    html::{self, BlockKind},
    post::Post,
};

/// Fewer words in a row say nothing, unless they are the whole of what was taken.
const MIN_RUN_WORDS: usize = 4;

/// A paragraph of a post, cut into what the teaser has of it and what it has not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HighlightedBlock {
    /// Where it stands: `description`, `paragraph`, `heading`, `list item`, `quote`, `code`, `caption`.
    pub place: &'static str,
    /// Its words in their order; together they are the whole paragraph.
    pub spans: Vec<TextSpan>,
}

/// Words in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TextSpan {
    /// The words as they stand.
    pub text: String,
    /// Says whether the teaser has them.
    pub taken: bool,
}

/// Marks the teaser's words in what the publisher wrote: the description, then the body.
///
/// Words are compared without case and punctuation, and marked where at least four of them follow each other in both: a
/// teaser may leave out what ties a sentence to the one before it, or join the labels of a list.
pub fn highlight_teaser(post: &Post, teaser: &Teaser) -> Vec<HighlightedBlock> {
    let sought: Vec<String> = words(&teaser.text).into_iter().map(|(_, _, word)| word).collect();
    let description = post.description.iter().map(|text| ("description", html::plain_line(text)));
    let body = html::blocks(&post.body).into_iter().map(|block| (name(block.kind), block.text));
    description.chain(body).map(|(place, text)| HighlightedBlock { place, spans: spans(&text, &sought) }).collect()
}

fn name(kind: BlockKind) -> &'static str {
    match kind {
        BlockKind::Heading(_) => "heading",
        BlockKind::ListItem => "list item",
        BlockKind::Quote => "quote",
        BlockKind::Code => "code",
        BlockKind::Caption => "caption",
        _ => "paragraph",
    }
}

/// The words of a text: where each begins and ends, and its letters in lower case.
fn words(text: &str) -> Vec<(usize, usize, String)> {
    text.unicode_word_indices().map(|(at, word)| (at, at + word.len(), word.to_lowercase())).collect()
}

fn spans(text: &str, sought: &[String]) -> Vec<TextSpan> {
    let own = words(text);
    let taken = runs(&own, sought);
    let mut spans = Vec::new();
    let mut at = 0;
    for (first, last) in taken {
        let (start, mut end) = (own[first].0, own[last].1);
        // The mark that ends a sentence belongs to it.
        let more = text[end..]
            .find(|char: char| !matches!(char, '.' | '!' | '?' | '…' | '。' | '！' | '？' | '”' | '"' | '’'));
        end += more.unwrap_or(text.len() - end);
        if start > at {
            spans.push(TextSpan { text: text[at..start].to_owned(), taken: false });
        }
        spans.push(TextSpan { text: text[start.max(at)..end].to_owned(), taken: true });
        at = end;
    }
    if at < text.len() {
        spans.push(TextSpan { text: text[at..].to_owned(), taken: false });
    }
    spans
}

/// The rows of words that stand in both, as first and last place in `own`; none overlaps another.
fn runs(own: &[(usize, usize, String)], sought: &[String]) -> Vec<(usize, usize)> {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, word) in sought.iter().enumerate() {
        places.entry(word).or_default().push(at);
    }
    let enough = MIN_RUN_WORDS.min(sought.len());
    let (mut runs, mut at) = (Vec::new(), 0);
    while let Some((_, _, word)) = own.get(at) {
        let length =
            |from: usize| own[at..].iter().zip(&sought[from..]).take_while(|(own, word)| own.2 == **word).count();
        let longest = places.get(word.as_str()).into_iter().flatten().map(|from| length(*from)).max().unwrap_or(0);
        if longest >= enough && longest > 0 {
            runs.push((at, at + longest - 1));
            at += longest;
        } else {
            at += 1;
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(description: &str, body: &str, teaser: &str, expect: &[&str]) {
        let post = super::super::tests::post(description, body);
        let traced = highlight_teaser(
            &post,
            &Teaser { text: teaser.to_owned(), from: crate::teaser::TeaserMethod::Extract.into() },
        );
        let whole: Vec<String> =
            traced.iter().map(|passage| passage.spans.iter().map(|span| span.text.as_str()).collect()).collect();
        assert_eq!(
            whole.concat(),
            format!("{description}{}", html::blocks(body).iter().map(|b| b.text.as_str()).collect::<String>())
        );
        let spans = traced.iter().flat_map(|passage| &passage.spans).filter(|span| span.taken);
        assert_eq!(spans.map(|span| span.text.as_str()).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn the_sentences_of_a_teaser_are_marked_where_they_stand() {
        let body =
            "<p>But divers found a hole in the quay. It is wide.</p><ul><li>A crane for the quay: it lifts.</li></ul>";
        check("", body, "Divers found a hole in the quay.", &["divers found a hole in the quay."]);
        check("", body, "A crane for the quay; More ferries.", &["A crane for the quay"]);
        check("The quay is shut.", body, "The quay is shut.", &["The quay is shut."]);
        check("", body, "Nothing of it at all.", &[]);
        check("", body, "", &[]);
        check("", "", "Words.", &[]);
        check("", "<p>港の灯りが消えた。人々は歩いた。</p>", "港の灯りが消えた。", &["港の灯りが消えた。"]);
    }
}
