//! The pictures that a post of a folder names: their files, and the addresses at which its site shows them.

use std::path::{Component, Path, PathBuf};

use url::Url;

use super::templating::{Dialect, without_templates};
use crate::{
    html,
    post::Image,
    source::site::{self, FileName, Page, Scheme, Site, glob},
};

/// Where a post stands: what the pictures that it names may mean.
pub struct Pictures<'a> {
    /// The folder that every file must lie in: that of the site, else that of the source.
    pub root: &'a Path,
    pub site: Option<&'a Site>,
    pub scheme: &'a dyn Scheme,
    pub page: &'a Page<'a>,
    /// The path of the page from the root of its site.
    pub address: Option<&'a str>,
    /// The address of the page.
    pub url: Option<&'a Url>,
    /// Makes an address of a path from the root of the site.
    pub resolve: &'a dyn Fn(&str) -> Option<Url>,
}

/// What sites call the folders of pictures that notes name without them.
const ATTACHMENTS: &[&str] = &["attachments", "Attachments", "assets", "images", "files"];

impl Pictures<'_> {
    /// The first of the pictures that front matter names whose file is there, or that lies elsewhere; else the first.
    pub fn named(&self, names: &[String], alt: Option<String>) -> Option<Image> {
        let found: Vec<Image> = names.iter().filter_map(|name| self.find(name, false)).collect();
        let is_sure =
            |image: &&Image| image.file.is_some() || self.url.is_none_or(|url| url.origin() != image.url.origin());
        let image = found.iter().find(is_sure).or(found.first())?.clone();
        Some(Image { alt: alt.or(image.alt.clone()), ..image })
    }

    /// The cover that lies beside the `index` of a folder.
    pub fn of_bundle(&self) -> Option<Image> {
        const NAMES: &[&str] = &["cover", "feature", "thumbnail", "banner", "hero"];
        if !FileName::of(self.page.path).is_index {
            return None;
        }
        let files = self.beside_page("")?.read_dir().ok()?.flatten().take(1_000);
        let mut names: Vec<String> = files.filter_map(|file| file.file_name().into_string().ok()).collect();
        names.sort();
        let rank = |name: &String| {
            NAMES.iter().position(|word| name.to_lowercase().contains(word)).filter(|_| is_picture(name))
        };
        let name = names.iter().filter_map(|name| Some((rank(name)?, name))).min()?.1;
        self.find(name, true)
    }

    /// A text with its pictures at their addresses, and the first of them that is larger than an icon.
    pub fn within(&self, text: &str) -> (String, Option<Image>) {
        let mut first = None;
        let text = html::with_sources(text, |src, alt, is_icon| {
            let image = self.find(src, true)?;
            let address = matches!(image.url.scheme(), "http" | "https").then(|| image.url.to_string());
            if !is_icon && first.is_none() {
                let alt = alt.map(html::plain_line).filter(|alt| !alt.is_empty());
                first = Some(Image { alt, ..image });
            }
            address
        });
        (text, first)
    }

    /// Finds a picture by what a text calls it; `in_text` where that is relative to the page, not to the site.
    fn find(&self, name: &str, in_text: bool) -> Option<Image> {
        let name = bare(name);
        let image = |url, file| Some(Image { url, alt: None, width: None, height: None, file });
        let whole = if name.starts_with("//") { Url::parse(&format!("https:{name}")) } else { Url::parse(&name) };
        if let Some(url) = whole.as_ref().ok().filter(|url| url.has_host()).cloned() {
            let base = (self.resolve)("/").filter(|base| base.origin() == url.origin());
            let rest = base.and_then(|base| url.path().strip_prefix(base.path()).map(str::to_owned));
            let file = rest.and_then(|rest| self.published(&rest)).map(|(file, _)| file);
            return matches!(url.scheme(), "http" | "https").then(|| image(url, file))?;
        }
        if whole.is_ok() || name.is_empty() {
            return None;
        }
        let path = decoded(name.split(['?', '#']).next()?)?;
        // Where the page itself lies comes first, then what stands at the root of the site.
        if !path.starts_with('/')
            && let Some((file, inner)) = self.beside(&path)
        {
            let address = self.scheme.resource(self.page, self.address.unwrap_or("/"), &inner);
            let url =
                address.and_then(|address| (self.resolve)(&address)).or_else(|| Url::from_file_path(&file).ok())?;
            return image(url, Some(file));
        }
        let base = (self.resolve)("/");
        let rooted = path.trim_start_matches('/');
        let section = base.as_ref().map(|base| base.path().trim_matches('/').to_owned()).unwrap_or_default();
        if self.site.is_none() && path.starts_with('/') {
            let file = [Some(rooted), site::within(rooted, &section)]
                .into_iter()
                .flatten()
                .find_map(|rest| self.published(rest));
            let url =
                base.and_then(|base| base.join(&name).ok()).or_else(|| Url::from_file_path(&file.as_ref()?.0).ok())?;
            return image(url, file.map(|(file, _)| file));
        }
        let inner = site::within(rooted, &section).filter(|_| !section.is_empty());
        for rest in [Some(rooted), inner].into_iter().flatten() {
            if let Some((file, address)) = self.published(rest) {
                let url =
                    address.and_then(|address| (self.resolve)(&address)).or_else(|| Url::from_file_path(&file).ok())?;
                return image(url, Some(file));
            }
        }
        let url = match (in_text || self.site.is_none(), self.url, &base) {
            (true, Some(page), _) => page.join(&name),
            (_, _, Some(base)) => base.join(&name),
            _ => return None,
        };
        image(url.ok()?, None)
    }

    /// A file beside the page, in a folder of its name or of attachments, or where its path leads from there; with its
    /// path within the site.
    fn beside(&self, path: &str) -> Option<(PathBuf, String)> {
        if let Some(rest) = path.strip_prefix("@/").or_else(|| path.strip_prefix("~/")) {
            return self.contained(self.root.join("src").join(rest));
        }
        let found = self.contained(self.beside_page(path)?);
        let own = self.page.path.rsplit_once('.').map(|(own, _)| self.root.join(own).join(path));
        let folders = self
            .site
            .and_then(|site| site.config.text("attachmentFolderPath"))
            .into_iter()
            .chain(ATTACHMENTS.iter().copied());
        let attached = || {
            let above = self.page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let roots = [self.root.to_owned(), self.root.join(above)];
            folders
                .flat_map(|folder| roots.iter().map(move |root| root.join(folder).join(path)))
                .find_map(|file| self.contained(file))
        };
        found.or_else(|| self.contained(own?)).or_else(|| if path.contains('/') { None } else { attached() })
    }

    fn beside_page(&self, path: &str) -> Option<PathBuf> {
        let page = self.root.join(self.page.path);
        let folder = page.parent()?;
        if path.contains('*') {
            let pattern = glob(path)?;
            let below = |folder: PathBuf, inner: &str| {
                let mut names: Vec<String> = folder
                    .read_dir()
                    .into_iter()
                    .flatten()
                    .flatten()
                    .take(1_000)
                    .filter_map(|file| file.file_name().into_string().ok())
                    .collect();
                names.sort();
                let inner = inner.to_owned();
                names.into_iter().map(move |name| if inner.is_empty() { name } else { format!("{inner}/{name}") })
            };
            let inner = path.rsplit_once('/').map_or("", |(inner, _)| inner);
            let name = below(folder.join(inner), inner).find(|name| pattern.is_match(name))?;
            return Some(folder.join(name));
        }
        Some(folder.join(path))
    }

    /// A file that the site shows at this path from its root, and that path; without it where only a program knows.
    fn published(&self, path: &str) -> Option<(PathBuf, Option<String>)> {
        let Some(site) = self.site else {
            let (file, inner) = self.contained(self.root.join(path))?;
            return Some((file, Some(format!("/{inner}"))));
        };
        let found = site.statics().find_map(|folder| self.contained(folder.join(path)));
        if let Some((file, _)) = found {
            return Some((file, Some(format!("/{path}"))));
        }
        let kept =
            ["assets", "src", "src/assets"].iter().find_map(|folder| self.contained(self.root.join(folder).join(path)));
        kept.map(|(file, _)| (file, None))
    }

    /// The file, unless it lies outside of the site, whatever links lead there; with its path within the site.
    fn contained(&self, file: PathBuf) -> Option<(PathBuf, String)> {
        let mut parts: Vec<&std::ffi::OsStr> = Vec::new();
        for part in file.strip_prefix(self.root).ok()?.components() {
            match part {
                Component::Normal(part) => parts.push(part),
                Component::ParentDir => drop(parts.pop()?),
                Component::CurDir => {}
                _ => return None,
            }
        }
        let inner: PathBuf = parts.iter().collect();
        let file = self.root.join(&inner).canonicalize().ok()?;
        let is_inside = file.starts_with(self.root.canonicalize().ok()?) && file.is_file();
        is_inside.then(|| Some((file, inner.to_str()?.to_owned())))?
    }
}

