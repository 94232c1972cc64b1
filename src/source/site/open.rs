//! A site with the scheme of its generator.

use std::collections::HashMap;

use super::{
    astro::Astro, authors::author_names, docusaurus::Docusaurus, eleventy::Eleventy, hexo::Hexo, hugo::Hugo,
    jekyll::Jekyll, known::Site, pelican::Pelican, plain::Plain, scheme::Scheme, vitepress::Vitepress, zola::Zola,
};

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
