//! Pictures: how large they are, who can see them, and what goes along with the mail.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use mail_parser::{Message, MessageParser, MimeHeaders as _, PartType};

use crate::{
    project::{Project, Ran},
    world::web::{Answer, Web},
};

/// Shows the picture of every post, and the logo.
const TEMPLATE: &str = "<mjml lang=\"en\"><mj-head><mj-title>{{ title }}</mj-title></mj-head><mj-body><mj-section><mj-column>\n\
    {% if theme.logo %}<mj-image src=\"{{ theme.logo }}\" alt=\"{{ publication.name }}\" width=\"220px\" />{% else %}<mj-text>No logo</mj-text>{% endif %}\n\
    {% for post in posts %}{% if post.image %}<mj-image src=\"{{ post.image.url }}\" alt=\"{{ post.image.alt }}\" \
    padding=\"0\" width=\"{{ post.image.shown_width }}px\"{% if post.image.shown_height %} height=\"{{ post.image.shown_height }}px\"{% endif %} />{% endif %}\n\
    <mj-text>{{ post.title }}: {{ post.teaser }}</mj-text>\n{% endfor %}\
    {% if unsubscribe_url %}<mj-text><a href=\"{{ unsubscribe_url }}\">Unsubscribe</a></mj-text>{% endif %}\n\
    </mj-column></mj-section></mj-body></mjml>\n";

/// A project whose posts name these pictures, in this order, newest first.
fn project(digest: &str, fetch: &str, pictures: &[&str]) -> Project {
    let mut project = Project::with_notes(&format!("[fetch]\n{fetch}")).file("templates/all.mjml", TEMPLATE).file(
        "templates/all.txt",
        "{% for post in posts %}{{ post.title }}: {{ post.teaser }}\n{% endfor %}{{ unsubscribe_url }}\n",
    );
    let config = project.read("tidings.toml");
    project.write("tidings.toml", config.replace("schedule =", &format!("template = \"all\"\n{digest}\nschedule =")));
    for (index, picture) in pictures.iter().enumerate() {
        let day = 28 - index;
        let post = format!(
            "---\ntitle: Post {index}\ndate: 2025-05-{day}\nimage: \"{picture}\"\n---\n\nThe story of post {index} is told here in a sentence.\n"
        );
        project = project.file(&format!("posts/post-{index:02}.md"), post);
    }
    project
}

fn png(width: u32, height: u32) -> Vec<u8> {
    write(&RgbImage::from_fn(width, height, |x, y| Rgb([x as u8, y as u8, 90])), ImageFormat::Png)
}

/// A photograph with grain, which is large as a file.
fn photograph(width: u32, height: u32, mut seed: u32) -> Vec<u8> {
    let image = RgbImage::from_fn(width, height, |x, y| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Rgb([(x * 255 / width) as u8, (y * 255 / height) as u8, (seed >> 24) as u8])
    });
    write(&image, ImageFormat::Jpeg)
}

/// A JPEG taken with the camera on its side, as its EXIF block says, with the maker's name in it.
fn on_its_side(width: u32, height: u32) -> Vec<u8> {
    let jpeg = photograph(width, height, 1);
    let exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0Secret Camera";
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, exif, &jpeg[2..]].concat()
}

fn write(image: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// A PNG that says to be of this size, and is not.
fn forged(width: u32, height: u32) -> Vec<u8> {
    let mut file = png(8, 8);
    file[16..20].copy_from_slice(&width.to_be_bytes());
    file[20..24].copy_from_slice(&height.to_be_bytes());
    file
}

/// Serves what a mail may meet.
fn gallery() -> Web {
    Web::start(|request| match request.path.as_str() {
        "/wide.png" => Answer::new("200 OK", png(1200, 675)),
        "/small.png" => Answer::new("200 OK", png(90, 60)),
        "/side.jpg" => Answer::new("200 OK", on_its_side(800, 600)),
        "/page.png" => {
            Answer::new("200 OK", "<!doctype html><p>Not here any more</p>").header("Content-Type: image/png")
        }
        "/dot.gif" => Answer::new("200 OK", png(1, 1)),
        "/broken.png" => Answer::new("200 OK", &png(300, 200)[..400]),
        "/forged.png" => Answer::new("200 OK", forged(20_000, 20_000)),
        "/heavy.png" => Answer::new("200 OK", [png(300, 200), vec![0; 400_000]].concat()),
        "/busy.png" => Answer::new("503 Service Unavailable", ""),
        "/refused.png" => Answer::new("403 Forbidden", ""),
        "/moved.png" => Answer::new("302 Found", "").header("Location: /wide.png"),
        _ => Answer::new("404 Not Found", ""),
    })
}

/// The `img` elements of a page, as written.
fn pictures(html: &str) -> Vec<String> {
    html.split("<img").skip(1).map(|rest| rest[..rest.find('>').unwrap()].to_owned()).collect()
}

fn attribute<'a>(picture: &'a str, name: &str) -> &'a str {
    let start = picture.find(&format!(" {name}=\"")).map_or(picture.len(), |at| at + name.len() + 3);
    picture[start..].split('"').next().unwrap_or_default()
}

