//! Fits the weights of the extractor to posts with teasers that people wrote, and says how near it comes.
//!
//! `cargo run --release --example fit -- DATA.jsonl… [--sites] [--on FILE] [--held-out FILE] [--write FILE]`
//!
//! A row of the data is `{id, source, lang, title, blocks: [{t: "p"|"li"|"h"|"q", x: text}], reference}`. Printed
//! are, for each file, the mean of ROUGE-1, -2 and -L F1 of teasers that were made with weights fitted to other posts
//! (five folds); with `--sites` also with weights fitted to other sites only, with `--on` of posts that take no part in
//! the fitting. `--write` writes the weights fitted to everything,
//! `--held-out` the teasers of the five folds, `{id, teaser}` a line.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    process::ExitCode,
};

use serde::Deserialize;
use tidings::{
    internals::html::{self, Block, BlockKind},
    post::{Post, PostId},
    teaser::{
        TeaserContext, TeaserMethod, TeaserOptions,
        extract::{self, CANDIDATE_FEATURES, TrainingData, WORD_FEATURES, Weights},
        tease,
    },
};

#[path = "fit/algebra.rs"]
mod algebra;
#[path = "fit/rouge.rs"]
mod rouge;

use algebra::{Logistic, Ridge};

#[derive(Deserialize)]
struct Row {
    id: String,
    source: String,
    lang: String,
    title: String,
    blocks: Vec<RowBlock>,
    reference: String,
}

#[derive(Deserialize)]
struct RowBlock {
    t: String,
    x: String,
}

/// A post with the teaser that a person wrote, and how near each candidate comes to it.
struct Example {
    file: usize,
    id: String,
    site: String,
    post: Post,
    blocks: Vec<Block>,
    language: String,
    /// The words of the teaser that a person wrote.
    reference: Vec<String>,
    /// The same as the extractor tells them apart.
    wanted: BTreeSet<u64>,
    /// Of each candidate, in hundredths.
    rouge: Vec<f64>,
    /// Of the first sentences without a defect.
    first: f64,
}

/// Reads, fits, measures, writes.
pub fn main() -> ExitCode {
    let mut files = Vec::new();
    let (mut write, mut held_out, mut by_site) = (None, None, false);
    let mut others = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--sites" => by_site = true,
            "--on" => others.extend(arguments.next().map(PathBuf::from)),
            "--write" => write = arguments.next().map(PathBuf::from),
            "--held-out" => held_out = arguments.next().map(PathBuf::from),
            _ => files.push(PathBuf::from(argument)),
        }
    }
    if files.is_empty() {
        eprintln!("usage: fit DATA.jsonl… [--sites] [--on FILE] [--held-out FILE] [--write FILE]");
        return ExitCode::from(2);
    }
    let examples: Vec<Example> = files.iter().enumerate().flat_map(|(at, file)| read(at, file)).collect();
    println!("{} posts of {} sites", examples.len(), sites(&examples).len());

    kept(&files, &examples);
    let folds: Vec<usize> = examples.iter().map(|example| fold(&example.id)).collect();
    let made = held(&examples, &folds);
    report("five folds", &files, &examples, &made);
    if let Some(path) = held_out {
        let lines = made.iter().zip(&examples).map(|(made, example)| {
            format!("{}\n", serde_json::json!({"id": example.id, "teaser": made.as_ref().map_or("", |made| &made.0)}))
        });
        fs::write(&path, lines.collect::<String>()).expect("the file can be written");
    }
    if by_site {
        report("other sites only", &files, &examples, &held(&examples, &site_folds(&examples)));
    }
    let all: Vec<&Example> = examples.iter().collect();
    let weights = fit(&all);
    if !others.is_empty() {
        let examples: Vec<Example> = others.iter().enumerate().flat_map(|(at, file)| read(at, file)).collect();
        let made: Vec<_> = examples.iter().map(|example| best(example, &weights)).collect();
        report("posts of other kinds", &others, &examples, &made);
    }
    if let Some(path) = write {
        fs::write(&path, source(&weights)).expect("the file can be written");
        println!("wrote {}", path.display());
    }
    ExitCode::SUCCESS
}

