//! Templates by name and a context in, laid-out text out; the only file that names Tera.
//!
//! The built-in templates are compiled in; those of a user's folder override them by name and may add their
//! own. A template sees its context and nothing else: no environment, no files but the other templates.

use std::{
    cell::Cell,
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Serialize;
use tera::{Context, Kwargs, State, Tera, TeraResult, Value};

use crate::diagnostic::{Diagnostic, Place};

use super::{
    error::Error,
    mjml::{File, unmark},
    source_positions::{self, COUNT, HELD},
    text,
};

/// The name that Tera gives to a template without a file.
const ONE_OFF: &str = "__tera_one_off";

/// All loops of a run together may go round so often.
const MAX_ROUNDS: u64 = 200_000;

/// A variable may hold so many octets or elements; more is made by doubling it again and again.
const MAX_HELD: usize = 1 << 20;

/// What a run may give, octets.
const MAX_OUTPUT: usize = 16 << 20;

/// A parsed set of templates.
#[derive(Debug)]
pub(super) struct TemplateSet {
    tera: Tera,
    markdown: Tera,
    sources: BTreeMap<String, Source>,
}

thread_local! {
    /// The rounds of the run of this thread.
    static COUNTED: Cell<u64> = const { Cell::new(0) };
}

/// Where a template came from.
#[derive(Debug)]
struct Source {
    path: String,
    text: String,
}

impl TemplateSet {
    /// Parses the built-in templates and those of `folder`, which win.
    ///
    /// # Errors
    /// A file that cannot be read or parsed, with its path, line and column.
    pub(super) fn parse(folder: Option<&Path>) -> Result<Self, Error> {
        let mut sources: BTreeMap<String, Source> = BUILTIN_TEMPLATES
            .iter()
            .map(|(name, text)| ((*name).to_owned(), Source { path: (*name).to_owned(), text: (*text).to_owned() }))
            .collect();
        if let Some(folder) = folder {
            read_folder(folder, "", 0, &mut sources)?;
        }
        let mut templates = Self { tera: Tera::new(), markdown: Tera::new(), sources };
        for tera in [&mut templates.tera, &mut templates.markdown] {
            register(tera);
        }
        templates.markdown.set_escape_fn(escape_markdown);
        templates.tera.autoescape_on([".mjml", ".html", ".xml"]);
        let marked = templates.sources.iter().enumerate().filter(|(_, (name, _))| !name.ends_with(".css"));
        let marked: Vec<(&str, String)> = marked
            .map(|(number, (name, source))| {
                let is_mjml = name.ends_with(".mjml");
                let text = if is_mjml {
                    source_positions::marked(&source.text, number)
                } else {
                    source_positions::counted(&source.text)
                };
                (name.as_str(), text)
            })
            .collect();
        match templates.tera.add_raw_templates(marked) {
            Ok(()) => Ok(templates),
            // Parsed again as they stand in their files, so that the error names their columns.
            Err(error) => Err(templates.plain().err().unwrap_or_else(|| templates.explain(&error, None))),
        }
    }

    /// The templates as they stand in their files: what errors are told from.
    fn plain(&self) -> Result<Tera, Error> {
        let mut tera = Tera::new();
        register(&mut tera);
        tera.autoescape_on([".mjml", ".html", ".xml"]);
        let all = self.sources.iter().filter(|(name, _)| !name.ends_with(".css"));
        let all = all.map(|(name, source)| (name.as_str(), source.text.as_str()));
        tera.add_raw_templates(all.collect::<Vec<_>>()).map_err(|error| self.explain(&error, None))?;
        Ok(tera)
    }

    /// Looks for a template.
    ///
    /// # Errors
    /// Says which there are.
    pub(super) fn find_named(&self, name: &str) -> Result<(), Error> {
        if self.has(name) {
            return Ok(());
        }
        let known: Vec<String> = self.names().map(|name| format!("`{name}`")).collect();
        let missing = Diagnostic::new(format!("there is no template `{name}`"));
        Err(Error::Template(missing.hint(format!("known templates are {}", known.join(", ")))))
    }

    /// Runs a template by name.
    ///
    /// # Errors
    /// No such template, or one that fails, with its path, line and column.
    pub(super) fn render(&self, name: &str, context: &impl Serialize) -> Result<String, Error> {
        Ok(unmark(&self.render_marked(name, context)?))
    }

    /// Runs a template by name; its MJML tags carry marks, which speak of [`Self::files`].
    ///
    /// # Errors
    /// As [`Self::render`].
    pub(super) fn render_marked(&self, name: &str, context: &impl Serialize) -> Result<String, Error> {
        self.find_named(name)?;
        let context = Context::from_serialize(context).map_err(|error| self.explain(&error, None))?;
        match self.bounded(|out| self.tera.render_to(name, &context, out)) {
            Err(error) if !is_bound(&error) => {
                let plain = self.plain()?.render(name, &context);
                Err(self.explain(&plain.err().unwrap_or(error), None))
            }
            result => result.map_err(|error| self.explain(&error, Some(&self.path(name)))),
        }
    }

    /// Runs a template of the config, named by its key; nothing is escaped.
    ///
    /// # Errors
    /// What is wrong, with the key, line and column.
    pub(super) fn inline(&self, key: &str, template: &str, context: &impl Serialize) -> Result<String, Error> {
        let context = Context::from_serialize(context).map_err(|error| self.explain_key(&error, key))?;
        self.once(&self.tera, template, None, &context, false).map_err(|error| self.explain_key(&error, key))
    }

    /// Runs a Markdown template of the config: what it inserts is text, never Markdown.
    ///
    /// # Errors
    /// What is wrong, with the key, line and column.
    pub(super) fn inline_markdown(&self, key: &str, template: &str, context: &impl Serialize) -> Result<String, Error> {
        let context = Context::from_serialize(context).map_err(|error| self.explain_key(&error, key))?;
        self.once(&self.markdown, template, None, &context, true).map_err(|error| self.explain_key(&error, key))
    }

    /// Runs a file that is no named template; values are escaped. Its tags carry marks if it has a `number` among the
    /// files.
    ///
    /// # Errors
    /// What is wrong, with the file, line and column.
    pub(super) fn one_off(
        &self,
        file: &str,
        template: &str,
        number: Option<usize>,
        context: &impl Serialize,
    ) -> Result<String, Error> {
        let context = Context::from_serialize(context).map_err(|error| self.explain(&error, Some(file)))?;
        self.once(&self.tera, template, number, &context, true).map_err(|error| self.explain(&error, Some(file)))
    }

    /// Runs a text; should it fail, it runs as it stands, so that the error names its columns.
    fn once(
        &self,
        tera: &Tera,
        template: &str,
        number: Option<usize>,
        context: &Context,
        escape: bool,
    ) -> Result<String, tera::Error> {
        let counted = number
            .map_or_else(|| source_positions::counted(template), |number| source_positions::marked(template, number));
        COUNTED.set(0);
        match tera.render_str(&counted, context, escape) {
            Err(error) if !is_bound(&error) => tera.render_str(template, context, escape).and(Err(error)),
            result => result,
        }
    }

    /// Runs with bounds on rounds and octets.
    fn bounded(&self, run: impl FnOnce(&mut Bounded) -> Result<(), tera::Error>) -> Result<String, tera::Error> {
        COUNTED.set(0);
        let mut out = Bounded(Vec::new());
        run(&mut out).map_err(|error| match out.0.len() {
            0..=MAX_OUTPUT => error,
            _ => tera::Error::message(format!("{BOUND} {} MB", MAX_OUTPUT >> 20)),
        })?;
        String::from_utf8(out.0).map_err(|error| tera::Error::message(error.to_string()))
    }

    /// Every template as a file, in the order that marks count them.
    pub(super) fn files(&self) -> Vec<File> {
        self.sources.values().map(|source| File { name: source.path.clone(), text: source.text.clone() }).collect()
    }

    /// The name of the template with this path.
    pub(super) fn name_of(&self, path: &str) -> Option<&str> {
        self.sources.iter().find(|(_, source)| source.path == path).map(|(name, _)| name.as_str())
    }

    /// A template as it stands in its file.
    pub(super) fn text(&self, name: &str) -> &str {
        self.sources.get(name).map_or("", |source| &source.text)
    }

    /// The path of a template as its user knows it.
    pub(super) fn path(&self, name: &str) -> String {
        self.sources.get(name).map_or_else(|| name.to_owned(), |source| source.path.clone())
    }

    /// Says whether there is a template of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.sources.contains_key(name)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.sources.keys().filter(|name| !name.contains('/')).filter_map(|name| name.strip_suffix(".mjml"))
    }

    /// The same for a template that stands in the config.
    fn explain_key(&self, error: &tera::Error, key: &str) -> Error {
        match self.explain(error, Some(key)) {
            Error::Template(shown) => Error::Key(shown),
            other => other,
        }
    }

    /// Points at the `include` that closes a circle, which Tera does not; `chain` is `["a", "b", "a"]`.
    fn explain_circle(&self, chain: &str) -> Error {
        let mut names = chain.split('"').skip(1).step_by(2);
        let (first, next) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
        let is_it = |line: &str| line.contains("include") && line.contains(next);
        let line = self.text(first).lines().position(is_it).map_or(1, |index| index + 1);
        let circle = chain.replace(['[', ']', '`'], "").replace('"', "`");
        let shown = Diagnostic::new(format!("`{first}` includes itself")).at(Place::line(self.path(first), line));
        Error::Template(shown.hint(format!("the circle is {circle}")))
    }

    /// Turns Tera's report into ours.
    fn explain(&self, error: &tera::Error, key: Option<&str>) -> Error {
        let report = error.to_string();
        let mut lines = report.lines();
        let what = lines.next().unwrap_or_default();
        let what = what.strip_prefix("error: ").unwrap_or(what);
        let (what, known) = what.split_once(" Available variables: ").unwrap_or((what, ""));
        let what = lower_first(what);
        if let Some(chain) = what.split("Include chain: ").nth(1) {
            return self.explain_circle(chain);
        }
        let rest: Vec<&str> = lines.collect();
        let place = rest.iter().find_map(|line| line.trim_start().strip_prefix("--> ")).unwrap_or_default();
        let mut parts = place.rsplitn(3, ':');
        let mut number = || parts.next()?.parse::<usize>().ok();
        let (column, line) = (number(), number());
        let file = match parts.next() {
            Some(ONE_OFF) | None => key.unwrap_or_default().to_owned(),
            Some(name) => self.path(name),
        };
        let shown = Diagnostic { hint: hint(&what, known), ..Diagnostic::new(what) };
        if is_bound(error) {
            // The columns are those of the text with its counts.
            return Error::Template(
                shown
                    .at(Place { file, line, column: None })
                    .hint("nest fewer loops, or give or keep less in each round"),
            );
        }
        let shown = if file.is_empty() { shown } else { shown.at(Place { file, line, column }) };
        // An empty margin, the line behind its number, and what of it is meant.
        let mut quoted = rest.iter().filter_map(|line| line.split_once(" |")).skip(1).map(|(_, text)| text);
        let (line, mark) = (quoted.next(), quoted.next());
        Error::Template(match line {
            Some(line) => {
                let width = mark.map(|mark| mark.matches('^').count());
                shown.excerpt(line.strip_prefix(' ').unwrap_or(line), width)
            }
            None => shown,
        })
    }
}

