//! MJML in, HTML out; the only file that names mrml.
//!
//! mrml parses strictly and by recursion, and writes attribute values with Rust's own escapes. So the markup is
//! walked once before it: nesting is capped, and every character of an attribute value that Rust would escape
//! becomes a numeric character reference.

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
};

use mrml::prelude::{
    parser::{ParserOptions, memory_loader::MemoryIncludeLoader, noop_loader::NoopIncludeLoader},
    render::RenderOptions,
};

/// Tags may be nested this deep; deeper ones would exhaust the stack of a recursive parser.
const DEPTH: usize = 256;

/// What mrml's recursion may use.
const STACK: usize = 16 << 20;

/// Why MJML cannot become HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// What is wrong.
    pub(super) what: String,
    /// Octets from the start of the markup; `None` where nobody knows.
    pub(super) at: Option<usize>,
}

/// Whose web fonts may be linked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fonts {
    /// None: a mail loads nothing from a stranger.
    None,
    /// Those that MJML links by itself.
    Mjml,
}

/// Lays out markup that includes nothing.
///
/// # Errors
/// Markup that is not well formed, is no MJML, or is nested too deep.
pub(super) fn to_html(mjml: &str, fonts: Fonts) -> Result<String, Fault> {
    convert(mjml, HashMap::new(), fonts)
}

/// Lays out markup whose `mj-include`s lie in `folder`.
///
/// # Errors
/// As [`to_html`], and an include that is missing, outside of the folder, or includes itself.
pub(super) fn to_html_with_includes(mjml: &str, folder: &Path) -> Result<String, Fault> {
    let mut files = HashMap::new();
    let root = folder.canonicalize().map_err(|error| whole(format!("`{}`: {error}", folder.display())))?;
    collect_includes(mjml, &root, &mut Vec::new(), &mut files)?;
    convert(mjml, files, Fonts::Mjml)
}

fn convert(mjml: &str, files: HashMap<String, String>, fonts: Fonts) -> Result<String, Fault> {
    let prepared = prepare(mjml)?;
    let mut ready = HashMap::with_capacity(files.len());
    for (path, text) in files {
        let text = prepare(&text).map_err(|fault| whole(format!("`{path}`: {}", fault.what)))?.text;
        ready.insert(path, text);
    }
    let work = || run(&prepared.text, ready, fonts);
    let result =
        std::thread::scope(|scope| match std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work) {
            Ok(thread) => thread.join().unwrap_or_else(|_| Err(whole("the layout engine gave up"))),
            Err(error) => Err(whole(format!("no thread for the layout: {error}"))),
        });
    result.map_err(|fault| Fault { at: fault.at.map(|at| prepared.original(at)), what: fault.what })
}

fn run(mjml: &str, files: HashMap<String, String>, fonts: Fonts) -> Result<String, Fault> {
    let include_loader: Box<dyn mrml::prelude::parser::loader::IncludeLoader> =
        if files.is_empty() { Box::new(NoopIncludeLoader) } else { Box::new(MemoryIncludeLoader::from(files)) };
    let parsed =
        mrml::parse_with_options(mjml, &ParserOptions { include_loader }).map_err(|error| fault(mjml, &error))?;
    let mut options = RenderOptions::default();
    if fonts == Fonts::None {
        options.fonts.clear();
    }
    parsed.element.render(&options).map_err(|error| whole(format!("the layout engine says: {error}")))
}

/// Puts mrml's errors into words.
fn fault(mjml: &str, error: &mrml::prelude::parser::Error) -> Fault {
    use mrml::prelude::parser::Error as E;
    let at = |what: &str, position: &mrml::prelude::parser::Span| {
        let tag = mjml.get(position.start..position.end).unwrap_or_default();
        let tag: String = tag.chars().take(40).collect();
        Fault {
            what: if tag.is_empty() { what.to_owned() } else { format!("{what}: `{tag}`") },
            at: Some(position.start),
        }
    };
    match error {
        E::UnexpectedElement { position, .. } => at("this element may not stand here", position),
        E::UnexpectedToken { position, .. } => at("a tag is not closed, or closes what is not open", position),
        E::MissingAttribute { name, position, .. } => at(&format!("the attribute `{name}` is missing"), position),
        E::InvalidAttribute { position, .. } => at("this attribute is not valid", position),
        E::InvalidFormat { position, .. } => at("this is not valid", position),
        E::EndOfStream { .. } => Fault { what: "a tag is never closed".to_owned(), at: Some(mjml.len()) },
        E::ParserError { source, .. } => {
            let place = source.pos();
            let start = offset(mjml, place.row as usize, place.col as usize);
            Fault { what: "this is not well-formed markup".to_owned(), at: Some(start) }
        }
        E::IncludeLoaderError { position, .. } => at("this `mj-include` cannot be loaded", position),
        E::NoRootNode => whole("there is no `<mjml>` element"),
        E::SizeLimit { .. } => whole("the markup is too big"),
    }
}

