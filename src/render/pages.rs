//! The pages behind a mail's links: words in the languages that we speak, templates, and a look like the mail's.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use crate::zone::Zone;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    error::Error,
    languages::{ENGLISH, language},
    script,
    template_source::Templates,
    templates::TemplateSet,
    texts::Texts,
    theme,
};

/// The templates of pages, the user's own before the built-in ones.
#[derive(Clone)]
pub struct Pages(Arc<TemplateSet>);

impl std::fmt::Debug for Pages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pages").finish_non_exhaustive()
    }
}

impl Pages {
    /// Parses the templates.
    ///
    /// # Errors
    /// One of the user's that cannot be read or parsed, with its path, line and column.
    pub fn load(templates: &Templates) -> Result<Self, Error> {
        Ok(Self(templates.load()?))
    }

    /// Runs the page `web/NAME`; what the context holds is text, and escaped.
    ///
    /// # Errors
    /// A template that fails, with its path, line and column.
    pub fn render(&self, name: &str, context: &impl Serialize) -> Result<String, Error> {
        self.0.render(&format!("web/{name}"), context)
    }

    /// The style of pages that look like mails of this `template` and `theme`; without a theme that can be read, as
    /// mails look where the editor says nothing.
    pub fn style(&self, template: &str, theme: &BTreeMap<String, String>, language: &str) -> String {
        let own =
            theme::theme(theme, template, language).or_else(|_| theme::theme(&BTreeMap::new(), template, language));
        let colors = own.map(|(theme, _)| theme.as_style()).unwrap_or_default();
        format!("{colors}\n{}", self.0.text("web/page.css"))
    }
}

/// The words of a page in one language.
pub struct PageTexts {
    /// The BCP 47 tag of the language that the words are in.
    pub lang: String,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
    words: &'static HashMap<String, String>,
    texts: Texts,
}

impl PageTexts {
    /// Takes the first of these languages that we speak, English where we speak none.
    pub fn of<'a>(wanted: impl IntoIterator<Item = &'a str>) -> Self {
        let spoken = wanted.into_iter().find_map(|tag| Some((tag, language(tag)?)));
        let (tag, language) = spoken.unwrap_or(("en", &ENGLISH));
        let lang = tag.replace('_', "-");
        let texts = Texts::in_language(tag);
        Self { dir: script::direction(&lang), lang, words: &language.pages, texts }
    }

    /// A word.
    pub fn word(&self, key: &str) -> &str {
        self.words.get(key).map(String::as_str).unwrap_or_default()
    }

    /// A word with names filled in; one of another direction stands isolated (Unicode UAX #9).
    pub fn with(&self, key: &str, names: &[(&str, &str)]) -> String {
        let mut text = self.word(key).to_owned();
        for (name, value) in names {
            let foreign = script::first_strong(value).is_some_and(|dir| dir != self.dir);
            let value = if foreign { format!("\u{2068}{value}\u{2069}") } else { (*value).to_owned() };
            text = text.replace(&format!("{{{name}}}"), &value);
        }
        text
    }

    /// `No. 3`.
    pub fn number(&self, number: i64) -> String {
        self.texts.word("number", "number", &number.to_string())
    }

    /// The long date in a zone.
    pub fn date(&self, at: DateTime<Utc>, zone: Zone) -> String {
        self.texts.date(at, zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_we_speak_is_taken() {
        let of = |wanted: &[&str]| PageTexts::of(wanted.iter().copied()).lang;
        assert_eq!(of(&["fi", "pt-BR"]), "pt-BR");
        assert_eq!(of(&["tlh"]), "en");
        assert_eq!(of(&["ar", "en"]), "ar");
        let arabic = PageTexts::of(["ar"]);
        assert_eq!(arabic.dir, "rtl");
        assert!(arabic.with("left", &[("title", "Harbour")]).contains("\u{2068}Harbour\u{2069}"));
        assert!(!PageTexts::of(["en"]).with("left", &[("title", "Harbour")]).contains('\u{2068}'));
    }

    #[test]
    fn a_page_escapes_and_takes_the_colours_of_the_mail() {
        let pages = Pages::load(&Templates::built_in()).unwrap();
        let context = serde_json::json!({
            "lang": "en", "dir": "ltr", "title": "<b>", "publication": "A & B", "paragraphs": ["<script>"],
            "actions": [], "links": [], "style": "", "posts": [], "head": [],
        });
        let page = pages.render("note.html", &context).unwrap();
        assert!(page.contains("&lt;script&gt;") && page.contains("A &amp; B") && !page.contains("<script"), "{page}");
        let theme = BTreeMap::from([("accent".to_owned(), "#123456".to_owned())]);
        assert!(pages.style("classic", &theme, "en").contains("#123456"));
        let broken = BTreeMap::from([("accent".to_owned(), "blurple".to_owned())]);
        assert_eq!(pages.style("classic", &broken, "en"), pages.style("classic", &BTreeMap::new(), "en"));
    }
}
