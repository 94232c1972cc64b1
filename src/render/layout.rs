//! A template and a context in, HTML out: Tera first, MJML then, and errors that point at the user's own file.

use std::path::{Component, Path, PathBuf};

use serde::Serialize;

use super::{
    error::Error,
    mjml::{self, File, Fonts},
    template_source::Templates,
    templates::TemplateSet,
    trim::trim,
};
use crate::diagnostic::{Diagnostic, Explain as _};

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
