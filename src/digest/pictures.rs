//! The pictures of an edition: those that its layout has a place for, shown as far as they are known, and asked for where they are not.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use url::Url;

use super::{compose::Plan, error::Error};
use crate::{
    diagnostic::Diagnostic,
    edition::{Edition, ImageUse, Item},
    html::escape,
    image::{self, COLUMN_WIDTH, EmbedRequest, ImageOutcome, ImageProbes, LOGO_WIDTH},
    message,
    post::Image,
    render::{self, Variants},
    source::Problem,
    store::Store,
};

/// Lays out an edition with those of its pictures that the layout has a place for, and says what is wrong with them.
///
/// The layout shows pictures as far as they are known, and tells which it showed: nobody is asked for one that no reader
/// sees. It runs again only where what was learnt changes what is shown. A store that cannot be read or written only makes
/// addresses be asked again.
///
/// # Errors
/// When the store or a template fails.
pub(super) async fn lay_out(
    store: &Store,
    plan: &Plan<'_>,
    edition: &mut Edition,
    now: DateTime<Utc>,
) -> Result<(Variants, Vec<Problem>), Error> {
    let logo = take_logo(edition);
    let known = known(store, edition).await;
    let expected = with_expected_images(edition, &known);
    let mut main = render::render(&expected, plan.templates)?;
    let problems = settle(store, plan, edition, &logo, (&known, &shown(&expected, &main.html)), now).await;
    let is_expected = |(item, expected): (&Item, &Item)| {
        // A picture that was not shown changes nothing by going.
        item.post.image.is_none() && !is_shown(expected, &main.html) || item.post.image == expected.post.image
    };
    if logo.is_some() || !edition.posts.iter().zip(&expected.posts).all(is_expected) {
        main = render::render(edition, plan.templates)?;
    }
    let variants = render::with_languages(main, edition, &store.subscriber_languages().await?, plan.templates)?;
    // Clients would list the files that no part shows as attachments.
    edition.images.retain(|image| variants.all().any(|parts| parts.html.contains(&image.address())));
    Ok((variants, problems))
}

/// Finds out what becomes of the pictures that are shown and of the logo, puts that into the edition, and says what is
/// wrong with them.
async fn settle(
    store: &Store,
    plan: &Plan<'_>,
    edition: &mut Edition,
    logo: &Option<Image>,
    (known, shown): (&ImageProbes, &[usize]),
    now: DateTime<Utc>,
) -> Vec<Problem> {
    let pictures: Vec<(usize, Image)> = edition
        .posts
        .iter_mut()
        .enumerate()
        .filter_map(|(index, item)| item.post.image.take().map(|image| (index, image)))
        .filter(|(index, _)| shown.contains(index))
        .collect();
    let images: Vec<&Image> = pictures.iter().map(|(_, image)| image).collect();
    let mut problems = Vec::new();
    let mut requests: Vec<EmbedRequest<'_>> =
        logo.iter().map(|image| EmbedRequest { image, width: LOGO_WIDTH }).collect();
    let (mut outcomes, mut learnt) = (Vec::new(), ImageProbes::new());
    if edition.image == ImageUse::Embed {
        requests.extend(images.iter().map(|&image| EmbedRequest { image, width: COLUMN_WIDTH }));
    } else {
        (outcomes, learnt) = image::link(&images, known, plan.limits, now).await;
    }
    if !requests.is_empty() {
        let (mut embedded, files, probes) = image::embed(&requests, known, &domain(plan), plan.limits, now).await;
        if let Some(logo) = logo {
            let ImageOutcome { image, problem } = embedded.remove(0);
            edition.theme.extend(image.map(|image| ("logo".to_owned(), image.url.to_string())));
            problems.extend(problem.map(|message| {
                let place = logo.file.as_ref().map(|path| path.display().to_string().into());
                let wrong = Diagnostic { place, ..Diagnostic::new(message.replace("its picture", "it")) };
                Problem::new(format!("digest.{}.theme.logo", edition.digest), wrong)
            }));
        }
        outcomes.extend(embedded);
        learnt.extend(probes);
        edition.images = files;
    }
    for ((index, asked), outcome) in pictures.iter().zip(outcomes) {
        let post = &mut edition.posts[*index].post;
        post.image = outcome.image;
        problems.extend(outcome.problem.map(|message| {
            let address = || asked.url.to_string();
            let place = asked.file.as_ref().map_or_else(address, |path| path.display().to_string());
            Problem::new(&post.source, Diagnostic::new(format!("“{}”: {message}", post.title)).at(place))
        }));
    }
    if let Err(error) = store.keep_image_probes(&learnt, now).await {
        tracing::warn!("what was learnt of pictures cannot be kept: {error}");
    }
    problems
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

/// The edition with its pictures as they will be if what is known of them holds; what has no address yet, or no size,
/// has one for the layout to show.
fn with_expected_images(edition: &Edition, known: &ImageProbes) -> Edition {
    let mut expected = edition.clone();
    for (index, item) in expected.posts.iter_mut().enumerate() {
        let Some(image) = &mut item.post.image else { continue };
        if image.file.take().is_some() || !matches!(image.url.scheme(), "https" | "http") {
            let address = format!("https://{}.invalid/{index}/", edition.id.as_str());
            image.url = Url::parse(&address).unwrap_or_else(|_| image.url.clone());
        }
        if let Some(size) = known.get(image.url.as_str()).and_then(|probe| probe.size) {
            (image.width, image.height) = (Some(size.width), Some(size.height));
        }
        image.width.get_or_insert(COLUMN_WIDTH * 2);
        image.height.get_or_insert(COLUMN_WIDTH);
    }
    expected
}

/// The posts whose pictures the layout shows.
fn shown(edition: &Edition, html: &str) -> Vec<usize> {
    edition.posts.iter().enumerate().filter(|(_, item)| is_shown(item, html)).map(|(index, _)| index).collect()
}

fn is_shown(item: &Item, html: &str) -> bool {
    let is_named = |image: &Image| html.contains(image.url.as_str()) || html.contains(&escape(image.url.as_str()));
    item.post.image.as_ref().is_some_and(is_named)
}

/// What the store knows of the pictures.
async fn known(store: &Store, edition: &Edition) -> ImageProbes {
    if edition.image == ImageUse::None {
        return ImageProbes::new();
    }
    let images = edition.posts.iter().filter_map(|item| item.post.image.as_ref());
    let urls: Vec<&str> = images.filter(|image| image.file.is_none()).map(|image| image.url.as_str()).collect();
    store.image_probes(&urls).await.unwrap_or_else(|error| {
        tracing::warn!("what is known of pictures cannot be read: {error}");
        ImageProbes::new()
    })
}

/// What stands after the `@` of the pictures' names: the sender's domain.
fn domain(plan: &Plan<'_>) -> String {
    let from = message::parse_mailbox(&plan.publication.from);
    let ascii = from.ok().map(|(_, address)| address.domain().to_owned()).filter(|domain| domain.is_ascii());
    ascii.unwrap_or_else(|| "tidings.invalid".to_owned())
}
