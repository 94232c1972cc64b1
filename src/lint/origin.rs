//! Where what stands in a message comes from: a post, a template of one's own, the config.

use super::clients::Clients;
use crate::{
    diagnostic::Place,
    edition::{Edition, Item},
};

/// What posts, editor and templates wrote, so that a fault can be told from their words, and told where it is.
#[derive(Debug, Default)]
pub struct Origin<'a> {
    /// All words that posts and editor wrote: what looks like a template's residue is none where they wrote it.
    pub(super) words: String,
    /// How each post is called where it stands, in the order of the edition.
    posts: Vec<(String, &'a Item)>,
    files: Vec<(String, String)>,
    pub(super) clients: Clients,
}

impl<'a> Origin<'a> {
    /// What an edition's posts and its editor wrote.
    ///
    /// Of what is a template itself, subject, preheader and intro, only the words beside its marks count.
    pub fn of(edition: &'a Edition) -> Self {
        let publication = &edition.publication;
        let mut words = vec![edition.title.as_str(), publication.name.as_str()];
        words.extend(publication.address.as_deref());
        let templates = [Some(&edition.subject), Some(&edition.preheader), edition.intro.as_ref()];
        let templates: Vec<String> = templates.into_iter().flatten().map(|text| beside_marks(text)).collect();
        words.extend(templates.iter().map(String::as_str));
        words.extend(edition.texts.values().map(String::as_str));
        for item in &edition.posts {
            words.extend([item.post.title.as_str(), item.teaser.text.as_str(), item.post.body.as_str()]);
            words.extend(item.post.authors.iter().chain(&item.post.tags).map(String::as_str));
            words.extend(item.post.image.as_ref().and_then(|image| image.alt.as_deref()));
            words.extend(item.post.url.as_ref().map(url::Url::as_str));
        }
        let name = |item: &'a Item| (format!("“{}” of `{}`", short(&item.post.title), item.post.source), item);
        let posts = edition.posts.iter().map(name).collect();
        Self { words: words.join("\n"), posts, files: Vec::new(), clients: Clients::default() }
    }

    /// Calls the posts by these names; `None` leaves a name as it is.
    pub fn with_posts(mut self, file: impl Fn(&Item) -> Option<String>) -> Self {
        for (name, item) in &mut self.posts {
            if let Some(file) = file(item) {
                *name = format!("“{}” in {file}", short(&item.post.title));
            }
        }
        self
    }

    /// Adds a file that may be the origin of what stands in the page; the first that fits is named.
    pub fn with_file(mut self, path: impl Into<String>, text: impl Into<String>) -> Self {
        self.files.push((path.into(), text.into()));
        self
    }

    /// Judges by what these clients show.
    pub fn with_clients(self, clients: Clients) -> Self {
        Self { clients, ..self }
    }

    /// What a post is called.
    pub fn name_of(&self, item: &Item) -> String {
        let found = self.posts.iter().find(|(_, known)| std::ptr::eq(*known, item));
        found.map_or_else(|| format!("“{}”", short(&item.post.title)), |(name, _)| name.clone())
    }

    /// Where an address stands: the post, or else the file with line and column.
    pub fn place(&self, address: &str) -> Option<Place> {
        self.post(address).map(Place::from).or_else(|| self.file(address))
    }

    /// The post that a link, a picture or words come from.
    pub(super) fn post(&self, about: &str) -> Option<&str> {
        let about = about.trim();
        let is_of = |item: &Item| {
            let address = |url: &url::Url| url.as_str() == about;
            item.post.url.as_ref().is_some_and(address)
                || item.post.image.as_ref().is_some_and(|image| address(&image.url))
        };
        let says = |item: &Item| {
            let alt = item.post.image.as_ref().and_then(|image| image.alt.as_deref()).unwrap_or_default();
            let texts = [item.post.title.as_str(), &item.teaser.text, alt];
            about.chars().count() > 2
                && (texts.iter().any(|text| text.contains(about)) || item.post.authors.iter().any(|name| name == about))
        };
        let found = |fits: &dyn Fn(&Item) -> bool| self.posts.iter().find(|(_, item)| fits(item));
        found(&is_of).or_else(|| found(&says)).map(|(name, _)| name.as_str()).filter(|_| !about.is_empty())
    }

    /// The first place in a file that holds `sign`: `templates/own.mjml:12:5`.
    pub(super) fn file(&self, sign: &str) -> Option<Place> {
        let sign = sign.trim();
        let (path, text, at) = self
            .files
            .iter()
            .filter(|_| !sign.is_empty())
            .find_map(|(path, text)| Some((path, text, find_ignoring_case(text, sign)?)))?;
        let before = &text[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Some(Place::new(path, line, column))
    }
}

/// What of a template is no mark.
fn beside_marks(template: &str) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some(start) = ["{{", "{%", "{#"].iter().filter_map(|mark| rest.find(mark)).min() {
        out.push_str(&rest[..start]);
        out.push(' ');
        let end = ["}}", "%}", "#}"].iter().filter_map(|mark| Some(rest[start..].find(mark)? + 2)).min();
        rest = end.map_or("", |end| &rest[start + end..]);
    }
    out + rest
}

/// Letters beyond ASCII are compared as they are.
fn find_ignoring_case(text: &str, sign: &str) -> Option<usize> {
    let (text, sign) = (text.as_bytes(), sign.as_bytes());
    text.windows(sign.len()).position(|window| window.eq_ignore_ascii_case(sign))
}

fn short(title: &str) -> String {
    let cut: String = title.chars().take(60).collect();
    if cut.len() < title.len() { format!("{}…", cut.trim_end()) } else { cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_beside_marks_are_the_editors() {
        assert_eq!(
            beside_marks("None of {{ posts | length }} {% if x %}None{% endif %}!{# None #}"),
            "None of    None ! "
        );
        assert_eq!(beside_marks("a {{ b"), "a  ");
    }

    #[test]
    fn a_place_in_a_file_is_told_by_line_and_column() {
        let origin = Origin::default().with_file("a.mjml", "one\ntwo £ #ABC").with_file("b.mjml", "#abc #def");
        assert_eq!(origin.file("#abc"), Some(Place::new("a.mjml", 2, 7)));
        assert_eq!(origin.file("#def"), Some(Place::new("b.mjml", 1, 6)));
        assert_eq!(origin.file("#123"), None);
        assert_eq!(origin.file(" "), None);
    }
}
