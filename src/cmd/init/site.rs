//! What `init --from` found of a site.

use std::path::PathBuf;

use url::Url;

/// A site as its folder or its pages show it; nothing where they say nothing.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// Its posts, where there are some.
    pub posts: Option<Posts>,
    /// What makes it, where that is known.
    pub generator: Option<String>,
    /// What it calls itself.
    pub name: Option<String>,
    /// A BCP 47 tag.
    pub language: Option<String>,
    /// An IANA name.
    pub timezone: Option<String>,
    /// Its address.
    pub url: Option<Url>,
    /// The colour of its links and buttons, as `#rrggbb`.
    pub accent: Option<String>,
    /// Its picture.
    pub logo: Option<Logo>,
    /// It is on this machine: digests of it must be allowed to fetch from there.
    pub is_private: bool,
}

/// Where a site's posts are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Posts {
    /// A feed.
    Feed(Url),
    /// A page that lists them.
    Listing(Url),
    /// A folder of files.
    Folder(PathBuf),
}

/// A picture for the head of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    /// Where it was found.
    pub place: String,
    /// `logo.png`, after what it is.
    pub file: String,
    /// The picture.
    pub octets: Vec<u8>,
}

impl Logo {
    /// A picture that every mail program shows; none of what is no such.
    pub fn new(place: String, octets: Vec<u8>) -> Option<Self> {
        let kinds: [(&[u8], &str); 3] = [(b"\x89PNG", "png"), (b"\xff\xd8\xff", "jpg"), (b"GIF8", "gif")];
        let (_, kind) = kinds.iter().find(|(start, _)| octets.starts_with(start))?;
        Some(Self { place, file: format!("logo.{kind}"), octets })
    }
}

/// A language tag in its usual form: a language, and a region or script where one stands beside it.
pub fn language(tag: &str) -> Option<String> {
    let tag = tag.trim().split('.').next()?.replace('_', "-");
    let mut parts = tag.split('-');
    let first = parts.next().filter(|part| matches!(part.len(), 2 | 3))?.to_ascii_lowercase();
    let is_word = |part: &str| matches!(part.len(), 2..=8) && part.bytes().all(|octet| octet.is_ascii_alphanumeric());
    let rest: Vec<&str> = parts.collect();
    let is_tag = first.bytes().all(|octet| octet.is_ascii_alphabetic()) && rest.iter().all(|part| is_word(part));
    is_tag.then(|| {
        rest.iter().fold(first, |tag, part| {
            if part.len() == 2 { format!("{tag}-{}", part.to_ascii_uppercase()) } else { format!("{tag}-{part}") }
        })
    })
}
