//! What went out does not go again, and what is new is new: whatever a feed's ids, links, titles and dates do.

use crate::project::Project;

const CONFIG: &str = "[publication]\nname = \"N\"\nfrom = \"N <n@harbour.example>\"\naddress = \"1 Quay\"\n\
                      [[source]]\nname = \"s\"\nfeed = \"feed.xml\"\n[digest.d]\nsubject = \"S\"\nschedule = \"weekly mon 07:30\"\n\
                      [smtp]\nurl = \"file:outbox\"\n[web]\npublic_url = \"https://news.harbour.example\"\n\
                      [subscribers]\nfile = \"s.csv\"\n";

/// An item: guid, link, title, day of May 2025.
type Item<'a> = (&'a str, &'a str, &'a str, u32);

fn feed(items: &[Item<'_>]) -> String {
    let item = |(guid, link, title, day): &Item<'_>| {
        let guid = if guid.is_empty() { String::new() } else { format!("<guid isPermaLink=\"false\">{guid}</guid>") };
        format!(
            "<item><title>{title}</title><link>https://{link}</link>{guid}<pubDate>{day:02} May 2025 08:00:00 GMT</pubDate>\
             <description>{title} is told here in a sentence or two.</description></item>"
        )
    };
    let items: String = items.iter().map(item).collect();
    format!(
        "<rss version=\"2.0\"><channel><title>T</title><link>https://harbour.example/</link>{items}</channel></rss>"
    )
}

/// Sends what the first feed has, and says which titles of the second one are new a week later.
#[track_caller]
fn check(first: &[Item<'_>], second: &[Item<'_>], new: &[&str]) {
    let mut project = Project::new().file("tidings.toml", CONFIG).file("s.csv", "email\nada@readers.example\n");
    project.set_clock("2025-05-12T07:30:00Z");
    project.write("feed.xml", feed(first));
    assert_eq!(project.run("send --yes --json").code(0).json()["posts"], first.len());
    project.set_clock("2025-05-19T07:30:00Z");
    project.write("feed.xml", feed(second));
    // Twice: the first reading is remembered.
    for _ in 0..2 {
        let told = project.run("explain --json").code(0).json();
        let posts = told["posts"].as_array().unwrap().iter();
        let mut picked: Vec<_> =
            posts.filter(|post| post["selected"] == true).map(|post| post["title"].as_str().unwrap()).collect();
        picked.sort_unstable();
        assert_eq!(picked, new, "{told:#}");
    }
}

#[test]
fn a_link_that_all_items_share_names_none_of_them() {
    let (one, two) = (("ep1", "pod.example/", "Knots", 6), ("ep2", "pod.example/", "Gulls", 13));
    check(&[one], &[two, one], &["Gulls"]);
    check(&[one], &[two], &["Gulls"]);
    // Reports that differ in nothing but guid and date.
    let (one, two) = (("r1", "gauge.example/level", "Level", 6), ("r2", "gauge.example/level", "Level", 13));
    check(&[one], &[two, one], &["Level"]);
    check(&[one], &[two], &["Level"]);
    let (one, two) = (("", "lots.example/", "Lot 1", 6), ("", "lots.example/", "Lot 2", 13));
    check(&[one], &[two, one], &["Lot 2"]);
    check(&[one], &[two], &["Lot 2"]);
}

#[test]
fn a_guid_that_several_items_share_names_none_of_them() {
    let lots =
        [("lots", "h.example/1", "Lot 1", 5), ("lots", "h.example/2", "Lot 2", 6), ("lots", "h.example/3", "Lot 3", 7)];
    let fourth = ("lots", "h.example/4", "Lot 4", 14);
    check(&lots, &[fourth, lots[2], lots[1]], &["Lot 4"]);
    check(&lots, &[fourth], &["Lot 4"]);
    check(&lots[..1], &[fourth], &["Lot 4"]);
    check(&lots[..1], &[fourth, lots[0]], &["Lot 4"]);
}

#[test]
fn a_site_that_moved_has_nothing_new() {
    let before = [("g1", "old.example/dredging/", "Dredging", 6), ("g2", "old.example/seal/", "Seal", 7)];
    check(&before, &[("n1", "new.example/dredging/", "Dredging", 6), ("n2", "new.example/seal/", "Seal", 7)], &[]);
    check(
        &before,
        &[("n1", "old.example/2025/05/dredging/", "Dredging", 6), ("n2", "old.example/2025/05/seal/", "Seal", 7)],
        &[],
    );
    check(&before, &[("n1", "old.example/dredging/", "Dredging", 6), ("n2", "old.example/seal/", "Seals", 7)], &[]);
    check(
        &before,
        &[("n3", "new.example/lamp/", "Lamp", 14), ("n1", "new.example/dredging/", "Dredging", 6)],
        &["Lamp"],
    );
}

#[test]
fn a_feed_that_had_posts_and_gives_none_is_a_trouble() {
    let project = Project::new().file("tidings.toml", CONFIG).file("s.csv", "email\nada@readers.example\n");
    project.write("feed.xml", feed(&[("g1", "h.example/1", "Dredging", 6), ("g2", "h.example/2", "Seal", 7)]));
    project.run("explain").code(0);
    project.write("feed.xml", feed(&[]));
    project.run("explain").code(0).says("gives no post, although it had 2").says("Seal");
    project.run("status").code(0).says("gives no post, although it had 2");
    project.run("check").says("gives no post, although it had 2");
}
