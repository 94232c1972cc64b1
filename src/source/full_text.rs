//! `full_text = true`: the articles themselves, from the pages that a feed or a listing leads to.

use futures::StreamExt as _;

use chrono::{DateTime, Utc};

use super::{
    budget::Reservation,
    document::Problem,
    fetch::{FetchResult, Fetcher, without_password},
    page,
};
use crate::{diagnostic::Diagnostic, post::Post, zone::Zone};

/// So many pages are fetched for one source at most: the newest, as feeds and listings have them first.
const MAX_PAGES: usize = 50;

/// Puts the article of its page into each post; where that fails, what the source gave stays.
pub async fn fill(posts: &mut [Post], source: &str, fetcher: &Fetcher, zone: Zone, now: DateTime<Utc>) -> Vec<Problem> {
    let pages = posts.iter_mut().filter(|post| post.url.is_some()).take(MAX_PAGES);
    // A closure that takes references must not live on in the stream: no thread could be given the work.
    let work: Vec<_> = pages.map(|post| one(post, source, fetcher, zone, now)).collect();
    futures::stream::iter(work).buffered(8).filter_map(|problem| async { problem }).collect().await
}

async fn one(post: &mut Post, source: &str, fetcher: &Fetcher, zone: Zone, now: DateTime<Utc>) -> Option<Problem> {
    let url = post.url.clone()?;
    let trouble = |wrong: Diagnostic| {
        let wrong = wrong.context("its page gave no article, the source's own text stands");
        Problem::new(source, wrong.at(without_password(&url)))
    };
    // Without a validator: the article is wanted, not the news that it has not changed.
    let (document, _reserved) = match fetcher.get(&url, None, now).await {
        FetchResult::Document(document, _, reserved) => (document, reserved),
        FetchResult::Failed(words) | FetchResult::Later(_, words) | FetchResult::Gone(_, words) => {
            return Some(trouble(words));
        }
        FetchResult::Unchanged(_) => return None,
    };
    let name = source.to_owned();
    let reserved = Reservation::to_parse(document.octets.len()).await;
    let read = tokio::task::spawn_blocking(move || {
        let _reserved = reserved;
        page::read(document, &name, zone).map(|parsed| parsed.posts.into_iter().next().map(Post::bounded))
    });
    let article = match read.await {
        Ok(Ok(article)) => article?,
        Ok(Err(problem)) => return Some(trouble(problem.diagnostic)),
        Err(_) => return Some(trouble("its content upset the parser".into())),
    };
    if article.body.len() > post.body.len() {
        post.body = article.body;
    }
    post.published = post.published.or(article.published);
    post.language = post.language.take().or(article.language);
    post.image = post.image.take().or(article.image);
    if post.authors.is_empty() {
        post.authors = article.authors;
    }
    None
}