/// Prints how many of the descriptions that fit into a teaser are taken as one, and why others are not.
fn kept(files: &[PathBuf], examples: &[Example]) {
    let options = TeaserOptions { from: vec![TeaserMethod::Description], ..TeaserOptions::default() };
    for (at, file) in files.iter().enumerate() {
        let (mut all, mut kept, mut refused) = (0, 0, BTreeMap::<String, Vec<&str>>::new());
        for Example { post, .. } in examples.iter().filter(|example| example.file == at) {
            let Some(own) = post.description.as_deref().filter(|own| own.chars().count() <= 240) else { continue };
            let made = tease(post, &options, &TeaserContext::default());
            all += 1;
            match made.skipped.first() {
                Some(skipped) => refused.entry(skipped.reason.to_string()).or_default().push(own),
                None => kept += 1,
            }
        }
        println!("{}: {kept} of {all} descriptions kept", file.display());
        for (reason, texts) in refused {
            println!("  {:>4} {reason}, as {:?}", texts.len(), texts);
        }
    }
}

/// A fold for each site; those with few posts share one.
fn site_folds(examples: &[Example]) -> Vec<usize> {
    let sites = sites(examples);
    let many = |site: &str| examples.iter().filter(|example| example.site == site).count() >= 30;
    let own: Vec<&String> = sites.iter().filter(|site| many(site)).collect();
    examples
        .iter()
        .map(|example| own.iter().position(|site| **site == example.site).unwrap_or(own.len() + fold(&example.site)))
        .collect()
}

fn sites(examples: &[Example]) -> BTreeSet<String> {
    examples.iter().map(|example| example.site.clone()).collect()
}

/// The teaser of each example and how near it comes, made with weights that were fitted to the other folds.
fn held(examples: &[Example], folds: &[usize]) -> Vec<Option<(String, f64)>> {
    let mut made = vec![None; examples.len()];
    for fold in BTreeSet::from_iter(folds) {
        let others: Vec<&Example> =
            examples.iter().zip(folds).filter(|(_, other)| *other != fold).map(|(example, _)| example).collect();
        let weights = fit(&others);
        for (at, example) in examples.iter().enumerate().filter(|(at, _)| folds[*at] == *fold) {
            made[at] = best(example, &weights);
        }
    }
    made
}

/// The teaser that the weights choose, and how near it comes.
fn best(example: &Example, weights: &Weights) -> Option<(String, f64)> {
    let text = extract::extract_with(&example.post, &example.blocks, &style(), weights)?;
    let near = rouge::mean(&rouge::words(&text, &example.language), &example.reference);
    Some((text, near))
}

/// First the words, then the candidates, whose facts build on the words.
fn fit(examples: &[&Example]) -> Weights {
    let mut words = Logistic::<WORD_FEATURES>::default();
    let nothing = Weights { word: [0.0; WORD_FEATURES], candidate: [0.0; CANDIDATE_FEATURES] };
    for example in examples {
        for (key, facts) in study(example, &nothing).words {
            words.learn(facts, example.wanted.contains(&key));
        }
    }
    let known = Weights { word: words.solve(), ..nothing };
    let mut candidates = Ridge::<CANDIDATE_FEATURES>::default();
    for example in examples {
        let facts: Vec<_> = study(example, &known).candidates.into_iter().map(|(_, facts)| facts).collect();
        candidates.learn(&facts, &example.rouge);
    }
    Weights { candidate: candidates.solve(1e-3), ..known }
}

fn study(example: &Example, weights: &Weights) -> TrainingData {
    extract::training_data(&example.post, &example.blocks, &style(), weights)
}

fn style() -> TeaserOptions {
    TeaserOptions { max_chars: 280, max_sentences: 2, ..TeaserOptions::default() }
}

