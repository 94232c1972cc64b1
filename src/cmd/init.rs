//! `init`: a working project in an empty folder.

use std::path::PathBuf;

use super::{
    exit::{Exit, Failure},
    invocation::Invocation,
    output::write,
};
use crate::diagnostic::Diagnostic;

const FILES: [(&str, &str); 5] = [
    ("tidings.toml", include_str!("../../templates/project/tidings.toml")),
    ("subscribers.csv", include_str!("../../templates/project/subscribers.csv")),
    ("posts/welcome.md", include_str!("../../templates/project/posts/welcome.md")),
    ("posts/how-a-digest-is-made.md", include_str!("../../templates/project/posts/how-a-digest-is-made.md")),
    ("posts/before-the-first-send.md", include_str!("../../templates/project/posts/before-the-first-send.md")),
];

/// Writes a working project: a config, three posts, two subscribers.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder.
    #[arg(default_value = ".")]
    folder: PathBuf,
}

/// Runs the command.
pub fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    if let Some((file, _)) = FILES.iter().find(|(file, _)| args.folder.join(file).exists()) {
        let there = Diagnostic::new(format!("`{}` is there already", args.folder.join(file).display()));
        return Err(Failure::new(there.hint("name an empty folder")));
    }
    let mut written = Vec::new();
    for (file, text) in FILES {
        let path = args.folder.join(file);
        write(&path, text.as_bytes())?;
        written.push(path.display().to_string());
    }
    invocation.print_list("files", &written)?;
    let enter = if args.folder == std::path::Path::new(".") {
        String::new()
    } else {
        format!("cd {} && ", args.folder.display())
    };
    invocation.tell(format!("now: {enter}tidings preview"));
    Ok(Exit::Done)
}
