//! A site by its folder: what its generator's config, its style sheets and its pictures say.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use serde::Deserialize;
use url::Url;

use super::{
    accent::accent,
    assignments::value_of,
    site::{Logo, Posts, Site, language},
};
use crate::diagnostic::Diagnostic;

#[derive(Debug, Deserialize)]
struct Known {
    generator: Vec<Generator>,
    keys: Keys,
}

/// By which files a generator is known.
#[derive(Debug, Deserialize)]
struct Generator {
    name: String,
    /// What its config calls the site's address.
    url: Option<String>,
    configs: Vec<String>,
    /// What must be there besides.
    also: Option<String>,
    /// A key that the config must have.
    holds: Option<String>,
    posts: Vec<String>,
}

/// What configs call things, the surest first.
#[derive(Debug, Deserialize)]
struct Keys {
    name: Vec<String>,
    language: Vec<String>,
    timezone: Vec<String>,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the table is ours, and a test reads it")]
    toml::from_str(include_str!("generators.toml")).expect("generators.toml is well-formed")
});

/// Files that are looked at, of a site at most.
const MAX_FILES: usize = 2_000;

/// A site's config is sought in so many folders, from the one that is named upwards.
const MAX_ABOVE: usize = 4;

/// A file that is read is no larger.
const MAX_OCTETS: u64 = 1_000_000;

/// Reads a site by its folder.
///
/// # Errors
/// When there is no such folder.
pub fn read(folder: &Path) -> Result<Site, Diagnostic> {
    let root = folder.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            let there = Diagnostic::new(format!("there is no folder `{}`", folder.display()));
            there.hint("an address begins with https://")
        }
        _ => Diagnostic::new(format!("`{}` cannot be read: {error}", folder.display())),
    })?;
    if !root.is_dir() {
        return Err(Diagnostic::new(format!("`{}` is a file, not a folder", folder.display())));
    }
    let known = |site: &Path| {
        let all = KNOWN.generator.iter().map(|generator| (generator, configs(site, generator)));
        all.into_iter()
            .find(|(_, configs)| !configs.is_empty())
            .map(|(generator, configs)| (site.to_owned(), generator, configs))
    };
    // The folder may be the one of the posts, somewhere inside of the site.
    let above = root.ancestors().take(MAX_ABOVE).find_map(known);
    let (site, generator, configs) = match above {
        Some((site, generator, configs)) => (site, Some(generator), configs),
        None => (root.clone(), None, Vec::new()),
    };
    let inner =
        generator.iter().filter(|_| site == root).flat_map(|generator| &generator.posts).map(|inner| root.join(inner));
    let posts = inner.into_iter().find(|inner| inner.is_dir()).unwrap_or_else(|| root.clone());
    let value = |keys: &[String]| configs.iter().find_map(|config| value_of(config, keys));
    let url = generator.and_then(|generator| address(generator, &configs));
    let name = value(&KNOWN.keys.name).or_else(|| Some(url.as_ref()?.domain()?.to_owned()));
    let files = files(&site);
    let styles = files.iter().filter(|file| is_style(file)).filter_map(|file| text(file));
    let styles: Vec<String> = configs.iter().cloned().chain(styles).collect();
    // A picture among the posts belongs to one of them.
    let ranked = files.iter().filter_map(|file| Some((file.starts_with(&posts), logo_rank(file)?, file)));
    let mut pictures: Vec<_> = ranked.collect();
    pictures.sort();
    Ok(Site {
        posts: Some(Posts::Folder(posts)),
        generator: generator.map(|generator| generator.name.clone()),
        name: name.or_else(|| Some(site.file_name()?.to_str()?.to_owned())),
        language: value(&KNOWN.keys.language).and_then(|tag| language(&tag)),
        timezone: value(&KNOWN.keys.timezone).filter(|zone| zone.parse::<crate::zone::Zone>().is_ok()),
        url,
        accent: accent(None, &styles),
        logo: pictures.iter().find_map(|(.., file)| Logo::new(file.display().to_string(), octets(file)?)),
        is_private: false,
    })
}

/// The configs of a generator that are there.
fn configs(root: &Path, generator: &Generator) -> Vec<String> {
    if generator.also.as_ref().is_some_and(|also| !root.join(also).exists()) {
        return Vec::new();
    }
    let mut texts: Vec<String> = generator.configs.iter().filter_map(|config| text(&root.join(config))).collect();
    if generator
        .holds
        .as_ref()
        .is_some_and(|word| !texts.iter().any(|text| value_of(text, std::slice::from_ref(word)).is_some()))
    {
        texts.clear();
    }
    texts
}

/// The site's address, and below it the folder that some configs keep apart.
fn address(generator: &Generator, configs: &[String]) -> Option<Url> {
    let value = |key: &str| configs.iter().find_map(|config| value_of(config, &[key.to_owned()]));
    let mut url = Url::parse(&value(generator.url.as_ref()?)?).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let base = ["baseurl", "base"].iter().find_map(|key| value(key)).filter(|base| base.starts_with('/'));
    if let Some(base) = base.filter(|_| url.path() == "/") {
        url.set_path(&base);
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Some(url)
}

/// Says whether a file may hold the site's own colours; those of program text in it are not.
fn is_style(file: &Path) -> bool {
    const PROGRAM_TEXT: &[&str] = &["highlight", "syntax", "prism", "pygments", "chroma", "rouge"];
    let name = file.to_str().unwrap_or_default().to_ascii_lowercase();
    is_of(file, &["css", "scss", "sass", "less", "styl"]) && !PROGRAM_TEXT.iter().any(|word| name.contains(word))
}

/// How likely a file is the site's logo; `None` where it is no such picture.
fn logo_rank(file: &Path) -> Option<(usize, usize)> {
    if !is_of(file, &["png", "jpg", "jpeg", "gif"]) {
        return None;
    }
    let stem = file.file_stem()?.to_str()?.to_ascii_lowercase();
    let rank = ["logo", "apple-touch-icon", "icon", "favicon"].iter().position(|name| stem.contains(name))?;
    Some((rank, stem.len()))
}

fn is_of(file: &Path, kinds: &[&str]) -> bool {
    file.extension().and_then(|kind| kind.to_str()).is_some_and(|kind| kinds.contains(&kind))
}

fn octets(file: &Path) -> Option<Vec<u8>> {
    let about = fs::metadata(file).ok()?;
    (about.is_file() && about.len() <= MAX_OCTETS).then(|| fs::read(file).ok())?
}

fn text(file: &Path) -> Option<String> {
    octets(file).map(|octets| String::from_utf8_lossy(&octets).into_owned())
}

/// The files of a site, those nearer to its root first; what a generator builds or a package manager brings is none.
fn files(root: &Path) -> Vec<PathBuf> {
    const FOREIGN: &[&str] = &["node_modules", "_site", "dist", "target", "vendor"];
    let (mut files, mut open, mut at) = (Vec::new(), vec![root.to_owned()], 0);
    while at < open.len() && at < MAX_FILES && files.len() < MAX_FILES {
        let Ok(entries) = fs::read_dir(&open[at]) else {
            at += 1;
            continue;
        };
        let mut entries: Vec<_> = entries.flatten().take(MAX_FILES).collect();
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !name.starts_with('.') && !FOREIGN.contains(&name) => {
                    open.push(entry.path())
                }
                Ok(kind) if kind.is_file() => files.push(entry.path()),
                _ => {}
            }
        }
        at += 1;
    }
    files
}
