//! How fast teasers are made: `cargo bench --bench teasers -- DATA.jsonl…`
//!
//! Every post of the data (rows as `fit.rs` reads them) goes through the whole maker on one thread; printed are posts
//! a second from their blocks on and from their clean HTML on, the median, the 99th percentile and the longest, and how
//! long a post of 5 MB takes. Without data, a post of 4 KB of our own stands for all.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use tidings::{
    internals::html,
    post::{Post, PostId},
    teaser::{TeaserContext, TeaserMethod, TeaserOptions, tease},
};

/// Measures and prints.
pub fn main() {
    let files: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let mut posts: Vec<Post> = files.iter().flat_map(|file| read(file)).collect();
    if posts.is_empty() {
        posts.extend((0..200).map(|_| post("The north quay", None, &prose(4_000))));
    }
    let style = TeaserOptions { from: vec![TeaserMethod::Extract], max_chars: 280, ..TeaserOptions::default() };
    let whole = |post: &Post| {
        let start = Instant::now();
        black_box(tease(black_box(post), &style, &TeaserContext::default()));
        start.elapsed()
    };
    let blocks = |post: &Post| {
        let start = Instant::now();
        black_box(html::blocks(black_box(&post.body)));
        start.elapsed()
    };
    // The best of three: others use the machine, too.
    let best = |of: &dyn Fn(&Post) -> Duration, post: &Post| (0..3).map(|_| of(post)).min().unwrap_or_default();
    for post in &posts {
        whole(post);
    }
    let mut times: Vec<Duration> = Vec::new();
    let mut html = Duration::ZERO;
    for post in &posts {
        let split = best(&blocks, post);
        html += split;
        times.push(best(&whole, post).saturating_sub(split));
    }
    let all: Duration = times.iter().sum();
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_micros();
    let rate = |time: Duration| posts.len() as f64 / time.as_secs_f64();
    println!(
        "{} posts: {:.0} a second on one core from their blocks ({:.0} from their HTML), median {} µs, 99 in 100 within \
         {} µs, longest {} µs",
        posts.len(),
        rate(all),
        rate(all + html),
        at(0.5),
        at(0.99),
        at(1.0),
    );
    let long = post("The north quay", None, &prose(5_000_000));
    let time = (0..3).map(|_| whole(&long)).min().unwrap_or_default();
    println!("a post of 5 MB: {} ms", time.as_millis());
}

fn read(file: &str) -> Vec<Post> {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("cannot read `{file}`: {error}"));
    let rows = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a row of the data"));
    rows.map(|row| {
        let blocks = row["blocks"].as_array().expect("blocks").iter();
        let body: String = blocks
            .map(|block| {
                let tag = match block["t"].as_str() {
                    Some("h") => "h2",
                    Some("li") => "li",
                    Some("q") => "blockquote",
                    _ => "p",
                };
                format!("<{tag}>{}</{tag}>\n", html::escape(block["x"].as_str().unwrap_or_default()))
            })
            .collect();
        post(row["title"].as_str().unwrap_or_default(), row["lang"].as_str(), &body)
    })
    .collect()
}

/// Paragraphs of about `octets` in all.
fn prose(octets: usize) -> String {
    let paragraph = "<p>Divers found a hole in the north quay on Sunday, as wide as a door. The repair takes eleven \
                     weeks, says the harbour office, and costs 40,000 euros. Until then the ferries leave from the \
                     south pier. Whoever wants to cross at night should ask at the gate.</p>\n";
    paragraph.repeat(octets / paragraph.len() + 1)
}

fn post(title: &str, language: Option<&str>, body: &str) -> Post {
    Post {
        id: PostId::new(Some(title), None, ""),
        source: "blog".to_owned(),
        url: None,
        title: title.to_owned(),
        authors: Vec::new(),
        published: None,
        updated: None,
        tags: Vec::new(),
        language: language.map(str::to_owned),
        image: None,
        description: None,
        teaser: None,
        body: body.to_owned(),
        weight: None,
        draft: false,
        has_marked_lead: false,
    }
}
