//! `templates`: the built-in layouts, and copies of them to edit.

use std::path::PathBuf;

use anyhow::bail;

use super::{Exit, Setting, Usage, print_list, write};
use crate::render;

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
pub async fn run(args: Args, setting: &Setting) -> anyhow::Result<Exit> {
    let files = render::builtin_templates();
    let Some(Action::New { name }) = args.action else {
        let names = files.iter().filter_map(|(file, _)| file.strip_suffix(".mjml")).filter(|name| !name.contains('/'));
        return print_list(setting, "templates", names.map(str::to_owned).collect()).map(|()| Exit::Done);
    };
    // A layout is a page, its text, and the folder of parts that they include.
    let is_of = |file: &str| file.split(['.', '/']).next() == Some(name.as_str());
    let of_name: Vec<_> = files.iter().filter(|(file, _)| is_of(file)).collect();
    if of_name.is_empty() {
        return Err(Usage(format!("no built-in template `{name}`\nhint: `tidings templates list` shows them")).into());
    }
    let folder = setting.config.parent().map_or_else(PathBuf::new, PathBuf::from).join("templates");
    if let Some((file, _)) = of_name.iter().find(|(file, _)| folder.join(file).exists()) {
        bail!("`{}` is there already\nhint: edit it, or move it away first", folder.join(file).display());
    }
    for (file, text) in &of_name {
        write(&folder.join(file), text.as_bytes())?;
    }
    let written = of_name.iter().map(|(file, _)| folder.join(file).display().to_string());
    print_list(setting, "files", written.collect()).map(|()| Exit::Done)
}
