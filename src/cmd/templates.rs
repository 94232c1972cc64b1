//! `templates`: the built-in layouts, and copies of them to edit.

use std::path::PathBuf;

use anyhow::bail;

use super::{Exit, Setting, Usage, print, write};
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
        for name in files.iter().filter_map(|(file, _)| file.strip_suffix(".mjml")).filter(|name| !name.contains('/')) {
            print(&format!("{name}\n"))?;
        }
        return Ok(Exit::Done);
    };
    let of_name: Vec<_> = files.iter().filter(|(file, _)| file.split('.').next() == Some(name.as_str())).collect();
    if of_name.is_empty() {
        return Err(Usage(format!("no built-in template `{name}`\nhint: `tidings templates list` shows them")).into());
    }
    let folder = setting.config.parent().map_or_else(PathBuf::new, PathBuf::from).join("templates");
    for (file, text) in of_name {
        let path = folder.join(file);
        if path.exists() {
            bail!("`{}` is there already\nhint: edit it, or move it away first", path.display());
        }
        write(&path, text.as_bytes())?;
        print(&format!("{}\n", path.display()))?;
    }
    Ok(Exit::Done)
}
