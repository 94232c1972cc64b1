//! The guide: what Tidings does, one page for each thing. `tidings help TOPIC` shows the same pages in the terminal.

/// A page of the guide, in Markdown.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// What `tidings help` calls it.
    pub name: &'static str,
    /// The whole page; it opens with a heading.
    pub text: &'static str,
}

impl Page {
    /// The heading of the page, which says what the page answers.
    pub fn title(&self) -> &'static str {
        self.text.lines().next().unwrap_or_default().trim_start_matches(['#', ' '])
    }
}

/// Declares a module for each page, so that rustdoc shows it, and lists all of them in [`PAGES`].
///
/// A page links to others as `[selection]`, and says at its end where that is for who reads the file. In front of it
/// stands where that is in rustdoc: of two that say so, the first holds.
macro_rules! pages {
    ($($name:ident)*) => {
        pages!(@each [$($name)*] $($name)*);

        /// All pages, in reading order.
        pub const PAGES: &[Page] = &[$(Page {
            name: stringify!($name),
            text: include_str!(concat!("guide/", stringify!($name), ".md")),
        }),*];
    };
    (@each $all:tt $($name:ident)*) => {
        $(pages!(@page $all $name);)*
    };
    (@page [$($all:ident)*] $name:ident) => {
        #[doc = concat!($("[", stringify!($all), "]: crate::guide::", stringify!($all), "\n"),*)]
        #[doc = include_str!(concat!("guide/", stringify!($name), ".md"))]
        #[allow(rustdoc::redundant_explicit_links, reason = "the label is the page's name, on purpose")]
        pub mod $name {}
    };
}

pages! {
    sources selection teasers layouts variables subscribers delivery schedule live pages preflight commands config
    deploying figures developing
}
