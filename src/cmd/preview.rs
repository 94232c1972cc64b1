//! `preview`: the next edition as a file.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    edition_output::{print_nothing, warn_of_problems},
    exit::{Exit, Failure},
    invocation::Invocation,
    live,
    output::{count, print, print_json, write},
};
use crate::{
    digest::{self, Next},
    edition::Edition,
    message::{self, Occasion},
    render::{self, Rendered},
    source::Problem,
    subscriber::{Address, Subscriber},
    teaser::TeaserSource,
};

/// Writes the next edition as a file; consumes nothing.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The HTML part; `-` is standard output.
    #[arg(long, value_name = "FILE", default_value = "preview.html")]
    out: PathBuf,
    /// The text part too.
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
    /// What the HTML is made from.
    #[arg(long, value_name = "FILE")]
    mjml: Option<PathBuf>,
    /// The whole message, as it goes over the wire.
    #[arg(long, value_name = "FILE")]
    eml: Option<PathBuf>,
    /// Show what this subscriber gets.
    #[arg(long = "as", value_name = "ADDRESS")]
    reader: Option<Address>,
    /// Show it live in a browser, at 127.0.0.1:8788 or there.
    #[arg(long, value_name = "ADDR", num_args = 0..=1, conflicts_with_all = ["out", "text", "mjml", "eml", "reader"])]
    #[expect(clippy::option_option, reason = "the flag may stand alone")]
    serve: Option<Option<String>>,
}

#[derive(Debug, Serialize)]
struct PreviewJson<'a> {
    digest: &'a str,
    subject: &'a str,
    preheader: &'a str,
    posts: Vec<PostJson<'a>>,
    html_bytes: usize,
    problems: Vec<String>,
}

#[derive(Debug, Serialize)]
struct PostJson<'a> {
    id: &'a str,
    url: Option<&'a url::Url>,
    title: &'a str,
    authors: &'a [String],
    published: Option<DateTime<Utc>>,
    teaser: &'a str,
    teaser_from: TeaserSource,
}

/// Runs the command.
pub async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    if let Some(address) = &args.serve {
        return live::run(address.as_deref(), invocation).await;
    }
    check_single_stdout(&args, invocation)?;
    let config = invocation.load_config()?;
    let chosen = invocation.digest(&config)?;
    let store = invocation.open_store(&config).await?;
    let sources = config.sources_of(chosen);
    let plan = config.plan(chosen, &sources);
    if args.reader.is_some() {
        super::subscribers::sync_or_warn(invocation, &config, &store).await?;
    }
    let (edition, variants, problems) = match digest::next(&store, &plan, invocation.now()).await? {
        Next::Unfinished(frozen) => (frozen.edition, frozen.variants, Vec::new()),
        Next::Fresh(draft, variants) => (draft.edition, *variants, draft.problems),
        Next::Nothing(draft, reason) => {
            warn_of_problems(invocation, &draft.problems, &[]);
            print_nothing(invocation, &chosen.name, &reason)?;
            return Ok(Exit::Done);
        }
    };
    let reader = match args.reader.clone() {
        None => Subscriber::sample(),
        Some(address) => store.subscriber(&address).await?.unwrap_or_else(|| Subscriber::stranger(address)),
    };
    let rendered = variants.of(reader.language.as_deref());
    warn_of_problems(invocation, &problems, &rendered.problems);
    let sender = config.sender(store.signing_keys().await?);
    let occasion = Occasion::Sample(0);
    let personal = message::personalise(&edition, rendered, &reader, &sender, occasion);
    write(&args.out, message::inline_images(&edition, &personal.html).as_bytes())?;
    if let Some(path) = &args.text {
        write(path, personal.text.as_bytes())?;
    }
    if let Some(path) = &args.mjml {
        write(path, rendered.mjml.as_bytes())?;
    }
    if let Some(path) = &args.eml {
        write(path, &message::fill_once(&edition, rendered, &reader, &sender, occasion)?.octets)?;
    }
    if invocation.json {
        print_json(&preview_json(&edition, rendered, &personal, &problems))?;
    } else if args.out != std::path::Path::new("-") {
        let (out, subject, posts) = (args.out.display(), &personal.subject, count(edition.posts.len() as i64, "post"));
        let line = format!("{out}: edition {}, “{subject}”, {posts}", edition.number);
        if to_stdout(&args).is_empty() { print(&format!("{line}\n"))? } else { invocation.tell(line) }
    }
    if personal.html.is_empty() {
        return Err(Failure::new("the edition has no HTML part"));
    }
    Ok(Exit::Done)
}

/// The parts that go to standard output.
fn to_stdout(args: &Args) -> Vec<&'static str> {
    let parts = [("--text", &args.text), ("--mjml", &args.mjml), ("--eml", &args.eml)];
    let parts = parts.into_iter().filter_map(|(flag, path)| Some((flag, path.as_deref()?)));
    let stdout = std::path::Path::new("-");
    [("--out", args.out.as_path())]
        .into_iter()
        .chain(parts)
        .filter(|(_, path)| *path == stdout)
        .map(|(f, _)| f)
        .collect()
}

/// Two parts on one stream could not be told apart.
fn check_single_stdout(args: &Args, invocation: &Invocation) -> Result<(), Failure> {
    let mut given = to_stdout(args);
    given.extend(invocation.json.then_some("--json"));
    if given.len() < 2 {
        Ok(())
    } else {
        Err(Failure::usage(format!("{} all want standard output", given.join(" and "))))
    }
}

fn preview_json<'a>(
    edition: &'a Edition,
    rendered: &'a Rendered,
    personal: &'a message::PersonalParts,
    problems: &[Problem],
) -> PreviewJson<'a> {
    let posts = edition.posts.iter().map(|item| PostJson {
        id: item.post.id.as_str(),
        url: item.post.url.as_ref(),
        title: &item.post.title,
        authors: &item.post.authors,
        published: item.post.published,
        teaser: &item.teaser.text,
        teaser_from: item.teaser.from,
    });
    PreviewJson {
        digest: &edition.digest,
        subject: &personal.subject,
        preheader: &rendered.preheader,
        posts: posts.collect(),
        html_bytes: personal.html.len(),
        problems: problems
            .iter()
            .map(Problem::to_string)
            .chain(rendered.problems.iter().map(render::Problem::to_string))
            .collect(),
    }
}