fn whole(what: impl Into<String>) -> Fault {
    Fault { what: what.into(), at: None }
}

fn offset(text: &str, row: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(row.saturating_sub(1)).map(str::len).sum();
    let line = text.get(start..).unwrap_or_default();
    start + line.char_indices().nth(column.saturating_sub(1)).map_or(0, |(at, _)| at)
}

/// Line and column, both counted from 1, of an offset.
pub(super) fn place(text: &str, at: usize) -> (usize, usize) {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
}

/// Markup that mrml takes, and how its offsets relate to those of what it was made from.
struct Prepared {
    text: String,
    /// For each inserted reference: where it ends, and where that is in the original.
    shifts: Vec<(usize, usize)>,
}

impl Prepared {
    fn original(&self, at: usize) -> usize {
        let known = self.shifts.partition_point(|(here, _)| *here <= at);
        match known.checked_sub(1).and_then(|index| self.shifts.get(index)) {
            Some((here, there)) => there + (at - here),
            None => at,
        }
    }
}

/// Normalises line ends and attribute values; refuses tags that do not match, which mrml lets pass, or nest too deep.
fn prepare(mjml: &str) -> Result<Prepared, Fault> {
    let mut out = Prepared { text: String::with_capacity(mjml.len() + 64), shifts: Vec::new() };
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut at = 0;
    while let Some(found) = mjml.get(at..).and_then(|rest| rest.find('<')) {
        let start = at + found;
        copy(&mjml[at..start], at, &mut out);
        let rest = &mjml[start..];
        if rest.starts_with("<!") || rest.starts_with("<?") {
            let end = if rest.starts_with("<!--") {
                rest.find("-->").map(|end| end + 3)
            } else {
                rest.find('>').map(|end| end + 1)
            };
            let end = start + end.unwrap_or(rest.len());
            copy(&mjml[start..end], start, &mut out);
            at = end;
            continue;
        }
        let tag = tag_end(rest);
        let inner = &rest[..tag];
        let named = inner[1..].starts_with(|char: char| char.is_ascii_alphabetic());
        if named && let Some(name) = unknown_element(inner) {
            return Err(Fault { what: format!("there is no element `<{name}>`"), at: Some(start) });
        }
        if inner.starts_with("</") {
            let closing = name(&inner[1..]);
            match open.pop() {
                Some((opening, _)) if opening.eq_ignore_ascii_case(closing) => {}
                Some((opening, _)) => {
                    return Err(Fault { what: format!("`</{closing}>` closes `<{opening}>`"), at: Some(start) });
                }
                None => return Err(Fault { what: format!("`</{closing}>` closes nothing"), at: Some(start) }),
            }
        } else if named && !inner.ends_with("/>") && !is_void(inner) {
            open.push((name(inner), start));
            if open.len() > DEPTH {
                return Err(Fault { what: format!("tags are nested more than {DEPTH} deep"), at: Some(start) });
            }
        }
        if named {
            attributes(inner, start, &mut out)
        } else {
            copy(inner, start, &mut out)
        }
        at = start + tag;
    }
    copy(&mjml[at..], at, &mut out);
    match open.pop() {
        Some((name, start)) => Err(Fault { what: format!("`<{name}>` is never closed"), at: Some(start) }),
        None => Ok(out),
    }
}

/// Copies text, with CRLF and CR as LF.
fn copy(text: &str, from: usize, out: &mut Prepared) {
    if !text.contains('\r') {
        out.text.push_str(text);
        return;
    }
    for (at, char) in text.char_indices() {
        let followed = text[at..].starts_with("\r\n");
        match char {
            '\r' if followed => {
                out.shifts.push((out.text.len(), from + at + 1));
            }
            '\r' => out.text.push('\n'),
            other => out.text.push(other),
        }
    }
}

