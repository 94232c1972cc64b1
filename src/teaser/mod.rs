//! The words that stand for a post in the digest.
//!
//! An editor's words come first, then the makers in the order of the config; each gives a text or says why it has
//! none. Only when every maker has refused is a sentence shortened, at the end of a word.

mod checks;
mod common;
mod description;
mod extract;
mod fit;
mod instruction;
mod lead;
pub mod llm;
mod sentence;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

pub use common::Common;

use crate::{
    html::{self, Block},
    post::Post,
};

/// `[digest.X.teaser]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Style {
    /// Makers, tried in this order.
    pub from: Vec<Maker>,
    /// At most so many graphemes.
    pub max_chars: usize,
    /// At most so many sentences.
    pub max_sentences: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { from: vec![Maker::Description, Maker::Extract], max_chars: 240, max_sentences: 2 }
    }
}

/// The ways of making a teaser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Maker {
    /// The publisher's own words, where they are a real teaser.
    Description,
    /// The sentences of the body that say most.
    Extract,
    /// The first sentences of the body.
    Lead,
    /// A language model's words.
    Llm,
}

/// A teaser and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Teaser {
    /// Plain text of one line; empty where nothing honest could be made.
    pub text: String,
    /// Where it came from.
    pub from: Origin,
}

/// Where a teaser came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// An editor wrote it, in the config or the front matter.
    Editor,
    /// The publisher's own description.
    Description,
    /// Extracted from the body.
    Extract,
    /// The first sentences of the body.
    Lead,
    /// A language model.
    Llm,
    /// There is none.
    None,
}

/// What is known of a post besides itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Around<'a> {
    /// An editor's own teaser, from `[digest.X.teasers]`.
    pub pinned: Option<&'a str>,
    /// What stands in many posts of its source.
    pub common: Option<&'a Common>,
    /// The teasers of the posts before it in the edition.
    pub earlier: &'a [String],
    /// What a language model answered, or why there is no answer.
    pub answer: Option<Result<&'a str, &'a str>>,
}

/// A teaser, and what the makers before it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The teaser.
    pub teaser: Teaser,
    /// Makers that had none, and why.
    pub refused: Vec<Refusal>,
}

/// Why a maker has no teaser for a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Which maker.
    pub maker: Maker,
    /// In words for an editor.
    pub reason: Reason,
}

/// Words for an editor.
pub type Reason = Cow<'static, str>;

/// Makes the teaser of one post.
///
/// Editors' words stay as they are, whatever their length; all others keep to `style`.
pub fn tease(post: &Post, style: &Style, around: &Around<'_>) -> Made {
    let editors = [around.pinned, post.teaser.as_deref()];
    let mut editors = editors.into_iter().flatten().map(|text| fit::one_line(&html::line(text)));
    if let Some(text) = editors.find(|text| !text.is_empty()) {
        return Made { teaser: Teaser { text, from: Origin::Editor }, refused: Vec::new() };
    }
    let blocks = instruction::without(html::blocks(&post.body));
    let material = Material { post, blocks: &blocks, around };
    let mut refused = Vec::new();
    // Who asks for a model's words alone gets the extractor's where the model has none.
    let makers = match style.from.contains(&Maker::Llm) && !style.from.contains(&Maker::Extract) {
        true => [&style.from[..], &[Maker::Extract]].concat(),
        false => style.from.clone(),
    };
    for maker in makers.iter().copied() {
        match maker.make(&material, style) {
            Ok(text) => return Made { teaser: Teaser { text, from: maker.origin() }, refused },
            Err(reason) => refused.push(Refusal { maker, reason }),
        }
    }
    let shortened = makers.iter().find_map(|maker| {
        let text = maker.shorten(&material, style).filter(|text| !instruction::speaks_to_a_machine(text))?;
        Some((*maker, text))
    });
    let teaser = match shortened {
        Some((maker, text)) => Teaser { text, from: maker.origin() },
        None => Teaser { text: String::new(), from: Origin::None },
    };
    Made { teaser, refused }
}

/// What the makers work on.
struct Material<'a> {
    post: &'a Post,
    blocks: &'a [Block],
    around: &'a Around<'a>,
}

impl Maker {
    /// Whole sentences within the limits of `style`, or why there are none.
    fn make(self, material: &Material<'_>, style: &Style) -> Result<String, Reason> {
        match self {
            Self::Description => description::make(material, style),
            Self::Extract => extract::make(material, style),
            Self::Lead => lead::make(material, style),
            Self::Llm => llm::make(material, style),
        }
    }