/// The octets of each picture that goes along, by its Content-ID.
fn attached(message: &Message<'_>) -> Vec<(String, String, Vec<u8>)> {
    let images = message.parts.iter().filter(|part| part.content_type().is_some_and(|kind| kind.ctype() == "image"));
    images
        .map(|part| {
            let subtype = part.content_type().unwrap().subtype().unwrap().to_owned();
            (part.content_id().unwrap().to_owned(), subtype, part.contents().to_vec())
        })
        .collect()
}

fn preview(project: &Project) -> (Ran, Vec<String>) {
    let ran = project.run("preview --json").code(0);
    let shown = pictures(&project.read("preview.html"));
    (ran, shown)
}

const OPEN: &str = "allow_private = true\ntimeout = \"20s\"";

#[test]
fn linked_pictures_have_the_size_of_their_files() {
    let web = gallery();
    let at = |name: &str| format!("{}/{name}", web.url);
    let project =
        project("", OPEN, &[&at("wide.png"), &at("small.png"), &at("side.jpg"), &at("moved.png"), &at("forged.png")]);
    let (_, shown) = preview(&project);
    let sizes: Vec<_> =
        shown.iter().map(|picture| (attribute(picture, "width"), attribute(picture, "height"))).collect();
    assert_eq!(sizes, [("552", "310"), ("90", "60"), ("552", "736"), ("552", "310"), ("552", "552")]);
    assert_eq!(attribute(&shown[0], "src"), at("wide.png"));
    assert_eq!(attribute(&shown[0], "alt"), "Post 0");
    // What was learnt is remembered.
    let asked = web.requests().len();
    let (ran, again) = preview(&project);
    assert_eq!((again, web.requests().len()), (shown, asked));
    assert_eq!(ran.json()["problems"].as_array().unwrap().len(), 0);
}

#[test]
fn a_picture_that_nobody_can_see_is_left_out() {
    let web = gallery();
    let names = ["gone.png", "refused.png", "page.png", "dot.gif", "busy.png", "wide.png"];
    let addresses: Vec<String> = names.iter().map(|name| format!("{}/{name}", web.url)).collect();
    let mut addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    addresses.extend(["https://nowhere.invalid/a.png", "https://ada:secret@127.0.0.1/a.png"]);
    let project = project("", OPEN, &addresses);
    let (ran, shown) = preview(&project);
    let shown: Vec<&str> = shown.iter().map(|picture| attribute(picture, "src").rsplit('/').next().unwrap()).collect();
    assert_eq!(shown, ["busy.png", "wide.png"], "a server in trouble may be well again");
    let problems = ran.json()["problems"].to_string();
    for words in ["404", "403", "no JPEG, PNG, GIF or WebP", "shows nothing", "may not be seen", "no host", "password"]
    {
        assert!(problems.contains(words), "no `{words}` in {problems}");
    }
    assert!(!problems.contains("Post 5"), "{problems}");
    project.run("check").says("404");
}

#[test]
fn private_addresses_are_not_asked_and_not_shown() {
    let web = gallery();
    let secure = web.url.replace("http:", "https:");
    let project =
        project("", "", &[&format!("{}/wide.png", web.url), &format!("{secure}/wide.png"), "https://10.0.0.7/a.png"]);
    let (ran, shown) = preview(&project);
    assert_eq!(shown, Vec::<String>::new());
    let problems = ran.json()["problems"].to_string();
    assert!(problems.contains("https://") && problems.contains("private address"), "{problems}");
    assert_eq!(web.requests().len(), 0);
}

