//! `[digest.NAME]`: what can be known to be wrong before a post is read.

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use chrono::{DateTime, NaiveDate, Utc};

use super::document::{Document, suggestion};
use crate::{
    diagnostic::Diagnostic,
    digest::{Approval, Digest},
    edition::Publication,
    render,
    source::Source,
    teaser::TeaserMethod,
    zone::Zone,
};

/// The shortest `late`: who looks once a minute finds a run up to a minute late.
const MIN_LATE: Duration = Duration::from_secs(60);

/// How many runs in a row are compared for the shortest time between two: a year of those by the week.
const COMPARED_RUNS: usize = 60;

/// Completes the digests, or says what in them does not go together.
pub(super) fn digests(
    mut digests: BTreeMap<String, Digest>,
    sources: &[Source],
    has_llm: bool,
    publication: &Publication,
    root: &Path,
    document: &Document<'_>,
) -> Result<BTreeMap<String, Digest>, Diagnostic> {
    if digests.is_empty() {
        return Err(document.whole("there is no `[digest.NAME]`"));
    }
    for (name, digest) in &mut digests {
        digest.name.clone_from(name);
        for languages in [&mut digest.select.language, &mut digest.audience.languages] {
            languages.unnamed.clone_from(&publication.language);
        }
        let path = |key| ["digest", name, key];
        if name.is_empty() || !name.chars().all(|char| char.is_ascii_alphanumeric() || "-_".contains(char)) {
            let wrong = document.key(&["digest", name], format!("`{name}` is no name for a digest"));
            return Err(wrong.hint("names are made of letters, digits, `-` and `_`; readers see the `title`"));
        }
        for (key, text) in [("subject", Some(&digest.subject)), ("title", digest.title.as_ref())] {
            if text.is_some_and(|text| text.trim().is_empty()) {
                return Err(document.value(&path(key), format!("`{key}` says nothing")));
            }
        }
        check_looks(digest, document)?;
        check_approval(digest, publication.timezone, document)?;
        for (table, key, count) in [
            ("select", "max", Some(digest.select.max)),
            ("select", "per_source", digest.select.per_source),
            ("teaser", "max_chars", Some(digest.teaser.max_chars)),
            ("teaser", "max_sentences", Some(digest.teaser.max_sentences)),
        ] {
            if count == Some(0) {
                let message = format!("`{table}.{key}` must be at least 1");
                return Err(document.value(&["digest", name, table, key], message));
            }
        }
        for (index, source) in digest.sources.iter().flatten().enumerate() {
            let known = sources.iter().map(|source| source.name.as_str());
            let is_known = known.clone().any(|known| known == source);
            let path = ["digest", name, "sources", &index.to_string()];
            let hint = suggestion(source, known, "the config has");
            document.ensure(is_known, &path, format!("there is no source `{source}`"), hint)?;
        }
        if let Some(logo) = digest.theme.get_mut("logo") {
            const HINT: &str = "name a file beside the config, or an address that begins with https://";
            *logo = find_logo(logo, root)
                .map_err(|message| document.value(&["digest", name, "theme", "logo"], message).hint(HINT))?;
        }
        let is_answered = has_llm || !digest.teaser.from.contains(&TeaserMethod::Llm);
        let hint = "add `[llm]` with `base_url = \"http://127.0.0.1:11434/v1\"` and `model`, or take `llm` out";
        let from = ["digest", name, "teaser", "from"];
        document.ensure(is_answered, &from, "`llm` is named, and there is no `[llm]`", hint)?;
        if let Some(file) = &digest.intro_file {
            if digest.intro.is_some() {
                return Err(document.key(&path("intro_file"), "there is an `intro` and an `intro_file`"));
            }
            let file = root.join(file);
            let text = fs::read_to_string(&file).map_err(|error| {
                document.value(&path("intro_file"), format!("cannot read `{}`: {error}", file.display()))
            })?;
            digest.intro = Some(text);
        }
    }
    Ok(digests)
}

/// Checks the keys of `theme` and `texts`, and what the theme says.
fn check_looks(digest: &Digest, document: &Document<'_>) -> Result<(), Diagnostic> {
    let tables = [("theme", &digest.theme, &render::THEME[..]), ("texts", &digest.texts, &render::TEXTS[..])];
    for (table, given, known) in tables {
        if let Some(name) = given.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(document.unknown(&["digest", &digest.name, table, name], known.iter().copied()));
        }
    }
    for (name, value) in &digest.theme {
        if let Err(Diagnostic { message, hint, .. }) = render::check_theme(name, value) {
            return Err(Diagnostic { hint, ..document.value(&["digest", &digest.name, "theme", name], message) });
        }
    }
    Ok(())
}

/// Checks what is to happen when the digest is due.
fn check_approval(digest: &Digest, zone: Zone, document: &Document<'_>) -> Result<(), Diagnostic> {
    let path = |key| ["digest", &digest.name, key];
    if digest.late < MIN_LATE {
        return Err(document.value(&path("late"), "`late` must be at least 1m"));
    }
    if digest.approval == Approval::None {
        return Ok(());
    }
    let hint = "add `editor = \"name@domain\"`, or take `approval = \"none\"`";
    let message = "there is an `approval` and no `editor` to ask";
    document.ensure(digest.editor.is_some(), &path("approval"), message, hint)?;
    let window = digest.window();
    let message = "an `approval_window` of nothing leaves no time to look";
    document.ensure(!window.is_zero(), &path("approval_window"), message, "take one like `3h`")?;
    if let Some(shortest) = shortest_interval(digest, zone) {
        let message = format!(
            "an `approval_window` of {} is not shorter than the {} between two runs",
            humantime::format_duration(window),
            humantime::format_duration(shortest)
        );
        let hint = "shorten it, or run the digest less often";
        document.ensure(window < shortest, &path("approval_window"), message, hint)?;
    }
    Ok(())
}

/// The shortest time between two runs in a row, by the calendar from 2026 on.
fn shortest_interval(digest: &Digest, zone: Zone) -> Option<Duration> {
    let start: DateTime<Utc> = NaiveDate::from_ymd_opt(2026, 1, 1)?.and_time(chrono::NaiveTime::MIN).and_utc();
    let runs = std::iter::successors(digest.schedule.next(start, zone), |due| digest.schedule.next(*due, zone));
    let runs: Vec<_> = runs.take(COMPARED_RUNS).collect();
    runs.windows(2).filter_map(|pair| (pair[1] - pair[0]).to_std().ok()).min()
}

/// The logo's address, or the path of its file.
fn find_logo(logo: &str, root: &Path) -> Result<String, String> {
    if logo.starts_with("https://") {
        return Ok(logo.to_owned());
    }
    if logo.contains("://") {
        return Err(format!("a mail cannot show a logo from `{logo}`"));
    }
    let path = root.join(logo);
    if !path.is_file() {
        return Err(format!("there is no file `{}`", path.display()));
    }
    path.to_str().map(str::to_owned).ok_or_else(|| "the path of the logo is not UTF-8".to_owned())
}
