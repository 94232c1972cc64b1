//! Sources, selection, templates and the message of one digest's next edition.

use std::{fs, path::Path};

use chrono::{DateTime, Utc};

use super::{
    project,
    rows::{diagnostic_row, error_row, path_text},
};
use crate::{
    config::Config,
    deliver::Destination,
    diagnostic::Diagnostic,
    digest::{self, Digest, Next},
    edition::{Edition, Item},
    lint::{self, Level, Origin, Row},
    message::{self, Occasion},
    render::{self, ProblemSubject},
    select::Overflow,
    source::{FolderReport, Kind, Location, Problem},
    store::Store,
    subscriber::Subscriber,
};

/// How to mend a template that cannot be run.
const TEMPLATE: &str = "mend it there; `tidings templates` lists those that are built in";

/// Sources, selection, templates and the message of one digest's next edition, and the edition itself. A template that
/// fails is a row, and there is no edition.
///
/// # Errors
/// When the store fails.
pub async fn check_digest(
    config: &Config,
    chosen: &Digest,
    store: &Store,
    now: DateTime<Utc>,
) -> Result<(Vec<Row>, Option<Next>), digest::Error> {
    let sources = config.sources_of(chosen);
    let plan = config.plan_without_llm_requests(chosen, &sources);
    match digest::next(store, &plan, now).await {
        Ok(next) => Ok((check_next_edition(config, chosen, store, &next).await?, Some(next))),
        Err(digest::Error::Render(error)) => Ok((vec![template_row(config, chosen, &error)], None)),
        Err(error) => Err(error),
    }
}

/// The same for an edition to come that is known already.
///
/// # Errors
/// When the store fails.
pub async fn check_next_edition(
    config: &Config,
    chosen: &Digest,
    store: &Store,
    next: &Next,
) -> Result<Vec<Row>, digest::Error> {
    let mut rows = Vec::new();
    let name = &chosen.name;
    let (edition, variants) = match next {
        Next::Nothing(draft, reason) => {
            rows.extend(draft.problems.iter().map(source_problem_row));
            rows.extend(draft.folders.iter().filter_map(|(source, folder)| folder_row(config, source, folder)));
            rows.push(Row::holds("selection", format!("`{name}`: no edition to check: {reason}")));
            let parsed = config.templates.check(&chosen.template);
            rows.extend(parsed.err().as_ref().map(|error| template_row(config, chosen, error)));
            return Ok(rows);
        }
        Next::Unfinished(frozen) => {
            // It goes out as it was frozen, and the one after it would not.
            let parsed = config.templates.check(&chosen.template);
            rows.extend(parsed.err().as_ref().map(|error| template_row(config, chosen, error)));
            (&frozen.edition, &frozen.variants)
        }
        Next::Fresh(draft, variants) => {
            rows.extend(draft.problems.iter().map(source_problem_row));
            rows.extend(draft.folders.iter().filter_map(|(source, folder)| folder_row(config, source, folder)));
            (&draft.edition, &**variants)
        }
    };
    let posts = match edition.posts.len() {
        1 => "1 post".to_owned(),
        number => format!("{number} posts"),
    };
    let (number, overflow) = (edition.number, edition.overflow);
    rows.push(Row::holds("selection", format!("`{name}`: edition {number} has {posts}, {overflow} more did not fit")));
    // The first edition of a publication with a past never holds all of it.
    if overflow > 0 && number > 1 && chosen.select.overflow == Overflow::Drop {
        let message = format!("`{name}`: {overflow} new posts do not fit under `max = {}`", chosen.select.max);
        let hint = "raise `max`, or take `overflow = \"wait\"`";
        rows.push(Row::warning("selection", message, config.place_of_key(&["digest", name, "select"]), hint));
    }
    let origin = origin(config, chosen, edition);
    for item in edition.posts.iter().filter(|item| item.teaser.text.is_empty()) {
        let message = format!("“{}” has no teaser", item.post.title);
        let hint = "give it a `description`, or a teaser in the config";
        rows.push(Row::warning("teaser", message, origin.name_of(item), hint));
    }
    rows.extend(
        variants.main().problems.iter().map(|problem| layout_problem_row(config, chosen, edition, &origin, problem)),
    );
    if store.audience_size(name, &chosen.audience).await? == 0 {
        let place = config.place_of_key(&["digest", name, "audience"]);
        let hint = "`tidings subscribers list` shows who there is";
        rows.push(Row::warning("audience", format!("`{name}` goes to nobody"), place, hint));
    }
    let sender = config.sender(store.signing_keys().await?);
    let reader = Subscriber::sample();
    // What the project says already is not said again: one fault, one row.
    let is_said = project::one_click_row(config).is_some();
    for parts in variants.all() {
        let message = match message::fill_once(edition, parts, &reader, &sender, Occasion::Sample(0)) {
            Ok(message) => message,
            Err(error) => {
                let hint = "see that `publication.from`, `reply_to` and `smtp.return_path` are addresses";
                rows.push(error_row("message", &error, config.place_of_key(&["publication", "from"]), hint));
                continue;
            }
        };
        for row in lint::lint(&message.octets, &origin) {
            // Another variant may have said it.
            let is_told = (is_said && row.rule == "L1") || rows.contains(&row);
            if !is_told {
                rows.push(row);
            }
        }
    }
    // A rule that one variant breaks does not hold.
    let broken: Vec<&str> = rows.iter().filter(|row| row.level != Level::Ok).map(|row| row.rule).collect();
    let holds = rows.iter().map(|row| row.level != Level::Ok || !broken.contains(&row.rule)).collect::<Vec<_>>();
    let mut keep = holds.into_iter();
    rows.retain(|_| keep.next().unwrap_or(true));
    if matches!(config.destination, Destination::File(_)) {
        rows.push(Row::holds("smtp", "messages go to files, not to readers"));
    }
    Ok(rows)
}