/// Copies a tag; in quoted values, what Rust would escape becomes a reference.
fn attributes(tag: &str, from: usize, out: &mut Prepared) {
    let mut quote = None;
    for (at, char) in tag.char_indices() {
        match (quote, char) {
            (None, '"' | '\'') => quote = Some(char),
            (None, '\r') => {
                out.text.push(' ');
                continue;
            }
            (Some(open), _) if open == char => quote = None,
            (Some(_), _) if char != '\'' && char.escape_debug().len() > 1 => {
                out.text.push_str(&match char {
                    '\n' | '\r' | '\t' => " ".to_owned(),
                    other => format!("&#{};", u32::from(other)),
                });
                out.shifts.push((out.text.len(), from + at + char.len_utf8()));
                continue;
            }
            _ => {}
        }
        out.text.push(char);
    }
}

/// The octets up to and with the `>` that ends the tag at the start of `rest`.
fn tag_end(rest: &str) -> usize {
    let mut quote = None;
    for (at, octet) in rest.bytes().enumerate() {
        match (quote, octet) {
            (None, b'"' | b'\'') => quote = Some(octet),
            (Some(open), _) if open == octet => quote = None,
            (None, b'>') => return at + 1,
            _ => {}
        }
    }
    // No end in sight: mrml will say what is wrong, and the walk stays linear.
    rest.len()
}

fn name(tag: &str) -> &str {
    tag[1..].split(|char: char| char.is_whitespace() || matches!(char, '/' | '>' | '<')).next().unwrap_or_default()
}

/// mrml writes an element that it does not know as it stands: a slip of the pen that nobody sees.
fn unknown_element(tag: &str) -> Option<&str> {
    let own = name(tag).strip_prefix("mj-")?;
    (!ELEMENTS.contains(&own)).then(|| name(tag))
}

/// MJML's elements, without their `mj-`.
const ELEMENTS: [&str; 35] = [
    "accordion",
    "accordion-element",
    "accordion-text",
    "accordion-title",
    "all",
    "attributes",
    "body",
    "breakpoint",
    "button",
    "carousel",
    "carousel-image",
    "class",
    "column",
    "divider",
    "font",
    "group",
    "head",
    "hero",
    "image",
    "include",
    "navbar",
    "navbar-link",
    "preview",
    "raw",
    "section",
    "social",
    "social-element",
    "spacer",
    "style",
    "table",
    "text",
    "title",
    "wrapper",
    "html-attributes",
    "selector",
];

fn is_void(tag: &str) -> bool {
    let name = name(tag);
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
        .contains(&name)
}

/// Reads every file that the markup includes, and those that they include.
fn collect_includes(
    mjml: &str,
    root: &Path,
    open: &mut Vec<String>,
    files: &mut HashMap<String, String>,
) -> Result<(), Fault> {
    for (at, path) in includes(mjml) {
        let fail = |what: String| Fault { what, at: open.is_empty().then_some(at) };
        if open.contains(&path) {
            return Err(fail(format!("`{path}` includes itself")));
        }
        if open.len() >= 32 {
            return Err(fail(format!("`{path}` is included more than 32 files deep")));
        }
        if files.contains_key(&path) {
            continue;
        }
        let text = read_within(root, &path).map_err(|error| fail(format!("`{path}` cannot be included: {error}")))?;
        open.push(path.clone());
        collect_includes(&text, root, open, files)?;
        open.pop();
        files.insert(path, text);
    }
    Ok(())
}

fn read_within(root: &Path, path: &str) -> io::Result<String> {
    let full: PathBuf = root.join(path).canonicalize()?;
    if !full.starts_with(root) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it lies outside of the file's folder"));
    }
    std::fs::read_to_string(full)
}

