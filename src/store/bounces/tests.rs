use super::{super::suppression::THREE_NEWEST, *};
use crate::{
    bounce::Recipient,
    subscriber::{Status, SubscriberRow},
};

const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;
const ADA: i64 = 1;

/// A store with the subscribers Ada and Ben.
async fn new_store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("tidings.db"), NOW).await.unwrap();
    let row = |address: &str| SubscriberRow::of(address.parse().unwrap());
    store.import_subscribers(&[row("ada@readers.example"), row("ben@readers.example")], "test", NOW).await.unwrap();
    (folder, store)
}

/// Puts edition `number` of `weekly` into the store, with a delivery to Ada in this state, sent to Ben.
async fn edition(store: &Store, number: i64, state: &str) {
    let insert = "INSERT INTO edition (id, uid, digest, number, state, frozen_ms, content, subject)
         VALUES ($1, $2, 'weekly', $1, 'sending', 0, '{}', '')";
    store.db.run(insert, values![number, uid(number)]).await.unwrap();
    for (subscriber, state) in [(ADA, state), (2, "sent")] {
        let insert = "INSERT INTO delivery (edition, subscriber, state, owner, reply)
             VALUES ($1, $2, $3, 'me', 'before')";
        store.db.run(insert, values![number, subscriber, state]).await.unwrap();
    }
}

fn uid(number: i64) -> String {
    format!("{number:08x}").repeat(4)
}

/// What the store says of Ada's delivery: its state, its words, whether it speaks against her; and her status.
async fn ada(store: &Store, edition: i64) -> (String, String, bool, String) {
    let select = "SELECT d.state, d.reply, d.blamed, s.status FROM delivery d JOIN subscriber s ON s.id = d.subscriber
         WHERE d.edition = $1 AND d.subscriber = $2";
    let row = store.db.first(select, values![edition, ADA]).await.unwrap().unwrap();
    (row.get("state"), row.get("reply"), row.get("blamed"), row.get("status"))
}

fn failed(edition: i64, enhanced: (u8, u16, u16)) -> Report {
    delivery_report(edition, Fate::Failed(Reply { code: 550, enhanced: Some(enhanced), text: "no".into() }))
}

fn delivery_report(edition: i64, fate: Fate) -> Report {
    let about = Subject { subscriber: ADA, of: uid(edition)[..8].to_owned() };
    Report::Delivery { about, recipients: vec![Recipient { addresses: vec!["elsewhere@x.example".into()], fate }] }
}

fn leaves(about: Subject) -> Report {
    Report::Unsubscribe { about, source: WishSource::Link }
}

async fn apply(store: &Store, report: &Report) -> Option<ReportEffect> {
    // Each comes in words of its own, so that what it says is applied again.
    let content = std::sync::atomic::AtomicUsize::fetch_add(&CONTENT, 1, std::sync::atomic::Ordering::Relaxed);
    store.apply_report(report, &content.to_be_bytes(), NOW).await.unwrap().map(|applied| applied.effect)
}

static CONTENT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

const ABSENT: (u8, u16, u16) = (5, 1, 1);
const FULL: (u8, u16, u16) = (5, 2, 2);
const UNCLEAR: (u8, u16, u16) = (5, 0, 0);