/// What an edition is made of, and where: posts, templates of one's own, the config.
pub(super) fn origin<'a>(config: &Config, chosen: &Digest, edition: &'a Edition) -> Origin<'a> {
    let mut origin = Origin::of(edition)
        .with_clients(config.clients.clone())
        .with_posts(|item| post_place(config, &item.post.source, item));
    let mut files = Vec::new();
    if let Some(folder) = config.templates.folder() {
        read_templates(folder, 0, &mut files);
        // The layout itself comes before what it includes, and before the layouts of other digests.
        let own = format!("{}.", chosen.template);
        files.sort_by_key(|(path, _)| !path.rsplit('/').next().is_some_and(|name| name.starts_with(&own)));
    }
    if let Some(path) = chosen.intro_file.as_ref().map(|file| config.root.join(file)) {
        files.extend(fs::read_to_string(&path).ok().map(|text| (path_text(&path), text)));
    }
    let text = fs::read_to_string(&config.path).ok();
    files.extend(text.map(|text| (path_text(&config.path), without_other_digests(&text, &chosen.name))));
    for (path, text) in files {
        origin = origin.with_file(path, text);
    }
    origin
}

/// The config with the lines of other digests empty: their subjects are not to be taken for this one's.
fn without_other_digests(config: &str, digest: &str) -> String {
    let mut is_other = false;
    let lines = config.lines().map(|line| {
        if let Some(header) = line.trim_start().strip_prefix('[') {
            let name = header.strip_prefix("digest.").map(|rest| rest.split(['.', ']']).next().unwrap_or_default());
            is_other = name.is_some_and(|name| name.trim().trim_matches(['"', '\'']) != digest);
        }
        if is_other { "" } else { line }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Reads the templates of a folder, in their order.
fn read_templates(folder: &Path, depth: usize, files: &mut Vec<(String, String)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let is_template =
            || path.extension().is_some_and(|found| ["mjml", "txt", "css"].iter().any(|own| found == *own));
        if path.is_dir() && depth < 4 {
            read_templates(&path, depth + 1, files);
        } else if is_template() {
            files.extend(fs::read_to_string(&path).ok().map(|text| (path_text(&path), text)));
        }
    }
}

/// The file or the address that a post came from.
fn post_place(config: &Config, source: &str, item: &Item) -> Option<String> {
    let source = config.sources.iter().find(|known| known.name == source)?;
    Some(match &source.kind {
        Kind::Folder { path, .. } => {
            let file = path.join(item.post.id.as_str());
            path_text(if file.is_file() { &file } else { path })
        }
        Kind::Feed(location) | Kind::Page(location) | Kind::Listing(location, _) => match location {
            Location::Web(url) => url.to_string(),
            Location::File(path) => path_text(path),
        },
    })
}

/// A template that cannot be read or run. One that stands in the config is told with the key's place there.
fn template_row(config: &Config, chosen: &Digest, error: &render::Error) -> Row {
    let row = error_row("template", error, config.place_of_key(&["digest", &chosen.name, "template"]), TEMPLATE);
    let render::Error::Key(Diagnostic { place: Some(place), .. }) = error else { return row };
    match ["subject", "preheader", "intro"].into_iter().find(|key| place.file.ends_with(key)) {
        Some(key) => Row { diagnostic: row.diagnostic.at(config.place_of_key(&["digest", &chosen.name, key])), ..row },
        None => row,
    }
}

/// What the layout could not show as it was given.
fn layout_problem_row(
    config: &Config,
    chosen: &Digest,
    edition: &Edition,
    origin: &Origin,
    problem: &render::Problem,
) -> Row {
    let key = |keys: &[&str]| config.place_of_key(&[&["digest", &chosen.name], keys].concat());
    let shown = problem.diagnostic.clone();
    let template = |shown| diagnostic_row("layout", shown, key(&["template"]), TEMPLATE);
    match &problem.about {
        // What readers see is the mended colour.
        ProblemSubject::Theme(name) => {
            Row::warning("layout", shown.message, key(&["theme", name]), "take a colour that can be read there")
        }
        ProblemSubject::Post(title) => match edition.posts.iter().find(|item| item.post.title == *title) {
            Some(item) => {
                diagnostic_row("layout", shown, origin.name_of(item), "mend its markup, or write a `teaser` for it")
            }
            None => template(shown),
        },
        ProblemSubject::Size => {
            let hint = "take fewer posts (`select.max`), shorter teasers, or a leaner template";
            Row::error("S1", shown.message, key(&["select", "max"]), hint)
        }
        ProblemSubject::Template => template(shown),
    }
}

/// The files of a folder that are no posts.
fn folder_row(config: &Config, source: &str, folder: &FolderReport) -> Option<Row> {
    let at = config.sources.iter().position(|known| known.name == source)?.to_string();
    let place = config.place_of_key(&["source", &at, "folder"]);
    Some(Row::warning("source", format!("`{source}`: {}", folder.summary()?), place, folder.hint()))
}

fn source_problem_row(problem: &Problem) -> Row {
    let Problem { source, diagnostic } = problem;
    let place = diagnostic.place.as_ref().map_or_else(|| source.clone(), |place| format!("{source}: {place}"));
    let later = "mend it there, or look at it again later: the other posts go out all the same";
    Row::warning("source", &diagnostic.message, place, diagnostic.hint.as_deref().unwrap_or(later))
}