/// Says how to mend the mistakes that are made most often.
fn hint(what: &str, known: &str) -> Option<String> {
    let is_missing = ["ndefined", "out of bounds", "not found in context"].iter().any(|sign| what.contains(sign));
    match known {
        "" => is_missing
            .then(|| "ask first whether it is there, with `{% if … %}` or the filter `default(value=…)`".to_owned()),
        known => Some(format!("there are {known}")),
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.trim_end_matches('.').chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(chars).collect(),
        (first, _) => first.into_iter().chain(chars).collect(),
    }
}

/// Reads `*.mjml`, `*.txt`, `*.html`, `*.xml` and `*.css` of a folder and its folders, named by their path with `/`.
fn read_folder(folder: &Path, prefix: &str, depth: usize, sources: &mut BTreeMap<String, Source>) -> Result<(), Error> {
    let unread = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Read { path, source }
    };
    for entry in std::fs::read_dir(folder).map_err(unread(folder))? {
        let path: PathBuf = entry.map_err(unread(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let full = format!("{prefix}{name}");
        if path.is_dir() && depth < 8 && !name.starts_with('.') {
            read_folder(&path, &format!("{full}/"), depth + 1, sources)?;
        } else if [".mjml", ".txt", ".html", ".css", ".xml"].iter().any(|end| name.ends_with(end)) && path.is_file() {
            let text = std::fs::read_to_string(&path).map_err(unread(&path))?;
            let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
            sources.insert(full, Source { path: path.display().to_string(), text });
        }
    }
    Ok(())
}

/// What a run writes into; it refuses what no mail can be.
struct Bounded(Vec<u8>);

impl std::io::Write for Bounded {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        self.0.extend_from_slice(octets);
        if self.0.len() > MAX_OUTPUT { Err(std::io::ErrorKind::StorageFull.into()) } else { Ok(octets.len()) }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// How the message of a bound begins.
const BOUND: &str = "the template gives or repeats more than";

fn is_bound(error: &tera::Error) -> bool {
    let mut chain = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    chain.any(|error| error.to_string().contains(BOUND))
}

fn register(tera: &mut Tera) {
    tera.register_function(COUNT, |arguments: Kwargs, _: &State| -> TeraResult<&'static str> {
        if let Some(held) = arguments.get::<&Value>(HELD)? {
            let length = held.as_str().map(str::len).or_else(|| held.as_array().map(<[Value]>::len));
            return match length {
                Some(MAX_HELD..) => Err(tera::Error::message(format!("{BOUND} {MAX_HELD} octets in a variable"))),
                _ => Ok(""),
            };
        }
        COUNTED.set(COUNTED.get() + 1);
        if COUNTED.get() <= MAX_ROUNDS {
            return Ok("");
        }
        Err(tera::Error::message(format!("{BOUND} {MAX_ROUNDS} rounds of its loops")))
    });
    tera.register_filter("map", map);
    tera.register_filter("wrap", |value: &str, arguments: Kwargs, _: &State| -> TeraResult<String> {
        let width = arguments.get::<usize>("width")?.unwrap_or(text::WIDTH);
        Ok(text::wrap(value, width))
    });
}

/// Takes one attribute of each element: `posts | map(attribute="title")`.
fn map(items: Value, arguments: Kwargs, _: &State) -> TeraResult<Vec<Value>> {
    let attribute = arguments.must_get::<&str>("attribute")?;
    let items = items.as_array().ok_or_else(|| tera::Error::message("the filter `map` wants an array"))?;
    items
        .iter()
        .map(|item| {
            item.get_from_path(attribute).cloned().ok_or_else(|| {
                tera::Error::message(format!("the filter `map` found no attribute `{attribute}` in an element"))
            })
        })
        .collect()
}

/// Puts a backslash before what Markdown could take for its own (CommonMark 2.4).
fn escape_markdown(text: &str, out: &mut dyn std::io::Write) -> std::io::Result<()> {
    for char in text.chars() {
        if "\\`*_{}[]<>()#+-!|&~=".contains(char) {
            out.write_all(b"\\")?;
        }
        write!(out, "{char}")?;
    }
    Ok(())
}

/// The layouts and the pages, by name.
pub const BUILTIN_TEMPLATES: &[(&str, &str)] = &[
    ("brief.mjml", include_str!("../../templates/brief.mjml")),
    ("brief.txt", include_str!("../../templates/brief.txt")),
    ("cards.mjml", include_str!("../../templates/cards.mjml")),
    ("cards.txt", include_str!("../../templates/cards.txt")),
    ("classic.mjml", include_str!("../../templates/classic.mjml")),
    ("classic.txt", include_str!("../../templates/classic.txt")),
    ("parts/button.mjml", include_str!("../../templates/parts/button.mjml")),
    ("parts/byline.mjml", include_str!("../../templates/parts/byline.mjml")),
    ("parts/card.mjml", include_str!("../../templates/parts/card.mjml")),
    ("parts/dateline.mjml", include_str!("../../templates/parts/dateline.mjml")),
    ("parts/footer.mjml", include_str!("../../templates/parts/footer.mjml")),
    ("parts/footer.txt", include_str!("../../templates/parts/footer.txt")),
    ("parts/head.mjml", include_str!("../../templates/parts/head.mjml")),
    ("parts/heading.mjml", include_str!("../../templates/parts/heading.mjml")),
    ("parts/headline.mjml", include_str!("../../templates/parts/headline.mjml")),
    ("parts/intro.mjml", include_str!("../../templates/parts/intro.mjml")),
    ("parts/letter.txt", include_str!("../../templates/parts/letter.txt")),
    ("parts/masthead.txt", include_str!("../../templates/parts/masthead.txt")),
    ("parts/more.mjml", include_str!("../../templates/parts/more.mjml")),
    ("parts/night.mjml", include_str!("../../templates/parts/night.mjml")),
    ("parts/open.mjml", include_str!("../../templates/parts/open.mjml")),
    ("parts/picture.mjml", include_str!("../../templates/parts/picture.mjml")),
    ("parts/post.txt", include_str!("../../templates/parts/post.txt")),
    ("parts/read-on.mjml", include_str!("../../templates/parts/read-on.mjml")),
    ("parts/space.mjml", include_str!("../../templates/parts/space.mjml")),
    ("parts/style.mjml", include_str!("../../templates/parts/style.mjml")),
    ("parts/teaser.mjml", include_str!("../../templates/parts/teaser.mjml")),
    ("parts/thumb.mjml", include_str!("../../templates/parts/thumb.mjml")),
    ("parts/title.mjml", include_str!("../../templates/parts/title.mjml")),
    ("parts/top.mjml", include_str!("../../templates/parts/top.mjml")),
    ("parts/words.mjml", include_str!("../../templates/parts/words.mjml")),
    ("plain.mjml", include_str!("../../templates/plain.mjml")),
    ("plain.txt", include_str!("../../templates/plain.txt")),
    ("web/archive.html", include_str!("../../templates/web/archive.html")),
    ("web/entry.html", include_str!("../../templates/web/entry.html")),
    ("web/feed.xml", include_str!("../../templates/web/feed.xml")),
    ("web/head.html", include_str!("../../templates/web/head.html")),
    ("web/note.html", include_str!("../../templates/web/note.html")),
    ("web/page.css", include_str!("../../templates/web/page.css")),
];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(template: &str, expect: Result<&str, &str>) {
        let context = json!({"posts": [{"title": "A & B"}, {"title": "C"}], "none": [], "html": "<b>"});
        let got = TemplateSet::parse(None).unwrap().inline("digest.weekly.subject", template, &context);
        match (got, expect) {
            (Ok(got), Ok(expect)) => assert_eq!(got, expect),
            (Err(got), Err(expect)) => assert!(got.to_string().contains(expect), "{got}"),
            (got, expect) => panic!("{got:?} is not {expect:?}"),
        }
    }

    #[test]
    fn the_documented_subjects_work() {
        check("{{ posts[0].title }} and {{ posts | length - 1 }} more", Ok("A & B and 1 more"));
        check("{{ posts | map(attribute='title') | join(sep=' · ') }}", Ok("A & B · C"));
        check("{{ html }}", Ok("<b>"));
    }

    #[test]
    fn errors_name_the_key_and_the_place() {
        check("{{ none[0].title }}", Err("digest.weekly.subject:1:"));
        check("Hello {{ nobody }}", Err("digest.weekly.subject:1:10: "));
        check("Hello {{ nobody }}", Err("`nobody`"));
        check("{{ posts[0].titel }}", Err("titel"));
        check("{% if %}", Err("digest.weekly.subject:1:"));
        check("{{ posts | shout }}", Err("shout"));
        check("{{ get_env(name='HOME') }}", Err("get_env"));
        check("{% include '/etc/passwd' %}", Err("/etc/passwd"));
        check("{{ posts | map(attribute='nothing') | join(sep=' ') }}", Err("`nothing`"));
    }

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn values_are_escaped_in_mjml_and_html_but_not_in_text() {
        let folder = folder(&[("a.mjml", "{{ x }}"), ("a.html", "{{ x }}"), ("a.txt", "{{ x }}")]);
        let templates = TemplateSet::parse(Some(folder.path())).unwrap();
        let context = json!({"x": "<b> & \"'"});
        for name in ["a.mjml", "a.html"] {
            assert_eq!(templates.render(name, &context).unwrap(), "&lt;b&gt; &amp; &quot;&#39;");
        }
        assert_eq!(templates.render("a.txt", &context).unwrap(), "<b> & \"'");
    }

    #[test]
    fn a_users_template_wins_and_may_have_parts() {
        let folder = folder(&[("classic.txt", "own {% include 'parts/x.txt' %}"), ("parts/x.txt", "part")]);
        let templates = TemplateSet::parse(Some(folder.path())).unwrap();
        assert_eq!(templates.render("classic.txt", &json!({})).unwrap(), "own part");
    }

    #[test]
    fn a_users_mistake_is_shown_with_its_file() {
        let broken = folder(&[("mine.mjml", "<mjml>\n  {% for x %}\n</mjml>")]);
        let error = TemplateSet::parse(Some(broken.path())).err().unwrap().to_string();
        assert!(error.contains(&format!("{}:2:", broken.path().join("mine.mjml").display())), "{error}");
        let missing = folder(&[("mine.txt", "one\n{{ two }}")]);
        let templates = TemplateSet::parse(Some(missing.path())).unwrap();
        let error = templates.render("mine.txt", &json!({})).unwrap_err().to_string();
        assert!(error.contains("mine.txt:2:4: ") && error.contains("`two`"), "{error}");
        assert!(templates.render("no.txt", &json!({})).unwrap_err().to_string().contains("`classic`"));
    }

    #[test]
    fn no_template_is_endless() {
        let rounds = "{% for a in range(end=1000) %}\n{% for b in range(end=1000) %}{% endfor %}{% endfor %}";
        let words = "{% for a in range(end=100000) %}{{ text }}{% endfor %}";
        let folder = folder(&[("rounds.mjml", rounds), ("words.txt", words)]);
        let templates = TemplateSet::parse(Some(folder.path())).unwrap();
        let context = json!({ "text": "x".repeat(1000) });
        let error = templates.render("rounds.mjml", &context).unwrap_err().to_string();
        assert!(error.contains("rounds.mjml:2: the template gives or repeats more than 200000 rounds"), "{error}");
        let error = templates.render("words.txt", &context).unwrap_err().to_string();
        assert!(error.contains("more than 16 MB"), "{error}");
        check(rounds, Err("digest.weekly.subject:2: "));
    }

    #[test]
    fn markdown_takes_values_as_text() {
        let templates = TemplateSet::parse(None).unwrap();
        let out = templates.inline_markdown("k", "*{{ x }}*", &json!({"x": "a*b_[c]"})).unwrap();
        assert_eq!(out, r"*a\*b\_\[c\]*");
    }
}