/// The `path` of every `<mj-include …>`, with its offset; comments do not count.
fn includes(mjml: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = mjml.get(at..).and_then(|rest| rest.find('<')) {
        let start = at + next;
        let rest = &mjml[start..];
        if rest.starts_with("<!--") {
            at = start + rest.find("-->").map_or(rest.len(), |end| end + 3);
            continue;
        }
        let tag = &rest[..tag_end(rest)];
        if let Some(inner) = tag.strip_prefix("<mj-include")
            && let Some((_, value)) = inner.split_once("path=")
            && let Some(quote) = value.chars().next().filter(|quote| ['"', '\''].contains(quote))
            && let Some(path) = value[1..].split(quote).next()
        {
            found.push((start, path.to_owned()));
        }
        at = start + tag.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn page(inner: &str) -> String {
        format!("<mjml><mj-body><mj-section><mj-column>{inner}</mj-column></mj-section></mj-body></mjml>")
    }

    #[track_caller]
    fn refused(mjml: &str, what: &str) -> Fault {
        let fault = to_html(mjml, Fonts::None).unwrap_err();
        assert!(fault.what.contains(what), "{fault:?}");
        fault
    }

    #[test]
    fn attribute_values_come_out_as_they_went_in() {
        let html = to_html(
            &page("<mj-image alt='a \"quoted\" \\ back\u{a0}no\u{200b}break\nline é 日本 it&#39;s' src=\"https://h.example/a\" />"),
            Fonts::None,
        )
        .unwrap();
        let alt = dom_query::Document::from(html.as_str()).select("img").attr("alt").unwrap().to_string();
        assert_eq!(alt, "a \"quoted\" \\ back\u{a0}no\u{200b}break line é 日本 it's");
    }

    #[test]
    fn deep_nesting_is_refused_and_wide_is_not() {
        let deep = |n: usize| page(&format!("<mj-text>{}{}</mj-text>", "<b>".repeat(n), "</b>".repeat(n)));
        refused(&deep(3000), "nested");
        refused(&deep(100_000), "nested");
        assert!(to_html(&deep(200), Fonts::None).is_ok());
        assert!(to_html(&page(&format!("<mj-text>{}</mj-text>", "<br>".repeat(3000))), Fonts::None).is_ok());
    }

    #[test]
    fn faults_say_where() {
        let mjml = page("\n<mj-text>\n  <p>open</mj-text>");
        let fault = refused(&mjml, "closes");
        assert_eq!(place(&mjml, fault.at.unwrap()).0, 3);
        let mjml = page("\n<mj-image alt=\"\u{a0}\u{a0}\" src=\"x\" />\n<mj-nothing />");
        let fault = refused(&mjml, "there is no element `<mj-nothing>`");
        assert_eq!(place(&mjml, fault.at.unwrap()).0, 3);
        let mjml = page("\n<mj-image alt=\"\u{a0}\u{a0}\" src=\"x\" />\n<mj-text><p>\u{a0}\n</b></mj-text>");
        assert_eq!(place(&mjml, refused(&mjml, "`</b>` closes `<p>`").at.unwrap()).0, 4);
        refused("", "");
        refused("plain", "");
    }

    #[test]
    fn no_fonts_are_fetched_and_line_ends_do_not_matter() {
        let mjml = page("<mj-text font-family=\"Roboto\">\r\n a<br>\r\nb\r\n</mj-text>");
        let html = to_html(&mjml, Fonts::None).unwrap();
        assert!(!html.contains("fonts.googleapis") && !html.contains('\r'));
        assert_eq!(html, to_html(&mjml.replace("\r\n", "\n"), Fonts::None).unwrap());
    }

    #[test]
    fn includes_stay_in_their_folder() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("in");
        std::fs::create_dir(&inner).unwrap();
        std::fs::write(inner.join("part.mjml"), "<mj-text>part</mj-text>").unwrap();
        std::fs::write(inner.join("a.mjml"), "<mj-include path=\"b.mjml\" />").unwrap();
        std::fs::write(inner.join("b.mjml"), "<mj-include path=\"a.mjml\" />").unwrap();
        std::fs::write(folder.path().join("secret.mjml"), "<mj-text>secret</mj-text>").unwrap();
        let run = |path: &str| to_html_with_includes(&page(&format!("<mj-include path=\"{path}\" />")), &inner);
        assert!(run("part.mjml").unwrap().contains("part"));
        assert!(run("../secret.mjml").unwrap_err().what.contains("outside"));
        assert!(run("a.mjml").unwrap_err().what.contains("includes itself"));
        assert!(run("none.mjml").is_err());
    }

    proptest! {
        #[test]
        fn any_markup_is_laid_out_or_refused(text in "[<>/a-z\"'= &!\\-\r\né]{0,60}") {
            let _ = to_html(&page(&text), Fonts::None);
            let _ = to_html(&text, Fonts::None);
            let _ = includes(&text);
        }
    }
}
