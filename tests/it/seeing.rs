//! How things stand, as a watcher asks: `/healthz` and `/metrics`.

use crate::{project::Project, world::site::Site};

fn sent() -> Project {
    let project = Project::with_notes("").post("one", "The first post", "2025-05-30");
    project.run("send --yes").code(0);
    project
}

#[test]
fn a_held_edition_is_told_without_an_address() {
    let project = sent();
    project.store("UPDATE edition SET state = 'held', why = 'ada@readers.example said no' RETURNING state");
    let site = Site::start(&project);
    let answer = site.get("/healthz").status(503).says("`weekly`: edition 1 is held");
    assert!(!answer.body.contains("readers.example") && !answer.body.contains("hint"), "{}", answer.body);
    assert_eq!(site.ask("HEAD", "/healthz", "", "").status, 503);
}

#[test]
fn all_is_well_where_nothing_is_wrong_and_not_where_the_store_is_gone() {
    let project = sent();
    let site = Site::start(&project);
    assert_eq!(site.get("/healthz").status(200).body, "ok\n");
    std::fs::rename(project.path("tidings.db"), project.path("moved.db")).unwrap();
    // The last answer holds for a second.
    let answer = loop {
        let answer = site.get("/healthz");
        if answer.status != 200 {
            break answer;
        }
    };
    assert_eq!((answer.status, answer.body.as_str()), (503, "the store cannot be written\n"));
}

#[test]
fn metrics_are_what_prometheus_reads() {
    let project = sent();
    let site = Site::start(&project);
    site.get("/archive/").status(200);
    site.get("/nothing").status(404);
    let answer = site.get("/metrics").status(200);
    assert_eq!(answer.field("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    for line in [
        "tidings_subscribers{status=\"active\"} 2",
        "tidings_deliveries{digest=\"weekly\",state=\"sent\"} 2",
        "tidings_queue{digest=\"weekly\"} 0",
        "tidings_held_editions{digest=\"weekly\"} 0",
        "tidings_source_failures{source=\"notes\"} 0",
        "tidings_last_edition_timestamp_seconds{digest=\"weekly\"} 1748779200",
        // Monday, 2 June 2025, 07:30 UTC.
        "tidings_next_run_timestamp_seconds{digest=\"weekly\"} 1748849400",
        "tidings_http_requests_total{page=\"archive\",code=\"2xx\"} 1",
        "tidings_http_requests_total{page=\"other\",code=\"4xx\"} 1",
        "tidings_troubles{kind=\"due\"} 0",
    ] {
        assert!(answer.body.lines().any(|found| found == line), "no `{line}` in:\n{}", answer.body);
    }
    // Each sample follows the HELP and TYPE of its family, once.
    let (mut family, mut seen) = (String::new(), Vec::new());
    for line in answer.body.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            family = rest.split(' ').next().unwrap().to_owned();
            assert!(!seen.contains(&family), "{family} twice");
            seen.push(family.clone());
        } else if !line.starts_with("# HELP ") {
            assert!(line.starts_with(&format!("{family}{{")), "{line} is not of {family}");
            line.rsplit(' ').next().unwrap().parse::<f64>().unwrap();
        }
    }
    assert!(!answer.body.contains('@'), "{}", answer.body);
}