/// The name of a picture without what template languages and notes put around it.
fn bare(name: &str) -> String {
    let named = name.replace("%7B", "{").replace("%7D", "}");
    let mut name = named.trim();
    for start in ["{static}", "{attach}", "{filename}", "|filename|", "{{ site.baseurl }}", "{{site.baseurl}}"] {
        name = name.strip_prefix(start).unwrap_or(name);
    }
    let name = name.trim_start_matches("![[").trim_start_matches("[[").trim_end_matches("]]");
    let name = name.split_once('|').map_or(name, |(name, _)| name);
    let name = name.strip_prefix("./").unwrap_or(name);
    if name.contains("{{") { without_templates(name, Dialect::Html).trim().to_owned() } else { name.to_owned() }
}

fn decoded(path: &str) -> Option<String> {
    if !path.contains('%') {
        return Some(path.to_owned());
    }
    let mut url = Url::parse("file:///").ok()?;
    url.set_path(path);
    let file = url.to_file_path().ok()?;
    let decoded = file.to_str()?;
    Some(if path.starts_with('/') { decoded.to_owned() } else { decoded.trim_start_matches('/').to_owned() })
}

fn is_picture(name: &str) -> bool {
    let kind = name.rsplit_once('.').map(|(_, kind)| kind.to_ascii_lowercase());
    kind.is_some_and(|kind| ["png", "jpg", "jpeg", "gif", "webp", "avif"].contains(&kind.as_str()))
}
