//! A folder as the site that a generator makes of it: which files are its posts, where they are published, who wrote
//! them. Each generator is a file; what they are known by is data, in `generators.toml`.

mod astro;
mod authors;
mod config;
mod docusaurus;
mod eleventy;
mod hexo;
mod hugo;
mod jekyll;
mod known;
mod literals;
mod page;
mod pattern;
mod pelican;
mod plain;
mod scheme;
mod slug;
mod vitepress;
mod zola;

use std::collections::HashMap;

use self::{
    astro::Astro, authors::author_names, docusaurus::Docusaurus, eleventy::Eleventy, hexo::Hexo, hugo::Hugo,
    jekyll::Jekyll, pelican::Pelican, plain::Plain, vitepress::Vitepress, zola::Zola,
};

pub use known::Site;
pub use page::{FileName, Page, date_of_address};
pub use pattern::expand;
pub use scheme::{Address, Scheme, glob, within};
pub use slug::jekyll as slugged;

/// Gives what a site's generator makes of its files, and the names behind the keys of its authors.
pub fn open(site: Option<&Site>) -> (Box<dyn Scheme>, HashMap<String, String>) {
    let Some(Site { generator, root, config, files, .. }) = site else {
        return (Box::new(Plain::default()), HashMap::new());
    };
    let scheme: Box<dyn Scheme> = match *generator {
        "Hugo" => Box::new(Hugo::new(root, config)),
        "Jekyll" => Box::new(Jekyll::new(config)),
        "Zola" => Box::new(Zola::new(config)),
        "Eleventy" => Box::new(Eleventy::new(root, config, files)),
        "Astro" => Box::new(Astro::new(root, config, files)),
        "Hexo" => Box::new(Hexo::new(config)),
        "Pelican" => Box::new(Pelican::new(config)),
        "Docusaurus" => Box::new(Docusaurus::new(config)),
        "VitePress" => Box::new(Vitepress::new(config)),
        _ => Box::new(Plain::vault(config)),
    };
    (scheme, author_names(root, config))
}
