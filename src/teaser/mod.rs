//! The words that stand for a post in the digest.
//!
//! An editor's words come first, then the makers in the order of the config; each gives a text or says why it has
//! none. When every maker has refused, what passes all checks but the wishes (long enough, no question) is taken; else the
//! teaser is empty: a title and a link are more honest than a text that breaks off.

mod checks;
mod common;
mod description;
pub mod extract;
mod fit;
mod instruction;
mod lead;
pub mod llm;
mod sentence;
mod trace;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

pub use checks::Told;
pub use common::Common;
pub use trace::{Passage, Span, trace};

use crate::{
    html::{self, Block},
    post::Post,
};

/// `[digest.X.teaser]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Style {
    /// How a teaser is made, tried in this order: `description`, `extract`, `lead`, `llm`. Default: `["description",
    /// "extract"]`.
    pub from: Vec<Maker>,
    /// How many characters (graphemes) a teaser has at most. Default: `240`.
    pub max_chars: usize,
    /// How many sentences a teaser has at most. Default: `2`.
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

impl Origin {
    /// The word for it in JSON and in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Editor => "editor",
            Self::Description => "description",
            Self::Extract => "extract",
            Self::Lead => "lead",
            Self::Llm => "llm",
            Self::None => "none",
        }
    }
}

/// What is known of a post besides itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Around<'a> {
    /// An editor's own teaser, from `[digest.X.teasers]`.
    pub pinned: Option<&'a str>,
    /// What stands in many posts of its source.
    pub common: Option<&'a Common>,
    /// The teasers of the posts before it in the edition.
    pub earlier: &'a [Told],
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
    let mut editors = editors.into_iter().flatten().map(|text| fit::one_line(&html::plain_line(text)));
    if let Some(text) = editors.find(|text| !text.is_empty()) {
        return Made { teaser: Teaser { text, from: Origin::Editor }, refused: Vec::new() };
    }
    let blocks = instruction::without(html::blocks(&post.body));
    let material = Material::new(post, &blocks, style, around);
    let mut refused = Vec::new();
    // Who asks for a model's words alone gets the extractor's where the model has none.
    let makers = match style.from.contains(&Maker::Llm) && !style.from.contains(&Maker::Extract) {
        true => [&style.from[..], &[Maker::Extract]].concat(),
        false => style.from.clone(),
    };
    for maker in makers.iter().copied() {
        let made = maker.make(&material, style);
        // Whatever a maker thinks of its own work, nothing with a defect goes out.
        let made = made.and_then(|text| checks::defect(&text, &material).map_or(Ok(text), |defect| Err(defect.into())));
        match made {
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
    style: &'a Style,
    around: &'a Around<'a>,
    /// The language of the body, or the one that the publisher names.
    language: Option<&'static str>,
}

impl<'a> Material<'a> {
    fn new(post: &'a Post, blocks: &'a [Block], style: &'a Style, around: &'a Around<'a>) -> Self {
        Self { post, blocks, style, around, language: checks::of_post(post.language.as_deref(), blocks) }
    }
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

    /// What the maker had to refuse for being short, a question, or too long as a whole.
    fn shorten(self, material: &Material<'_>, style: &Style) -> Option<String> {
        match self {
            Self::Description => description::shorten(material, style),
            Self::Extract => extract::shorten(material, style),
            Self::Lead => lead::shorten(material, style),
            Self::Llm => None,
        }
    }

    /// The word for it in the config, in JSON and in tables.
    pub fn as_str(self) -> &'static str {
        self.origin().as_str()
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
#[path = "tests.rs"]
mod bad_bodies;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::BlockKind;

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
            has_marked_lead: false,
        }
    }

    /// What `maker` makes of a post with these blocks, at 100 graphemes and 2 sentences.
    pub(super) fn made(maker: Maker, description: &str, blocks: &[(BlockKind, &str)]) -> Result<String, Reason> {
        let blocks: Vec<Block> =
            blocks.iter().map(|(kind, text)| Block { kind: *kind, text: (*text).to_owned() }).collect();
        let style = Style { max_chars: 100, ..Style::default() };
        let around = Around::default();
        maker.make(&Material::new(&post(description, ""), &blocks, &style, &around), &style)
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
    fn nothing_is_better_than_a_text_that_breaks_off() {
        let long = "Divers found a hole as large as a door in the northern part of the old quay on Sunday.";
        check("", long, "", Origin::None);
        check(
            "Divers found a hole in the quay. The repair […]",
            "",
            "Divers found a hole in the quay.",
            Origin::Description,
        );
        check("Divers found a hole in the quay and then they […]", "", "", Origin::None);
        check("", &"x".repeat(100), "", Origin::None);
        check("", &"港".repeat(100), "", Origin::None);
        check("", "Who dug the hole in the quay?", "Who dug the hole in the quay?", Origin::Extract);
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
}
