//! The pictures of an edition: those that its layout has a place for, settled before it is laid out.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use url::Url;

use super::{Error, Plan};
use crate::{
    edition::{Edition, ImageUse},
    image::{self, COLUMN, Embedded, LOGO, Looks, Settled, Wish},
    message,
    post::Image,
    render::{self, Variants},
    source::Problem,
    store::Store,
};

/// Settles the pictures of `edition` and its logo, and says what is wrong with them.
///
/// A store that cannot be read or written only makes addresses be asked again.
///
/// # Errors
/// When a template fails.
pub(super) async fn settle(
    store: &Store,
    plan: &Plan<'_>,
    edition: &mut Edition,
    now: DateTime<Utc>,
) -> Result<Vec<Problem>, Error> {
    let logo = take_logo(edition);
    let shown = shown(edition, plan)?;
    let pictures: Vec<(usize, Image)> = edition
        .posts
        .iter_mut()
        .enumerate()
        .filter_map(|(index, item)| item.post.image.take().map(|image| (index, image)))
        .filter(|(index, _)| shown.contains(index))
        .collect();
    let images: Vec<&Image> = pictures.iter().map(|(_, image)| image).collect();
    let past = past(store, &images).await;
    let mut problems = Vec::new();
    let mut wishes: Vec<Wish<'_>> = logo.iter().map(|image| Wish { image, width: LOGO }).collect();
    let (mut settled, mut learnt) = (Vec::new(), Looks::new());
    if edition.image == ImageUse::Embed {
        wishes.extend(images.iter().map(|&image| Wish { image, width: COLUMN }));
    } else {
        (settled, learnt) = image::link(&images, &past, plan.limits, now).await;
    }
    if !wishes.is_empty() {
        let (mut embedded, files, looks) = image::embed(&wishes, &past, &domain(plan), plan.limits, now).await;
        if logo.is_some() {
            let Settled { image, problem } = embedded.remove(0);
            edition.theme.extend(image.map(|image| ("logo".to_owned(), image.url.to_string())));
            let source = format!("digest.{}.theme.logo", edition.digest);
            let place = logo.as_ref().and_then(|logo| logo.file.as_ref()).map(|path| path.display().to_string());
            let told = |message: String| Problem { source, place, message: message.replace("its picture", "it") };
            problems.extend(problem.map(told));
        }
        settled.extend(embedded);
        learnt.extend(looks);
        edition.images = files;
    }
    for ((index, asked), answer) in pictures.iter().zip(settled) {
        let post = &mut edition.posts[*index].post;
        post.image = answer.image;
        problems.extend(answer.problem.map(|message| {
            let address = || asked.url.to_string();
            let place = asked.file.as_ref().map_or_else(address, |path| path.display().to_string());
            Problem {
                source: post.source.clone(), place: Some(place), message: format!("“{}”: {message}", post.title)
            }
        }));
    }
    if let Err(error) = store.save_picture_looks(&learnt, now).await {
        tracing::warn!("what was learnt of pictures cannot be kept: {error}");
    }
    Ok(problems)
}

/// Lets go of the files that no part shows: clients would list them as attachments.
pub(super) fn keep_shown(edition: &mut Edition, variants: &Variants) {
    let is_shown = |image: &Embedded| variants.all().any(|parts| parts.html.contains(&image.address()));
    edition.images.retain(is_shown);
}

/// A logo that is a file; one by its address stays as it is.
fn take_logo(edition: &mut Edition) -> Option<Image> {
    let path = edition.theme.get("logo").filter(|logo| !logo.starts_with("https://"))?;
    let file = PathBuf::from(path);
    edition.theme.remove("logo");
    // The file has no address; what stands for one is never shown.
    let url = Url::parse("file:///").ok()?;
    Some(Image { url, alt: None, width: None, height: None, file: Some(file) })
}

/// The posts whose pictures the layout shows: it is laid out once with an address of its own for each.
fn shown(edition: &Edition, plan: &Plan<'_>) -> Result<Vec<usize>, Error> {
    if edition.image == ImageUse::None || edition.posts.iter().all(|item| item.post.image.is_none()) {
        return Ok(Vec::new());
    }
    let address = |index: usize| format!("https://{}.invalid/{index}/", edition.id.as_str());
    let mut trial = edition.clone();
    for (index, item) in trial.posts.iter_mut().enumerate() {
        if let (Some(image), Ok(url)) = (&mut item.post.image, Url::parse(&address(index))) {
            let (width, height) = (image.width.or(Some(COLUMN * 2)), image.height.or(Some(COLUMN)));
            *image = Image { url, width, height, alt: image.alt.take(), file: None };
        }
    }
    let html = render::render(&trial, plan.templates)?.html;
    Ok((0..edition.posts.len()).filter(|index| html.contains(&address(*index))).collect())
}

async fn past(store: &Store, images: &[&Image]) -> Looks {
    let urls: Vec<&str> = images.iter().filter(|image| image.file.is_none()).map(|image| image.url.as_str()).collect();
    store.picture_looks(&urls).await.unwrap_or_else(|error| {
        tracing::warn!("what is known of pictures cannot be read: {error}");
        Looks::new()
    })
}

/// What stands after the `@` of the pictures' names: the sender's domain.
fn domain(plan: &Plan<'_>) -> String {
    let from = message::mailbox(&plan.publication.from);
    let ascii = from.ok().map(|(_, address)| address.domain().to_owned()).filter(|domain| domain.is_ascii());
    ascii.unwrap_or_else(|| "tidings.invalid".to_owned())
}
