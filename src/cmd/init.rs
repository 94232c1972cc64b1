//! `init`: a working project in an empty folder, of samples or of a site that is there.

mod accent;
mod project_files;
mod site;
mod site_folder;
mod website;

use std::path::{Path, PathBuf};

use serde_json::json;
use url::Url;

use self::site::{Posts, Site};
use super::{
    exit::{Exit, Failure},
    invocation::Invocation,
    output::write,
};
use crate::diagnostic::Diagnostic;

const FILES: [(&str, &str); 5] = [
    ("tidings.toml", include_str!("../../templates/project/tidings.toml")),
    ("subscribers.csv", include_str!("../../templates/project/subscribers.csv")),
    ("posts/welcome.md", include_str!("../../templates/project/posts/welcome.md")),
    ("posts/how-a-digest-is-made.md", include_str!("../../templates/project/posts/how-a-digest-is-made.md")),
    ("posts/before-the-first-send.md", include_str!("../../templates/project/posts/before-the-first-send.md")),
];

/// Writes a working project: a config, three posts, two subscribers; with `--from`, of the posts, the name and the
/// colours of a site.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// A site to make the project of: its folder, or its address.
    #[arg(long, value_name = "FOLDER|URL")]
    from: Option<String>,
}

/// Runs the command.
pub async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let site = match &args.from {
        Some(from) => Some(inspect_site(from, invocation).await?),
        None => None,
    };
    let files = match site.as_ref().and_then(|site| Some((site, site.posts.as_ref()?))) {
        Some((site, posts)) => project_files::files(site, posts, &args.folder),
        None => FILES.iter().map(|(file, text)| ((*file).to_owned(), text.as_bytes().to_vec())).collect(),
    };
    if let Some((file, _)) = files.iter().find(|(file, _)| args.folder.join(file).exists()) {
        let there = Diagnostic::new(format!("`{}` is there already", args.folder.join(file).display()));
        return Err(Failure::new(there.hint("name an empty folder")));
    }
    let mut written = Vec::new();
    for (file, octets) in &files {
        let path = args.folder.join(file);
        write(&path, octets)?;
        written.push(path.display().to_string());
    }
    let mut said = json!({ "files": written });
    if let Some(site) = &site {
        let found = found(site);
        for (what, value) in &found {
            match value {
                Some(value) => invocation.tell(format!("{what}: {value}")),
                None => invocation.tell(format!("{what}: not found")),
            }
        }
        said["found"] = found.into_iter().map(|(what, value)| (what.to_owned(), json!(value))).collect();
    }
    invocation.print(&said, written.join("\n"))?;
    let enter = if args.folder == Path::new(".") { String::new() } else { format!("cd {} && ", args.folder.display()) };
    invocation.tell(format!("now: {enter}tidings preview"));
    Ok(Exit::Done)
}

/// Looks at a site that must have posts.
async fn inspect_site(from: &str, invocation: &Invocation) -> Result<Site, Failure> {
    let url = Url::parse(from).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let site = match &url {
        Some(url) => website::read(url, invocation.now()).await,
        None => site_folder::read(Path::new(from)),
    };
    let site = site.map_err(|wrong| Failure::new(wrong.at(from.to_owned())))?;
    if site.posts.is_none() {
        let none = Diagnostic::new("there is no feed, and no list of posts that could be read").at(from.to_owned());
        return Err(Failure::new(none.hint("give the address of the feed, or of the page that lists the posts")));
    }
    Ok(site)
}

/// What is said of a site; nothing where it was not found.
fn found(site: &Site) -> [(&'static str, Option<String>); 7] {
    let (kind, place) = match &site.posts {
        Some(Posts::Feed(url)) => ("feed", Some(url.to_string())),
        Some(Posts::Listing(url)) => ("listing", Some(url.to_string())),
        Some(Posts::Folder(path)) => ("folder", Some(path.display().to_string())),
        None => ("posts", None),
    };
    [
        (kind, place),
        ("generator", site.generator.clone()),
        ("name", site.name.clone()),
        ("address", site.url.as_ref().map(Url::to_string)),
        ("language", site.language.clone()),
        ("colour", site.accent.clone()),
        ("logo", site.logo.as_ref().map(|logo| logo.place.clone())),
    ]
}
