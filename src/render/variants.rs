//! An edition in each language that its readers ask for and we speak.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    error::Error,
    languages::language,
    rendered::{Rendered, render_with},
    script::primary,
    template_source::Templates,
};
use crate::edition::Edition;

/// The parts of an edition by language: the publication's own, and the others that readers ask for.
///
/// Posts and teasers stay as they are written; our own words, dates and the direction of the page follow the
/// reader. Everyone who reads one variant gets the same mail but for the slots.
#[derive(Debug, Clone, PartialEq)]
pub struct Variants<T = Rendered> {
    main: T,
    others: BTreeMap<String, T>,
}

impl<T> Variants<T> {
    /// Puts parts together: the publication's own, and others by the first part of their BCP 47 tag (`de`).
    pub fn new(main: T, others: BTreeMap<String, T>) -> Self {
        Self { main, others }
    }

    /// The parts in the publication's own language.
    pub fn main(&self) -> &T {
        &self.main
    }

    /// The parts for a reader of this language; the publication's own where there are no others.
    pub fn of(&self, language: Option<&str>) -> &T {
        language.and_then(|tag| self.others.get(&primary(tag))).unwrap_or(&self.main)
    }

    /// The variants in other languages than the publication's own.
    pub fn others(&self) -> impl Iterator<Item = (&str, &T)> {
        self.others.iter().map(|(language, parts)| (language.as_str(), parts))
    }

    /// All of them, the publication's own first.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&self.main).chain(self.others.values())
    }

    /// The same variants made into something else.
    ///
    /// # Errors
    /// The first that `make` gives.
    pub fn try_map<U, E>(&self, make: impl Fn(&T) -> Result<U, E>) -> Result<Variants<U>, E> {
        let others = self.others.iter().map(|(language, parts)| Ok((language.clone(), make(parts)?)));
        Ok(Variants { main: make(&self.main)?, others: others.collect::<Result<_, E>>()? })
    }
}

/// Lays out an edition in its own language and in each of `languages` that we speak.
///
/// # Errors
/// As [`render`](super::render()) does.
pub fn variants(edition: &Edition, languages: &[String], templates: &Templates) -> Result<Variants, Error> {
    let main = render_with(&*templates.load()?, edition)?;
    with_languages(main, edition, languages, templates)
}

/// The same where the edition's own language is laid out already.
///
/// # Errors
/// As [`variants`].
pub fn with_languages(
    main: Rendered,
    edition: &Edition,
    languages: &[String],
    templates: &Templates,
) -> Result<Variants, Error> {
    let own = primary(&edition.language);
    let wanted: BTreeSet<String> = languages.iter().map(|tag| primary(tag)).collect();
    let others = wanted.into_iter().filter(|tag| *tag != own && language(tag).is_some());
    let templates = templates.load()?;
    let others = others.map(|language| {
        let edition = Edition { language: language.clone(), ..edition.clone() };
        Ok((language, render_with(&templates, &edition)?))
    });
    let others = others.collect::<Result<_, Error>>()?;
    Ok(Variants { main, others })
}
