//! MJML in, HTML out; the only file that names mrml.

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
};

use mrml::prelude::{
    parser::{ParserOptions, memory_loader::MemoryIncludeLoader, noop_loader::NoopIncludeLoader},
    render::RenderOptions,
};

use super::markup::{Fault, includes, prepare};

/// What mrml's recursion may use.
const STACK: usize = 16 << 20;

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

#[cfg(test)]
mod tests {
    use super::{super::markup::place, *};
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