#[test]
fn a_silent_server_costs_one_deadline_for_all() {
    let silent = Web::start(|_| {
        loop {
            std::thread::park();
        }
    });
    let addresses: Vec<String> = (0..6).map(|number| format!("{}/{number}.png", silent.url)).collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let project = project("", "allow_private = true\ntimeout = \"1s\"", &addresses);
    let begun = std::time::Instant::now();
    let (ran, shown) = preview(&project);
    assert!(begun.elapsed().as_secs() < 8, "{:?}", begun.elapsed());
    assert_eq!(shown.len(), 6);
    assert!(shown.iter().all(|picture| attribute(picture, "width") == "552"), "{shown:?}");
    assert_eq!(ran.json()["problems"].as_array().unwrap().len(), 6);
}

#[test]
fn without_pictures_nobody_is_asked() {
    let web = gallery();
    let project = project("image = \"none\"", OPEN, &[&format!("{}/wide.png", web.url)]);
    assert_eq!((preview(&project).1.len(), web.requests().len()), (0, 0));
}

#[test]
fn a_picture_beside_its_post_needs_no_network() {
    let project = project("", "", &["lamp.png", "/notes/none.png"]).file("posts/lamp.png", png(300, 200));
    let (ran, shown) = preview(&project);
    assert_eq!(attribute(&shown[0], "src"), "https://harbour.example/lamp.png");
    assert_eq!((attribute(&shown[0], "width"), attribute(&shown[0], "height")), ("300", "200"));
    assert_eq!(shown.len(), 1);
    assert!(ran.json()["problems"].to_string().contains("no host"), "{}", ran.stdout);
}

/// A project with pictures of every kind, to go along with the mail.
fn to_embed(web: &Web) -> Project {
    let at = |name: &str| format!("{}/{name}", web.url);
    let glass = RgbaImage::from_fn(400, 300, |x, _| Rgba([200, 10, 10, if x < 200 { 0 } else { 255 }]));
    let mut file = Cursor::new(Vec::new());
    glass.write_to(&mut file, ImageFormat::Png).unwrap();
    let addresses = [
        at("side.jpg"),
        "photo.jpg".into(),
        at("broken.png"),
        at("forged.png"),
        "glass.png".into(),
        at("side.jpg"),
        at("heavy.png"),
    ];
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    project("image = \"embed\"", &format!("{OPEN}\nmax_bytes = \"300kB\""), &addresses)
        .file("posts/photo.jpg", photograph(1500, 1000, 7))
        .file("posts/glass.png", file.into_inner())
}

#[test]
fn embedded_pictures_go_along_with_the_mail() {
    let web = gallery();
    let project = to_embed(&web);
    let ran = project.run("preview --json --eml one.eml").code(0);
    let problems = ran.json()["problems"].to_string();
    for words in ["broken", "400 million pixels", "larger than 300000 octets"] {
        assert!(problems.contains(words), "no `{words}` in {problems}");
    }
    let page = pictures(&project.read("preview.html"));
    assert_eq!(page.len(), 4);
    assert!(page.iter().all(|picture| attribute(picture, "src").starts_with("data:image/")), "a browser shows them");

    project.run("send --yes").code(0);
    for (name, octets) in project.outbox() {
        let message = MessageParser::default().parse(&octets).unwrap();
        let kinds: Vec<String> = message
            .parts
            .iter()
            .map(|part| {
                part.content_type()
                    .map_or_else(String::new, |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()))
            })
            .collect();
        let expect = [
            "multipart/alternative",
            "text/plain",
            "multipart/related",
            "text/html",
            "image/jpeg",
            "image/jpeg",
            "image/png",
        ];
        assert_eq!(kinds, expect, "{name}");
        assert!(matches!(&message.parts[2].body, PartType::Multipart(inner) if inner.len() == 4));
        assert_eq!(message.parts[2].content_type().unwrap().attribute("type"), Some("text/html"));
        let html = message.body_html(0).unwrap();
        let shown = pictures(&html);
        let mut used: Vec<&str> =
            shown.iter().map(|picture| attribute(picture, "src").strip_prefix("cid:").unwrap()).collect();
        assert_eq!(used.len(), 4);
        assert_eq!(used[0], used[3], "one file for both");
        used.dedup();
        used.truncate(3);
        let files = attached(&message);
        assert_eq!(files.iter().map(|(cid, ..)| cid.as_str()).collect::<Vec<_>>(), used);
        assert!(files.iter().all(|(cid, ..)| cid.ends_with("@harbour.example")));
        let sizes: Vec<(u32, u32)> = files
            .iter()
            .map(|(_, _, octets)| {
                let picture = image::load_from_memory(octets).unwrap();
                (picture.width(), picture.height())
            })
            .collect();
        assert_eq!(sizes, [(600, 800), (1104, 736), (400, 300)]);
        assert!(!octets.windows(6).any(|six| six == b"Secret"));
        assert!(
            files.iter().all(|(_, _, octets)| !octets.windows(6).any(|six| six == b"Secret" || six == b"Exif\0\0"))
        );
    }
    project.run("check");
}

