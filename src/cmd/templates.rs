//! `templates`: the built-in layouts, and copies of them to edit.

use std::path::PathBuf;

use super::{
    exit::{Exit, Failure},
    invocation::Invocation,
    output::write,
};
use crate::{diagnostic::Diagnostic, render};

/// Lists the built-in templates, or copies one to edit.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// The built-in templates.
    List,
    /// Copies a built-in template into `templates/` beside the config.
    New {
        /// Its name, as `classic`.
        name: String,
    },
}

/// Runs the command.
pub async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let files = render::BUILTIN_TEMPLATES;
    let Some(Action::New { name }) = args.action else {
        let names = files.iter().filter_map(|(file, _)| file.strip_suffix(".mjml")).filter(|name| !name.contains('/'));
        invocation.print_list("templates", &names.map(str::to_owned).collect::<Vec<_>>())?;
        return Ok(Exit::Done);
    };
    let own: Vec<&str> = files.iter().map(|(file, _)| *file).filter(|file| is_page_of(file, &name)).collect();
    if own.is_empty() {
        return Err(Failure::usage(
            Diagnostic::new(format!("no built-in template `{name}`")).hint("`tidings templates list` shows them"),
        ));
    }
    let folder = invocation.config.parent().map_or_else(PathBuf::new, PathBuf::from).join("templates");
    if let Some(file) = own.iter().find(|file| folder.join(file).exists()) {
        let there = Diagnostic::new(format!("`{}` is there already", folder.join(file).display()));
        return Err(Failure::new(there.hint("edit it, or move it away first")));
    }
    let mut written = Vec::new();
    for (file, text) in with_parts(own, files) {
        let path = folder.join(file);
        if !path.exists() {
            write(&path, text.as_bytes())?;
            written.push(path.display().to_string());
        } else if std::fs::read(&path).is_ok_and(|there| there != text.as_bytes()) {
            // Somebody's own footer is their footer in every layout.
            invocation.tell(format!("`{}` is there already and stays as it is", path.display()));
        }
    }
    invocation.print_list("files", &written).map(|()| Exit::Done)
}

/// Says whether a file is the page of a layout or its text.
fn is_page_of(file: &str, name: &str) -> bool {
    file.strip_prefix(name).is_some_and(|ending| [".mjml", ".txt"].contains(&ending))
}

/// Templates, and all that they include.
fn with_parts(wanted: Vec<&str>, files: &'static [(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    let mut open: Vec<String> = wanted.into_iter().map(str::to_owned).collect();
    while let Some(name) = open.pop() {
        if let Some(file) = files.iter().find(|(file, _)| *file == name)
            && !found.contains(file)
        {
            found.push(*file);
            open.extend(includes(file.1));
        }
    }
    found.sort_unstable();
    found
}

/// The names in `{% include "…" %}`.
fn includes(text: &str) -> impl Iterator<Item = String> {
    let tags = text.split("{%").skip(1).filter_map(|rest| rest.split("%}").next());
    let named = tags.filter_map(|tag| tag.trim_matches(['-', ' ']).strip_prefix("include "));
    named.map(|name| name.trim().trim_matches(['"', '\'']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_comes_with_all_that_it_includes() {
        let files = render::BUILTIN_TEMPLATES;
        for (name, _) in files {
            let all = with_parts(vec![name], files);
            assert!(all.iter().any(|(found, _)| found == name));
            for (_, text) in &all {
                for part in includes(text) {
                    assert!(all.iter().any(|(found, _)| *found == part), "{name} lacks {part}");
                }
            }
        }
        let names: Vec<&str> = with_parts(vec!["brief.txt"], files).iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["brief.txt", "parts/footer.txt", "parts/masthead.txt", "parts/post.txt"]);
    }

    #[test]
    fn every_part_is_used() {
        let files = render::BUILTIN_TEMPLATES;
        let pages = files.iter().map(|(file, _)| *file).filter(|file| !file.starts_with("parts/")).collect();
        assert_eq!(with_parts(pages, files).len(), files.len());
    }
}
