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

mod open;

pub use known::Site;
pub use open::open;
pub use page::{FileName, Page, date_of_address};
pub use pattern::expand;
pub use scheme::{Address, Scheme, glob, within};
pub use slug::jekyll as slugged;