#[tokio::test]
async fn a_bounce_is_classified_by_its_code_and_by_where_the_delivery_stands() {
    for (state, code, change, expect) in [
        ("sent", ABSENT, ReportEffect::Suppressed, ("bounced", "5.1.1 no", true, "suppressed")),
        ("sent", (5, 2, 1), ReportEffect::Suppressed, ("bounced", "5.2.1 no", true, "suppressed")),
        ("sent", FULL, ReportEffect::Bounced, ("bounced", "5.2.2 no", false, "active")),
        ("sent", (5, 7, 515), ReportEffect::Bounced, ("bounced", "5.7.515 no", false, "active")),
        ("sent", (5, 3, 4), ReportEffect::Bounced, ("bounced", "5.3.4 no", false, "active")),
        ("sent", UNCLEAR, ReportEffect::Bounced, ("bounced", "5.0.0 no", true, "active")),
        ("attempting", FULL, ReportEffect::Bounced, ("bounced", "5.2.2 no", false, "active")),
        ("in_doubt", ABSENT, ReportEffect::Suppressed, ("bounced", "5.1.1 no", true, "suppressed")),
        ("pending", UNCLEAR, ReportEffect::Nothing, ("pending", "before", false, "active")),
        ("deferred", FULL, ReportEffect::Nothing, ("deferred", "before", false, "active")),
        ("deferred", ABSENT, ReportEffect::Suppressed, ("deferred", "before", false, "suppressed")),
        ("skipped", UNCLEAR, ReportEffect::Nothing, ("skipped", "before", false, "active")),
        ("bounced", FULL, ReportEffect::Nothing, ("bounced", "before", false, "active")),
        ("bounced", ABSENT, ReportEffect::Suppressed, ("bounced", "before", true, "suppressed")),
    ] {
        let (_folder, store) = new_store().await;
        edition(&store, 1, state).await;
        let report = failed(1, code);
        assert_eq!(apply(&store, &report).await, Some(change), "{state} {code:?}");
        let expect = (expect.0.to_owned(), expect.1.to_owned(), expect.2, expect.3.to_owned());
        assert_eq!(ada(&store, 1).await, expect, "{state} {code:?}");
        assert_eq!(apply(&store, &report).await, Some(ReportEffect::Nothing), "{state} {code:?} again");
        assert_eq!(ada(&store, 1).await, expect, "{state} {code:?} again");
    }
}

#[tokio::test]
async fn three_unclear_bounces_in_a_row_suppress() {
    async fn check(editions: &[(&str, (u8, u16, u16))], expect: &str) {
        let (_folder, store) = new_store().await;
        for (number, (state, code)) in (1..).zip(editions) {
            edition(&store, number, state).await;
            if *state == "sent" && code.0 == 5 {
                apply(&store, &failed(number, *code)).await;
            }
        }
        assert_eq!(ada(&store, 1).await.3, expect, "{editions:?}");
    }
    let (unclear, arrived) = (("sent", UNCLEAR), ("sent", (2, 0, 0)));
    check(&[unclear; 2], "active").await;
    check(&[unclear; 3], "suppressed").await;
    check(&[unclear, unclear, arrived, unclear], "active").await;
    check(&[arrived, unclear, unclear, unclear], "suppressed").await;
    check(&[unclear, ("sent", FULL), unclear, unclear], "active").await;
    check(&[unclear, ("skipped", UNCLEAR), unclear, ("deferred", UNCLEAR), unclear], "suppressed").await;
}

#[tokio::test]
async fn the_rule_of_three_walks_along_primary_keys() {
    let (_folder, store) = new_store().await;
    let plan = store.db.all(&format!("EXPLAIN QUERY PLAN {THREE_NEWEST}"), values![ADA]).await.unwrap();
    let steps: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
    assert_eq!(steps, ["SCAN e", "SEARCH d USING PRIMARY KEY (edition=? AND subscriber=?)"]);
}

#[tokio::test]
async fn a_delay_is_only_noted() {
    let (_folder, store) = new_store().await;
    let reply = Reply { code: 0, enhanced: Some((4, 4, 1)), text: "timed out".into() };
    edition(&store, 1, "sent").await;
    edition(&store, 2, "bounced").await;
    assert_eq!(apply(&store, &delivery_report(1, Fate::Delayed(reply.clone()))).await, Some(ReportEffect::Noted));
    let noted = ("sent".to_owned(), "delayed: 4.4.1 timed out".to_owned(), false, "active".to_owned());
    assert_eq!(ada(&store, 1).await, noted);
    assert_eq!(apply(&store, &delivery_report(1, Fate::Delayed(reply.clone()))).await, Some(ReportEffect::Nothing));
    assert_eq!(apply(&store, &delivery_report(1, Fate::Arrived)).await, Some(ReportEffect::Nothing));
    assert_eq!(ada(&store, 1).await, noted);
    assert_eq!(apply(&store, &delivery_report(2, Fate::Delayed(reply))).await, Some(ReportEffect::Nothing));
    assert_eq!(ada(&store, 2).await.1, "before");
}