#[test]
fn a_frozen_edition_keeps_its_pictures_when_their_server_is_gone() {
    let mut project = to_embed(&gallery());
    let dead = [("TIDINGS_SMTP__URL", "smtp://127.0.0.1:9"), ("TIDINGS_SMTP__TLS", "none")];
    project.run_with("send --yes", &dead).code(75);
    for picture in ["posts/photo.jpg", "posts/glass.png"] {
        std::fs::remove_file(project.path(picture)).unwrap();
    }
    project.run("preview --eml one.eml").code(0);
    let shown = std::fs::read(project.path("one.eml")).unwrap();
    let shown = attached(&MessageParser::default().parse(&shown).unwrap());
    project.set_clock("2025-06-01T14:00:00Z");
    project.run("send --yes").code(0);
    let outbox = project.outbox();
    assert_eq!((outbox.len(), shown.len()), (2, 3));
    for (_, octets) in outbox {
        assert_eq!(attached(&MessageParser::default().parse(&octets).unwrap()), shown);
    }
}

#[test]
fn all_pictures_of_an_edition_keep_within_a_budget() {
    let names: Vec<String> = (0..10).map(|number| format!("p{number}.jpg")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut project = project("image = \"embed\"", "", &names);
    for (number, name) in names.iter().enumerate() {
        project = project.file(&format!("posts/{name}"), photograph(1400, 900, number as u32));
    }
    project.run("preview --eml one.eml").code(0);
    let octets = std::fs::read(project.path("one.eml")).unwrap();
    let files = attached(&MessageParser::default().parse(&octets).unwrap());
    let sum: usize = files.iter().map(|(_, _, octets)| octets.len()).sum();
    assert_eq!(files.len(), 10);
    assert!((300_000..=1_000_000).contains(&sum), "{sum}");
}

#[test]
fn a_logo_may_be_a_file() {
    for image in ["link", "embed", "none"] {
        let project =
            project(&format!("image = \"{image}\"\ntheme = {{ logo = \"art/logo.png\" }}"), "", &["none.png"])
                .file("art/logo.png", png(900, 300));
        project.run("preview --eml one.eml").code(0);
        let octets = std::fs::read(project.path("one.eml")).unwrap();
        let message = MessageParser::default().parse(&octets).unwrap();
        let files = attached(&message);
        assert_eq!(files.len(), 1, "{image}");
        assert_eq!(image::load_from_memory(&files[0].2).unwrap().width(), 440);
        assert!(message.body_html(0).unwrap().contains(&format!("cid:{}", files[0].0)));
        project.run("check");
    }
}

#[test]
fn a_logo_that_is_missing_or_broken_is_told() {
    let digest = "theme = { logo = \"logo.png\" }";
    let project = project(digest, "", &["none.png"]);
    let told = project.run("preview").code(78).stderr;
    assert!(told.contains("logo.png") && told.contains("tidings.toml:13:18"), "{told}");
    project.write("logo.png", "no picture");
    let (ran, shown) = preview(&project);
    assert_eq!(shown, Vec::<String>::new());
    assert!(ran.json()["problems"].to_string().contains("digest.weekly.theme.logo"), "{}", ran.stdout);
    assert!(project.read("preview.html").contains("No logo"));
    project.write("tidings.toml", project.read("tidings.toml").replace("logo.png", "ftp://harbour.example/logo.png"));
    project.run("preview").code(78).says("ftp://");
}

#[test]
fn a_store_from_before_pictures_goes_on() {
    use sqlx::Connection as _;
    let mut project = Project::with_notes("").post("one", "One", "2025-05-30");
    let dead = [("TIDINGS_SMTP__URL", "smtp://127.0.0.1:9"), ("TIDINGS_SMTP__TLS", "none")];
    project.run_with("send --yes", &dead).code(75);
    let url = format!("sqlite:{}", project.path("tidings.db").display());
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut store = sqlx::SqliteConnection::connect(&url).await.unwrap();
        for change in ["DROP TABLE edition_image", "DROP TABLE look", "DELETE FROM _sqlx_migrations WHERE version = 4"]
        {
            sqlx::query(change).execute(&mut store).await.unwrap();
        }
    });
    project.set_clock("2025-06-01T14:00:00Z");
    project.run("send --yes").code(0);
    assert_eq!(project.outbox().len(), 2);
}
