//! A template and a context in, HTML out: Tera first, MJML then, and errors that point at the user's own file. What
//! nobody sees (comments, empty attributes, white space that means nothing) is trimmed.

use std::path::{Component, Path, PathBuf};

use serde::Serialize;

use crate::{
    diagnostic::{Diagnostic, Explain as _},
    html::{self, Token, is_conditional},
};

use super::{
    error::Error,
    mjml::{self, File, Fonts},
    template_source::Templates,
    templates::TemplateSet,
};

/// What a template gives.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) mjml: String,
    pub(super) html: String,
    /// What of the template has no effect.
    pub(super) warnings: Vec<Diagnostic>,
}

/// Runs a template by name, lays out what it gives, and trims the page. What it includes is a template too.
///
/// # Errors
/// A template that cannot be run or laid out, with its file, line and column.
pub(super) fn lay_out(templates: &TemplateSet, name: &str, context: &impl Serialize) -> Result<Layout, Error> {
    let marked = templates.render_marked(name, context)?;
    let mut files = templates.files();
    files.push(File { name: templates.path(name), text: marked.clone() });
    let load = |path: &str, from: &str| {
        let folder = templates.name_of(from).unwrap_or(name).rsplit_once('/').map_or("", |(folder, _)| folder);
        let inside = inside(Path::new(folder), path);
        let inside = inside.ok_or_else(|| Diagnostic::new(format!("`{path}` is outside of the templates")))?;
        let name = [inside.clone(), format!("{inside}.mjml")].into_iter().find(|name| templates.has(name));
        let Some(name) = name else {
            let missing = Diagnostic::new(format!("there is no `{path}` among the templates"));
            return Err(missing.hint(format!("it is looked for as `{inside}`")));
        };
        let text = if name.ends_with(".css") {
            templates.text(&name).to_owned()
        } else {
            templates.render_marked(&name, context).map_err(|error| error.diagnostic())?
        };
        Ok(File { name: templates.path(&name), text })
    };
    let page = mjml::to_html(files, &load, Fonts::Named).map_err(Error::Template)?;
    Ok(Layout { mjml: mjml::unmark(&marked), html: trim(&page.html), warnings: page.warnings })
}

/// Lays out one MJML file and adds nothing; Tera runs over it and what it includes only with `data`.
///
/// `mj-include` is resolved inside the file's folder. What of it has no effect is in the second value.
///
/// # Errors
/// A file that cannot be read, run or laid out, with line and column.
pub fn mjml_file(path: &Path, data: Option<&serde_json::Value>) -> Result<(String, Vec<Diagnostic>), Error> {
    let unread = |source| Error::Read { path: path.to_owned(), source };
    let text = std::fs::read_to_string(path).map_err(unread)?;
    let name = path.display().to_string();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let root = folder.canonicalize().map_err(unread)?;
    let tera = data.map(|data| Ok::<_, Error>((Templates::built_in().load()?, data))).transpose()?;
    let run = |name: &str, text: String, number: Option<usize>| match &tera {
        Some((templates, data)) => templates.one_off(name, &text, number, data),
        None => Ok(text),
    };
    let mut files = vec![File { name: name.clone(), text: text.clone() }];
    files.push(File { name: name.clone(), text: run(&name, text, Some(0))? });
    let load = |path: &str, from: &str| {
        let near = Path::new(from).parent().unwrap_or(folder);
        let near = near.strip_prefix(folder).unwrap_or(near);
        let outside = || Diagnostic::new(format!("`{path}` is outside of the folder of `{name}`"));
        let inside = inside(near, path).ok_or_else(outside)?;
        let found = [inside.clone(), format!("{inside}.mjml")].into_iter().find(|path| folder.join(path).is_file());
        let Some(found) = found else {
            let missing = Diagnostic::new(format!("there is no `{path}` beside `{name}`"));
            return Err(missing.hint(format!("it is looked for at `{}`", folder.join(&inside).display())));
        };
        let file = folder.join(found);
        if !file.canonicalize().is_ok_and(|real| real.starts_with(&root)) {
            return Err(format!("`{path}` leads out of the folder of `{name}`").into());
        }
        let shown = file.display().to_string();
        let text = std::fs::read_to_string(&file).map_err(|error| format!("cannot read `{shown}`: {error}"))?;
        let text = run(&shown, text, None).map_err(|error| error.diagnostic())?;
        Ok(File { name: shown, text })
    };
    let page = mjml::to_html(files, &load, Fonts::Mjml).map_err(Error::Template)?;
    Ok((page.html, page.warnings))
}

