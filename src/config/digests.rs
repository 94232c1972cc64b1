//! `[digest.NAME]`: what can be known to be wrong before a post is read.

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use crate::zone::Zone;
use chrono::{DateTime, Utc};

use super::{
    diagnostic::{Diagnostic, Document, nearest},
    llm,
    way::{Step, at},
};
use crate::{
    digest::{Approval, Digest},
    render,
    source::Source,
    teaser::TeaserMethod,
};

/// Completes the digests, or says what in them does not go together.
pub(super) fn digests(
    mut digests: BTreeMap<String, Digest>,
    sources: &[Source],
    has_llm: bool,
    zone: Zone,
    root: &Path,
    document: &Document<'_>,
) -> Result<BTreeMap<String, Digest>, Diagnostic> {
    if digests.is_empty() {
        return Err(document.whole("there is no `[digest.NAME]`"));
    }
    for (name, digest) in &mut digests {
        digest.name.clone_from(name);
        let key = |keys: &[&str]| at(&[&["digest", name], keys].concat());
        if name.is_empty() || !name.chars().all(|char| char.is_ascii_alphanumeric() || "-_".contains(char)) {
            let fault = document.key(&key(&[]), format!("`{name}` is no name for a digest"));
            return Err(fault.hint("names are made of letters, digits, `-` and `_`; readers see the `title`"));
        }
        for (word, text) in [("subject", Some(&digest.subject)), ("title", digest.title.as_ref())] {
            if text.is_some_and(|text| text.trim().is_empty()) {
                return Err(document.value(&key(&[word]), format!("`{word}` says nothing")));
            }
        }
        look(digest, &key, document)?;
        plan(digest, zone, &key, document)?;
        let counts = [
            (["select", "max"], Some(digest.select.max)),
            (["select", "per_source"], digest.select.per_source),
            (["teaser", "max_chars"], Some(digest.teaser.max_chars)),
            (["teaser", "max_sentences"], Some(digest.teaser.max_sentences)),
        ];
        if let Some((keys, _)) = counts.iter().find(|(_, count)| *count == Some(0)) {
            return Err(document.value(&key(keys), format!("`{}` must be at least 1", keys.join("."))));
        }
        for (index, source) in digest.sources.iter().flatten().enumerate() {
            if !sources.iter().any(|known| known.name == *source) {
                let way = [key(&["sources"]), vec![Step::Index(index)]].concat();
                let fault = document.value(&way, format!("there is no source `{source}`"));
                let names = sources.iter().map(|source| source.name.as_str());
                return Err(match nearest(source, names.clone()) {
                    Some(near) => fault.hint(format!("did you mean `{near}`?")),
                    None => fault.hint(format!("the config has {}", names.collect::<Vec<_>>().join(", "))),
                });
            }
        }
        if let Some(logo) = digest.theme.get_mut("logo") {
            *logo = place_of_logo(logo, root)
                .map_err(|(what, hint)| document.value(&key(&["theme", "logo"]), what).hint(hint))?;
        }
        if digest.teaser.from.contains(&TeaserMethod::Llm) && !has_llm {
            return Err(llm::missing(name, document));
        }
        if let Some(file) = &digest.intro_file {
            if digest.intro.is_some() {
                return Err(document.key(&key(&["intro_file"]), "there is an `intro` and an `intro_file`"));
            }
            let path = root.join(file);
            let text = fs::read_to_string(&path).map_err(|error| {
                document.value(&key(&["intro_file"]), format!("cannot read `{}`: {error}", path.display()))
            })?;
            digest.intro = Some(text);
        }
    }
    Ok(digests)
}

/// Checks the keys of `theme` and `texts`, and what the theme says.
fn look(digest: &Digest, key: &impl Fn(&[&str]) -> Vec<Step>, document: &Document<'_>) -> Result<(), Diagnostic> {
    let tables = [("theme", &digest.theme, &render::THEME[..]), ("texts", &digest.texts, &render::TEXTS[..])];
    for (table, given, known) in tables {
        if let Some(name) = given.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(document.unknown(&key(&[table, name]), known.iter().copied()));
        }
    }
    for (name, value) in &digest.theme {
        if let Err(complaint) = render::check_theme(name, value) {
            return Err(document.value(&key(&["theme", name]), complaint.what).hint(complaint.hint));
        }
    }
    Ok(())
}

/// The shortest `late`: who looks once a minute finds a run up to a minute late.
const LEAST_LATE: Duration = Duration::from_secs(60);

/// So many runs in a row are looked at for the shortest time between two: a year of those by the week.
const RUNS: usize = 60;

/// Checks what is to happen when the digest is due.
fn plan(
    digest: &Digest,
    zone: Zone,
    key: &impl Fn(&[&str]) -> Vec<Step>,
    document: &Document<'_>,
) -> Result<(), Diagnostic> {
    if digest.late < LEAST_LATE {
        return Err(document.value(&key(&["late"]), "`late` must be at least 1m"));
    }
    if digest.approval == Approval::None {
        return Ok(());
    }
    if digest.editor.is_none() {
        let fault = document.value(&key(&["approval"]), "there is an `approval` and no `editor` to ask");
        return Err(fault.hint("add `editor = \"name@domain\"`, or take `approval = \"none\"`"));
    }
    let window = digest.window();
    if window.is_zero() {
        let fault =
            document.value(&key(&["approval_window"]), "an `approval_window` of nothing leaves no time to look");
        return Err(fault.hint("take one like `3h`"));
    }
    let start = DateTime::<Utc>::from_timestamp_nanos(FIRST_OF_2026);
    let runs = std::iter::successors(digest.schedule.next(start, zone), |due| digest.schedule.next(*due, zone));
    let runs: Vec<_> = runs.take(RUNS).collect();
    let shortest = runs.windows(2).filter_map(|pair| (pair[1] - pair[0]).to_std().ok()).min();
    if let Some(shortest) = shortest.filter(|shortest| window >= *shortest) {
        let (window, shortest) = (humantime::format_duration(window), humantime::format_duration(shortest));
        let what = format!("an `approval_window` of {window} is not shorter than the {shortest} between two runs");
        return Err(document.value(&key(&["approval_window"]), what).hint("shorten it, or run the digest less often"));
    }
    Ok(())
}

/// 1 January 2026, in nanoseconds.
const FIRST_OF_2026: i64 = 1_767_225_600_000_000_000;

/// The logo's address, or the path of its file.
fn place_of_logo(logo: &str, root: &Path) -> Result<String, (String, &'static str)> {
    const HINT: &str = "name a file beside the config, or an address that begins with https://";
    if logo.starts_with("https://") {
        return Ok(logo.to_owned());
    }
    if logo.contains("://") {
        return Err((format!("a mail cannot show a logo from `{logo}`"), HINT));
    }
    let path = root.join(logo);
    if !path.is_file() {
        return Err((format!("there is no file `{}`", path.display()), HINT));
    }
    path.to_str().map(str::to_owned).ok_or_else(|| ("the path of the logo is not UTF-8".to_owned(), HINT))
}
