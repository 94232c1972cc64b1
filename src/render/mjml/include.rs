//! A tree with `mj-include`s in, one without out.

use super::{
    parse::parse,
    tree::{Attributes, Element, Place, Problem},
};
use crate::diagnostic::Diagnostic;

/// A file that was read: what people know it by, and its text.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::render) struct File {
    pub(in crate::render) name: String,
    pub(in crate::render) text: String,
}

/// Reads the file that a path names: the path as it was written, and the name of the file that says so.
///
/// To its errors the place is added.
pub(in crate::render) type Load<'a> = &'a dyn Fn(&str, &str) -> Result<File, Diagnostic>;

/// A document may be made of so many files.
const FILES: usize = 256;

/// Puts what is included in its place: elements where the `mj-include` stands, styles and heads at the end of the head.
///
/// # Errors
/// A file that cannot be read or parsed, or that includes itself.
pub(super) fn expand(root: &mut Element, files: &mut Vec<File>, load: Load<'_>) -> Result<(), Problem> {
    let (mut head, mut styles) = (Vec::new(), Vec::new());
    let mut open = vec![root.at.file];
    let mut into = Into { files, load, head: &mut head, styles: &mut styles };
    children(root, &mut into, &mut open)?;
    head.append(&mut styles);
    if head.is_empty() {
        return Ok(());
    }
    match root.children.iter_mut().find(|child| child.name == "mj-head") {
        Some(own) => own.children.append(&mut head),
        None => {
            let at = root.at;
            root.children.push(Element { name: "mj-head".to_owned(), children: head, at, ..Element::default() });
        }
    }
    Ok(())
}

/// Where what is included goes.
struct Into<'a> {
    files: &'a mut Vec<File>,
    load: Load<'a>,
    head: &'a mut Vec<Element>,
    styles: &'a mut Vec<Element>,
}

fn children(element: &mut Element, into: &mut Into<'_>, open: &mut Vec<usize>) -> Result<(), Problem> {
    if !element.children.iter().any(|child| child.name == "mj-include" || !child.children.is_empty()) {
        return Ok(());
    }
    let in_head = element.name == "mj-head";
    for mut child in std::mem::take(&mut element.children) {
        if child.name == "mj-include" {
            let included = include(&child, in_head, into, open)?;
            element.children.extend(included);
        } else {
            children(&mut child, into, open)?;
            element.children.push(child);
        }
    }
    Ok(())
}

/// What stands in the place of an `mj-include`.
fn include(
    element: &Element,
    in_head: bool,
    into: &mut Into<'_>,
    open: &mut Vec<usize>,
) -> Result<Vec<Element>, Problem> {
    let fail = |shown: Diagnostic| Problem::new(shown, element.at);
    let Some(path) = element.attributes.get("path").filter(|path| !path.trim().is_empty()) else {
        let shown = Diagnostic::new("`mj-include` names no file");
        return Err(fail(shown.hint("write it as `path=\"./footer.mjml\"`")));
    };
    let from = into.files.get(element.at.file).map_or("", |file| &file.name);
    let file = (into.load)(path.trim(), from).map_err(fail)?;
    if open.iter().any(|open| into.files.get(*open).is_some_and(|open| open.name == file.name)) {
        return Err(fail(format!("`{path}` includes itself").into()));
    }
    if into.files.len() >= FILES {
        return Err(fail(format!("more than {FILES} files are included").into()));
    }
    let number = into.files.len();
    let at = Place { file: number, offset: 0 };
    into.files.push(file);
    let text = &into.files[number].text;
    let made = |name: &str, content: &str| Element {
        name: name.to_owned(),
        content: content.to_owned(),
        at,
        ..Element::default()
    };
    match element.attributes.get("type") {
        Some("html") => return Ok(vec![made("mj-raw", text)]),
        Some("css") => {
            let mut style = made("mj-style", text.trim());
            if element.attributes.get("css-inline") == Some("inline") {
                style.attributes = Attributes(vec![("inline".to_owned(), "inline".to_owned())]);
            }
            into.styles.push(style);
            return Ok(Vec::new());
        }
        _ => {}
    }
    let mut parts = parse(text, number)?;
    open.push(number);
    let styles_around = std::mem::take(into.styles);
    let mut whole = Element { children: Vec::new(), at, ..Element::default() };
    match parts.iter_mut().position(|part| part.name == "mjml") {
        None => whole.children = parts,
        // A whole document gives its body here, and its head to the head: in its place where that is here.
        Some(index) => {
            for part in std::mem::take(&mut parts[index].children) {
                match part.name.as_str() {
                    "mj-body" => whole.children.extend(part.children),
                    "mj-head" => {
                        let mut head = part;
                        children(&mut head, into, open)?;
                        let place = if in_head { &mut whole.children } else { &mut *into.head };
                        place.append(&mut head.children);
                    }
                    _ => {}
                }
            }
        }
    }
    children(&mut whole, into, open)?;
    open.pop();
    let place = if in_head { &mut whole.children } else { &mut *into.head };
    place.extend(std::mem::replace(into.styles, styles_around));
    Ok(whole.children)
}
