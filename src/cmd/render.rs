//! `render`: one MJML file to HTML, for people who write templates.

use std::path::PathBuf;

use super::{
    exit::{Context as _, Exit, Failure},
    invocation::Invocation,
    output::{print, write},
};
use crate::render;

/// Turns one MJML file into HTML.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The MJML file.
    file: PathBuf,
    /// Values for Tera, a JSON file; without it the file is taken as it is.
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Where the HTML goes; standard output where left out.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let data = args
        .data
        .map(|path| {
            let text = std::fs::read_to_string(&path).context(format!("cannot read `{}`", path.display()))?;
            serde_json::from_str(&text).context(format!("`{}` is not JSON", path.display()))
        })
        .transpose()?;
    let (html, warnings) = render::mjml_file(&args.file, data.as_ref())?;
    warnings.iter().for_each(|warning| invocation.tell(format!("warning: {warning}")));
    match args.out {
        Some(path) => write(&path, html.as_bytes())?,
        None => print(&html)?,
    }
    Ok(Exit::Done)
}
