//! MJML in, HTML out, as MJML 5 makes it.
//!
//! [`parse`] reads, [`include`] puts files together, [`check`] refuses what would vanish, [`attributes`] says which
//! value each attribute has; then every component writes itself into the body, told by an [`ElementView`] what is around
//! it, and [`html_document`] puts the page around. [`mrml`] alone names mrml, which draws accordions and carousels, all of
//! a document in one run. `tests/fixtures/mjml` holds documents with what the npm package made of them, and
//! `tests/it/mjml` compares.
//!
//! Layout and SMTP conversation are our own: mrml 6 has the structures of MJML 4, parses strictly and by recursion, and
//! writes values with Rust's escapes; ours does what MJML 5 does, in 0.5 ms for the example, 20 times as fast as the npm
//! package. lettre's transport sends 22 messages a second over a connection (body and final dot are two writes that Nagle's
//! algorithm holds up) and drops it at any refusal; ours sends 5,090 over eight, and keeps a connection that refuses one.

mod attributes;
mod background;
mod button;
mod check;
mod children;
mod column;
mod column_width;
mod components;
mod divider;
mod mrml;
mod group;
mod gutter;
mod head;
mod hero;
mod image;
mod include;
mod inline;
mod schema;
mod navbar;
mod outlook;
mod parse;
mod section;
mod sizes;
mod html_document;
mod social;
mod table;
mod tags;
mod text;
mod tree;
mod view;
mod write;

use attributes::Defaults;
use head::PageHead;
use html_document::Root;
use tree::{Element, Problem};
use view::{ElementView, Surroundings};

use crate::diagnostic::{self, Diagnostic};

pub(super) use include::{File, Load};
pub(super) use parse::{mark, unmark};

/// How many characters of a line are shown with a problem.
const MAX_EXCERPT: usize = 100;

/// Whose web fonts may be linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fonts {
    /// Those that the document names by `mj-font`: a mail loads nothing else from a stranger.
    Named,
    /// Also those that MJML links by itself.
    Mjml,
}

/// What became of a document.
#[derive(Debug)]
pub(super) struct MjmlOutput {
    pub(super) html: String,
    /// What has no effect.
    pub(super) warnings: Vec<Diagnostic>,
}

/// Lays out a document; `files` are those that its marks speak of ([`mark`]), the document itself is the last.
///
/// # Errors
/// Markup that is not well formed, that is not MJML, or includes what cannot be read.
pub(super) fn to_html(mut files: Vec<File>, load: Load<'_>, fonts: Fonts) -> Result<MjmlOutput, Diagnostic> {
    let result = lay_out(&mut files, load, fonts);
    let show = |problem| show(problem, &files);
    match result {
        Ok((html, warnings)) => Ok(MjmlOutput { html, warnings: warnings.into_iter().map(show).collect() }),
        Err(problem) => Err(show(problem)),
    }
}

fn lay_out(files: &mut Vec<File>, load: Load<'_>, fonts: Fonts) -> Result<(String, Vec<Problem>), Problem> {
    let own = files.len().saturating_sub(1);
    let mut tree = parse::parse(files.last().map_or("", |file| &file.text), own)?;
    let Some(index) = tree.iter().position(|element| !element.is_raw()) else {
        return Err(Problem::whole("there is no `<mjml>` element"));
    };
    let mut root = tree.swap_remove(index);
    include::expand(&mut root, files, load)?;
    let warnings = check::check(&root, files)?;
    let mut defaults = Defaults::default();
    let mut head = PageHead::read(&root, &mut defaults, fonts == Fonts::Mjml);
    let attribute = |name: &str, default: &'static str| {
        root.attributes.get(name).filter(|value| !value.is_empty()).unwrap_or(default).to_owned()
    };
    let (lang, dir, owa) = (attribute("lang", "und"), attribute("dir", "auto"), attribute("owa", "mobile"));
    let root_says = Root { lang: &lang, dir: &dir, wide_owa: owa == "desktop" };
    let mut body = root.child("mj-body").cloned().unwrap_or_default();
    defaults.apply(&mut body, "");
    let html = self::body(&body, &root_says, &mut head, &defaults)?;
    let html = inline::set_attributes(&outlook::tighten(&html), &head.html_attributes);
    let page = inline::inline(&html_document::page(&root_says, &head, &html), &head.inline);
    Ok((outlook::merge(&page), warnings))
}

/// Writes the body.
fn body(body: &Element, root: &Root<'_>, head: &mut PageHead, defaults: &Defaults) -> Result<String, Problem> {
    use write::{is, open, style};
    let outside = Surroundings { columns: 1, siblings: 1, ..Surroundings::default() };
    let view = ElementView::new(body, &outside, defaults, components::component);
    let mut out = String::with_capacity(16 << 10);
    let paint = || style(&[("word-spacing", is("normal")), ("background-color", view.get("background-color"))]);
    open(&mut out, "body", &[("id", view.get("id")), ("class", view.get("css-class")), ("style", paint())]);
    if !head.preview.is_empty() {
        out.push_str("<div style=\"display:none;font-size:1px;color:#ffffff;line-height:1px;max-height:0px;max-width:0px;opacity:0;overflow:hidden;\">");
        out.push_str(&head.preview);
        out.push_str("</div>");
    }
    let title = Some(head.title.clone()).filter(|title| !title.is_empty()).map(Into::into);
    let attributes = [
        ("aria-label", title),
        ("aria-roledescription", is("email")),
        ("role", is("article")),
        ("lang", is(root.lang)),
        ("dir", is(root.dir)),
        ("style", paint()),
    ];
    open(&mut out, "div", &attributes);
    let around =
        Surroundings { width: view.get("width").unwrap_or_default().as_ref().into(), ..Surroundings::default() };
    children::children(view, &around, head, &mut out, components::component);
    out.push_str("</div></body>");
    mrml::draw(&out, head, defaults)
}

/// Adds to a problem the file, line and column that it stands at, and the line itself.
fn show(problem: Problem, files: &[File]) -> Diagnostic {
    // What is wrong inside of an included file has its place there.
    let at = problem.at.filter(|_| problem.shown.place.is_none());
    let Some((file, at)) = at.and_then(|at| Some((files.get(at.file)?, at))) else { return problem.shown };
    let mut offset = at.offset.min(file.text.len());
    while !file.text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &file.text[..offset];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.matches('\n').count() + 1;
    let shown = problem.shown.at(diagnostic::Place::new(&file.name, line, before[start..].chars().count() + 1));
    let text = unmark(file.text[start..].lines().next().unwrap_or_default());
    match text.trim() {
        "" => shown,
        text => shown.excerpt(text.chars().take(MAX_EXCERPT).collect::<String>(), None),
    }
}