#[tokio::test]
async fn a_complaint_suppresses_and_who_left_stays_away() {
    let (_folder, store) = new_store().await;
    edition(&store, 1, "sent").await;
    let about = Subject { subscriber: ADA, of: uid(1) };
    let complaint = Report::Feedback { about: about.clone(), kind: Feedback::Complaint };
    let opt_out = Report::Feedback { about, kind: Feedback::OptOut };
    assert_eq!(apply(&store, &opt_out).await, Some(ReportEffect::Unsubscribed));
    assert_eq!(apply(&store, &opt_out).await, Some(ReportEffect::Nothing));
    assert_eq!(ada(&store, 1).await.3, "active");
    assert_eq!(apply(&store, &complaint).await, Some(ReportEffect::Suppressed));
    assert_eq!(apply(&store, &complaint).await, Some(ReportEffect::Nothing));
    assert_eq!(ada(&store, 1).await, ("sent".into(), "before".into(), false, "suppressed".into()));
    store.set_subscriber_status(&"ada@readers.example".parse().unwrap(), Status::Unsubscribed).await.unwrap();
    assert_eq!(apply(&store, &complaint).await, Some(ReportEffect::Nothing));
    assert_eq!(apply(&store, &failed(1, ABSENT)).await, Some(ReportEffect::Bounced));
    assert_eq!(ada(&store, 1).await.3, "unsubscribed");
}

#[tokio::test]
async fn an_unsubscription_leaves_one_digest() {
    let (_folder, store) = new_store().await;
    let report = leaves(Subject { subscriber: ADA, of: "weekly".into() });
    assert_eq!(apply(&store, &report).await, Some(ReportEffect::Unsubscribed));
    assert_eq!(apply(&store, &report).await, Some(ReportEffect::Nothing));
    let everybody = crate::subscriber::Audience::default();
    assert_eq!(store.audience_size("weekly", &everybody).await.unwrap(), 1);
    assert_eq!(store.audience_size("daily", &everybody).await.unwrap(), 2);
}

#[tokio::test]
async fn what_the_store_does_not_know_changes_nothing() {
    let (_folder, store) = new_store().await;
    edition(&store, 1, "sent").await;
    assert_eq!(apply(&store, &failed(2, ABSENT)).await, None);
    let stranger = |of: &str| Subject { subscriber: 9, of: of.to_owned() };
    assert_eq!(apply(&store, &leaves(stranger("weekly"))).await, None);
    let complaint = Report::Feedback { about: stranger(&uid(1)), kind: Feedback::Complaint };
    assert_eq!(apply(&store, &complaint).await, None);
}

#[tokio::test]
async fn the_last_doubt_that_bounces_ends_the_edition() {
    let (_folder, store) = new_store().await;
    edition(&store, 1, "in_doubt").await;
    apply(&store, &failed(1, FULL)).await;
    let state: String = store.db.value("SELECT state FROM edition", []).await.unwrap();
    assert_eq!(state, "sent");
}

#[tokio::test]
async fn a_token_is_good_for_one_content_as_long_as_it_is_remembered() {
    let (_folder, store) = new_store().await;
    let at = |hour: i64| NOW + chrono::TimeDelta::hours(hour);
    let take = async |token: &str, content: &[u8], hour: i64| {
        store.take_token(token, content, at(hour - 25), at(hour)).await.unwrap()
    };
    assert!(take("a", b"one", 0).await && take("a", b"one", 1).await);
    assert!(!take("a", b"two", 1).await && take("b", b"two", 1).await);
    store.mark_forwarded(b"a mail", at(0)).await.unwrap();
    let count = async || store.db.value::<i64>("SELECT count(*) FROM seen_mail", values![]).await.unwrap();
    assert_eq!(count().await, 5);
    assert!(take("c", b"three", 100).await);
    // The tokens are gone, the mail is not.
    assert_eq!(count().await, 3);
    assert!(store.has_seen(b"a mail").await.unwrap());
}