fn read(file: usize, path: &PathBuf) -> Vec<Example> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read `{}`: {error}", path.display()));
    let nothing = Weights { word: [0.0; WORD_FEATURES], candidate: [0.0; CANDIDATE_FEATURES] };
    let mut examples = Vec::new();
    for line in text.lines() {
        let row: Row = serde_json::from_str(line).expect("a row of the data");
        let kind = |t: &str| match t {
            "h" => BlockKind::Heading(2),
            "li" => BlockKind::ListItem,
            "q" => BlockKind::Quote,
            _ => BlockKind::Paragraph,
        };
        let blocks: Vec<Block> =
            row.blocks.into_iter().map(|block| Block { kind: kind(&block.t), text: block.x }).collect();
        let post = Post {
            id: PostId::new(Some(&row.id), None, ""),
            source: row.source.clone(),
            url: None,
            title: row.title,
            authors: Vec::new(),
            published: None,
            updated: None,
            tags: Vec::new(),
            language: Some(row.lang.clone()),
            image: None,
            description: Some(row.reference.clone()),
            teaser: None,
            body: blocks.iter().map(markup).collect(),
            weight: None,
            draft: false,
            has_marked_lead: false,
        };
        let mut example = Example {
            file,
            id: row.id,
            site: row.source,
            post,
            blocks,
            wanted: extract::word_keys(&row.reference).into_iter().collect(),
            reference: rouge::words(&row.reference, &row.lang),
            language: row.lang,
            rouge: Vec::new(),
            first: 0.0,
        };
        let near = |text: &str| rouge::mean(&rouge::words(text, &example.language), &example.reference);
        let candidates = study(&example, &nothing).candidates;
        example.rouge = candidates.iter().map(|(text, _)| near(text)).collect();
        example.first = example.rouge.get(1).or(example.rouge.first()).copied().unwrap_or_default();
        examples.push(example);
    }
    examples
}

/// A block as HTML.
fn markup(block: &Block) -> String {
    let name = match block.kind {
        BlockKind::Heading(_) => "h2",
        BlockKind::ListItem => "li",
        BlockKind::Quote => "blockquote",
        _ => "p",
    };
    format!("<{name}>{}</{name}>", html::escape(&block.text))
}

/// The fold of a name: the same on every run.
fn fold(name: &str) -> usize {
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    usize::try_from((hash >> 20) % 5).expect("less than five")
}

fn report(how: &str, files: &[PathBuf], examples: &[Example], made: &[Option<(String, f64)>]) {
    println!("{how}:");
    for (at, file) in files.iter().enumerate() {
        let mine: Vec<(&Example, f64, usize)> = examples
            .iter()
            .zip(made)
            .filter(|(example, _)| example.file == at)
            .map(|(example, made)| match made {
                Some((text, rouge)) => (example, *rouge, text.chars().count()),
                None => (example, 0.0, 0),
            })
            .collect();
        let near: Vec<f64> = mine.iter().map(|(_, rouge, _)| *rouge).collect();
        let gain: Vec<f64> = mine.iter().map(|(example, rouge, _)| rouge - example.first).collect();
        let best: Vec<f64> = mine.iter().map(|(e, _, _)| e.rouge.iter().copied().fold(0.0, f64::max)).collect();
        let length = mine.iter().map(|(_, _, length)| length).sum::<usize>() / mine.len().max(1);
        println!(
            "  {:<18} {:>5} posts  RAVG {}  against the first good sentences {}  best possible {:.1}  length {length}",
            file.file_stem().unwrap_or_default().to_string_lossy(),
            mine.len(),
            algebra::interval(&near),
            algebra::interval(&gain),
            algebra::mean(&best),
        );
    }
}

/// The weights as the file that the extractor reads.
fn source(weights: &Weights) -> String {
    let list = |weights: &[f64]| {
        let rows = weights.chunks(8).map(|row| {
            let row: Vec<String> = row.iter().map(|weight| format!("{weight:.5}")).collect();
            format!("    {},\n", row.join(", "))
        });
        rows.collect::<String>()
    };
    format!(
        "# What the words and the candidates of a post weigh, written by tests/bench/fit.rs; the README says how.\n\n\
         word = [\n{}]\ncandidate = [\n{}]\n",
        list(&weights.word),
        list(&weights.candidate),
    )
}