    /// The beginning of what the maker had to refuse, cut behind a word.
    fn shorten(self, material: &Material<'_>, style: &Style) -> Option<String> {
        match self {
            Self::Description => description::shorten(material, style),
            Self::Extract | Self::Lead => lead::shorten(material, style),
            Self::Llm => None,
        }
    }

    fn origin(self) -> Origin {
        match self {
            Self::Description => Origin::Description,
            Self::Extract => Origin::Extract,
            Self::Lead => Origin::Lead,
            Self::Llm => Origin::Llm,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::BlockKind;
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation;

    pub(super) fn post(description: &str, body: &str) -> Post {
        Post {
            id: crate::post::PostId::new(Some("a"), None, ""),
            source: "blog".to_owned(),
            url: None,
            title: "The quay is closed".to_owned(),
            authors: Vec::new(),
            published: None,
            updated: None,
            tags: Vec::new(),
            language: None,
            image: None,
            description: Some(description.to_owned()).filter(|text| !text.is_empty()),
            teaser: None,
            body: body.to_owned(),
            weight: None,
            draft: false,
        }
    }

    /// What `maker` makes of a post with these blocks, at 100 graphemes and 2 sentences.
    pub(super) fn made(maker: Maker, description: &str, blocks: &[(BlockKind, &str)]) -> Result<String, Reason> {
        let blocks: Vec<Block> =
            blocks.iter().map(|(kind, text)| Block { kind: *kind, text: (*text).to_owned() }).collect();
        let style = Style { max_chars: 100, ..Style::default() };
        let around = Around::default();
        maker.make(&Material { post: &post(description, ""), blocks: &blocks, around: &around }, &style)
    }

    #[track_caller]
    fn check(description: &str, body: &str, expect: &str, from: Origin) {
        let style = Style { max_chars: 60, ..Style::default() };
        let made = tease(&post(description, body), &style, &Around::default());
        assert_eq!(made.teaser, Teaser { text: expect.to_owned(), from });
    }

    const WORDS: &str = "The north quay is closed until the end of May.";
    const BODY: &str = "Divers found a hole in the quay on Sunday. The repair takes weeks.";

    #[test]
    fn makers_are_tried_in_order() {
        check(WORDS, BODY, WORDS, Origin::Description);
        check(
            "The north quay is closed until […]",
            BODY,
            "Divers found a hole in the quay on Sunday.",
            Origin::Extract,
        );
        check("", BODY, "Divers found a hole in the quay on Sunday.", Origin::Extract);
        check("", "", "", Origin::None);
    }

    #[test]
    fn a_cut_is_the_last_resort_and_never_inside_a_word() {
        let long = "Divers found a hole as large as a door in the northern part of the old quay on Sunday.";
        check("", long, "Divers found a hole as large as a door in the northern part…", Origin::Extract);
        check(
            "Divers found a hole in the quay. The repair […]",
            "",
            "Divers found a hole in the quay.",
            Origin::Description,
        );
        check(
            "Divers found a hole in the quay and then they […]",
            "",
            "Divers found a hole in the quay and then they…",
            Origin::Description,
        );
        check("", &"x".repeat(100), "", Origin::None);
        let chinese = "港".repeat(100);
        check("", &chinese, &("港".repeat(59) + "…"), Origin::Extract);
    }

    #[test]
    fn an_editors_words_stay_as_they_are() {
        let style = Style { max_chars: 5, ..Style::default() };
        let edited = Post { teaser: Some("Come aboard\n now".to_owned()), ..post(WORDS, BODY) };
        let check = |pinned, text: &str| {
            let made = tease(&edited, &style, &Around { pinned, ..Around::default() });
            assert_eq!(made.teaser, Teaser { text: text.to_owned(), from: Origin::Editor });
        };
        check(None, "Come aboard now");
        check(Some("Pinned."), "Pinned.");
        check(Some(" "), "Come aboard now");
    }

    proptest! {
        #[test]
        fn teasers_keep_the_limits(
            description in "\\PC{0,60}|([A-Za-z]{1,9}[ .,…\u{202e}\u{0}]{1,2}){0,30}",
            body in "\\PC{0,200}|([A-Za-zé]{1,9}[ .,!\n]{1,2}){0,60}",
            max in 0_usize..120,
        ) {
            let style = Style { max_chars: max, ..Style::default() };
            let teaser = tease(&post(&description, &body), &style, &Around::default()).teaser;
            prop_assert!(teaser.text.graphemes(true).count() <= max);
            prop_assert_eq!(teaser.text.is_empty(), teaser.from == Origin::None);
            let hidden = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}');
            prop_assert!(!teaser.text.contains(hidden));
            prop_assert_eq!(teaser.text.trim(), &teaser.text);
        }
    }
}
