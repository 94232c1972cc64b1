//! A page that mail clients would clip, made shorter.

use super::{
    context::Context,
    layout::{self, Layout},
    problem::{Problem, ProblemSubject},
    templates::TemplateSet,
};

/// Gmail clips a page of 102 KB; what the recipients' own links add must fit as well.
pub(super) const MAX_PAGE_SIZE: usize = 100 * 1024;

/// Moves whole posts from the end to a list of links until a mail client shows the whole page; markup is never cut.
///
/// The first post, which leads, goes last, and a list that is too long even so ends with the number of what it
/// leaves out: the text part has them all. A page that cannot be made small stays as it is, and the preflight
/// rules say so.
pub(super) fn fit(
    templates: &TemplateSet,
    name: &str,
    context: &mut Context,
    problems: &mut Vec<Problem>,
    full: Layout,
) -> Layout {
    if full.html.len() < MAX_PAGE_SIZE {
        return full;
    }
    let count = context.count();
    let mut attempt = |whole: usize, listed: usize| {
        context.show(whole, listed);
        let parts = layout::lay_out(templates, name, context).ok()?;
        (parts.html.len() < MAX_PAGE_SIZE).then_some(parts)
    };
    let first = usize::from(attempt(1, 0).is_some());
    let found = greatest(first, count.saturating_sub(1), |whole| attempt(whole, count))
        .map(|(whole, parts)| (whole, count, parts))
        .or_else(|| greatest(0, count, |listed| attempt(first, listed)).map(|(listed, parts)| (first, listed, parts)));
    let Some((whole, listed, parts)) = found else { return full };
    context.show(whole, listed);
    let moved = count - whole;
    let links = context.links();
    let lost = links.iter().filter(|link| !parts.mjml.contains(link.as_str())).count() + (moved - links.len());
    let words = match lost {
        0 => format!("the page is too big for Gmail: its last {moved} posts are listed as links"),
        _ => format!("the page is too big for Gmail: of its last {moved} posts {lost} stand in the text part only"),
    };
    problems.push(Problem::new(ProblemSubject::Size, words));
    parts
}

/// The greatest number from `low` to `high` for which `attempt` gives something, where it gives something for all
/// smaller ones.
fn greatest<T>(low: usize, high: usize, mut attempt: impl FnMut(usize) -> Option<T>) -> Option<(usize, T)> {
    let mut best = (low, attempt(low)?);
    let mut beyond = high + 1;
    while best.0 + 1 < beyond {
        let middle = best.0.midpoint(beyond);
        match attempt(middle) {
            Some(found) => best = (middle, found),
            None => beyond = middle,
        }
    }
    Some(best)
}