/// A path from a folder, with `/`; `None` where it leads out of the root.
fn inside(folder: &Path, path: &str) -> Option<String> {
    let mut parts = PathBuf::new();
    for part in folder.join(path).components() {
        match part {
            Component::Normal(part) => parts.push(part),
            Component::CurDir => {}
            Component::ParentDir if parts.pop() => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/"))
}

/// Elements beside which white space is not shown (HTML, 15.3.3: those that are no part of a line of text).
const BLOCKS: [&str; 34] = [
    "body", "br", "center", "col", "colgroup", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "head",
    "hr", "html", "li", "link", "meta", "noscript", "ol", "p", "style", "table", "tbody", "td", "th", "thead", "title",
    "tr", "ul", "xml",
];

/// Trims a page.
pub(super) fn trim(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    // White space stays where it is part of what is shown.
    let mut preformatted = 0_usize;
    let (mut after_block, mut in_style) = (true, false);
    let mut tokens = html::scan_with_conditionals(html).peekable();
    while let Some(token) = tokens.next() {
        let was_style = std::mem::take(&mut in_style);
        match token {
            Token::Comment(comment) if comment.starts_with("<!--") && !is_conditional(comment) => {}
            Token::Comment(comment) => out.push_str(comment),
            Token::Start(tag) | Token::End(tag) => {
                tag_without_empty(tag.source, &mut out);
                after_block = is_block(&token);
                let is_start = matches!(token, Token::Start(_));
                in_style = is_start && tag.is(&["style"]);
                if tag.is(&["pre", "textarea"]) {
                    preformatted = if is_start { preformatted + 1 } else { preformatted.saturating_sub(1) };
                }
            }
            Token::Text(css) if was_style => out.push_str(&css.split_whitespace().collect::<Vec<_>>().join(" ")),
            Token::Text(text) => {
                if preformatted > 0 {
                    out.push_str(text)
                } else {
                    words(text, after_block, tokens.peek().is_some_and(is_block), &mut out)
                }
                after_block = after_block && text.trim().is_empty();
            }
        }
    }
    out
}

fn is_block(token: &Token<'_>) -> bool {
    matches!(token, Token::Start(tag) | Token::End(tag) if tag.is(&BLOCKS))
}

/// Writes words with one space or line end between them, and none at a block's edge.
fn words(text: &str, after_block: bool, before_block: bool, out: &mut String) {
    let is_space = |char: char| matches!(char, ' ' | '\n' | '\t' | '\r');
    let mut spaces: Option<char> = None;
    let mut any = false;
    for char in text.chars() {
        if is_space(char) {
            spaces = Some(if char == '\n' || spaces == Some('\n') { '\n' } else { ' ' });
            continue;
        }
        if let Some(space) = spaces.take().filter(|_| (any || !after_block) && !out.ends_with(is_space)) {
            out.push(space);
        }
        out.push(char);
        any = true;
    }
    let edge = before_block || (!any && (after_block || out.ends_with(is_space)));
    out.extend(spaces.filter(|_| !edge));
}

/// Copies a tag but for an empty `class` or `style`.
fn tag_without_empty(tag: &str, out: &mut String) {
    if !tag.contains("=\"\"") {
        out.push_str(tag);
        return;
    }
    out.push_str(&tag.replace(" class=\"\"", "").replace(" style=\"\"", ""));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_not_shown_goes() {
        for (page, expect) in [
            ("<div>\n  <p> a  b\n c </p>\n</div>\n", "<div><p>a b\nc</p></div>"),
            ("<p>a <b>b</b> <i>c</i>d</p>", "<p>a <b>b</b> <i>c</i>d</p>"),
            ("<td class=\"\" style=\"\" title=\"a  b\">x</td>", "<td title=\"a  b\">x</td>"),
            ("<!-- note --><p>a</p><!-- b -->", "<p>a</p>"),
            ("<pre> a\n  b </pre>", "<pre> a\n  b </pre>"),
            ("<style>\n a {\n  b: c;\n }\n</style>", "<style>a { b: c; }</style>"),
            ("<p>a\u{a0} \u{a0}b</p>", "<p>a\u{a0} \u{a0}b</p>"),
        ] {
            assert_eq!(trim(page), expect);
        }
    }

    #[test]
    fn conditional_comments_stay() {
        let spaced = "<!--[if !mso]><!-- --><b>x</b><!-- <![endif]-->";
        assert_eq!(trim(spaced), spaced);
        let page = "<!--[if mso | IE]><table><tr><td><![endif]--><!--[if !mso]><!--><b>x</b><!--<![endif]-->";
        assert_eq!(trim(page), page);
        assert_eq!(trim("<!--[if mso]>\n <xml>\n</xml> <![endif]-->"), "<!--[if mso]><xml></xml><![endif]-->");
    }

    proptest! {
        #[test]
        fn a_page_that_was_trimmed_stays_as_it_is(page in "(<p>|</p>|<b>|</b>|a| |\n|<!--\\[if mso\\]>|<!\\[endif\\]-->|<br>|é){0,20}") {
            let once = trim(&page);
            prop_assert_eq!(trim(&once), once);
        }

        #[test]
        fn nothing_makes_it_panic(page in "[<>!a-z/\"' =\n\u{e9}-]{0,60}") {
            trim(&page);
        }
    }
}
