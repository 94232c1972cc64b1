use chrono::TimeDelta;

use super::*;
use crate::deliver::InDoubt;
use crate::store::{OutboxRequest, SendJob};

fn at(hours: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::hours(hours)
}

/// A store with edition 1 of `weekly` in `state`, due at hour 3, of one post, to a subscriber for each of `deliveries`.
async fn new_store(state: &str, deliveries: &[&str]) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("tidings.db"), at(0)).await.unwrap();
    let insert = "INSERT INTO edition (id, uid, digest, number, state, frozen_ms, due_ms, content, subject)
         VALUES (1, 'u1', 'weekly', 1, $1, $2, $3, '{}', 'One')";
    store.db.run(insert, values![state, at(0), at(3)]).await.unwrap();
    let insert = "INSERT INTO edition_post (edition, source, id, fingerprint) VALUES (1, 'blog', 'one', x'')";
    store.db.run(insert, []).await.unwrap();
    for (number, delivery) in (1_i64..).zip(deliveries) {
        let insert = "INSERT INTO subscriber (id, folded, address, status, added_ms) VALUES ($1, $2, $2, 'active', 0)";
        store.db.run(insert, values![number, format!("r{number}@readers.example")]).await.unwrap();
        let insert = "INSERT INTO delivery (edition, subscriber, state) VALUES (1, $1, $2)";
        store.db.run(insert, values![number, *delivery]).await.unwrap();
    }
    (folder, store)
}

async fn deliveries(store: &Store) -> Vec<String> {
    let rows = store.db.all("SELECT state FROM delivery ORDER BY subscriber", []).await.unwrap();
    rows.iter().map(|row| row.get("state")).collect()
}

#[tokio::test]
async fn each_decision_is_made_once_and_from_where_it_may() {
    let (early, late) = (at(1), at(4));
    for (state, now, approve, veto, cancel) in [
        ("waiting", early, "approved", "vetoed", "cancelled"),
        ("waiting", late, "sending", "vetoed", "cancelled"),
        ("approved", early, "approved", "vetoed", "cancelled"),
        ("held", early, "approved", "vetoed", "cancelled"),
        ("held", late, "sending", "vetoed", "cancelled"),
        ("sending", late, "sending", "sending", "cancelled"),
        ("sent", late, "sent", "sent", "sent"),
        ("vetoed", late, "vetoed", "vetoed", "vetoed"),
        ("cancelled", late, "cancelled", "cancelled", "cancelled"),
    ] {
        for (verb, expect) in [("approve", approve), ("veto", veto), ("cancel", cancel)] {
            let (_folder, store) = new_store(state, &[]).await;
            for round in 0..2 {
                let decided = match verb {
                    "approve" => store.approve(1, now).await,
                    "veto" => store.veto(1, now).await,
                    _ => store.cancel(1, "by hand", now).await,
                }
                .unwrap();
                assert_eq!(decided.after.as_str(), expect, "{verb} of {state}");
                assert_eq!(decided.before.as_str(), if round == 0 { state } else { expect }, "{verb} of {state}");
            }
            let edition = store.edition_by_uid("u1").await.unwrap().unwrap();
            assert_eq!(edition.state.as_str(), expect);
            let released = verb == "approve" && expect == "sending" && state != "sending";
            assert_eq!(edition.released.is_some(), released, "{verb} of {state}");
        }
    }
}

#[tokio::test]
async fn what_was_stopped_leaves_the_rest_unsent() {
    let (_folder, store) = new_store("sending", &["sent", "pending", "deferred", "bounced", "in_doubt"]).await;
    store.cancel(1, "by hand", at(4)).await.unwrap();
    assert_eq!(deliveries(&store).await, ["sent", "skipped", "skipped", "bounced", "in_doubt"]);
    assert_eq!(store.history("weekly").await.unwrap().sent.len(), 1, "readers have it: its posts stay sent");
}

#[tokio::test]
async fn the_posts_of_a_stopped_edition_return() {
    for (state, deliveries) in [("waiting", &["pending"][..]), ("sending", &["pending", "bounced"][..])] {
        let (_folder, store) = new_store(state, deliveries).await;
        let before = store.history("weekly").await.unwrap();
        assert_eq!((before.sent.len(), before.last_edition), (1, Some(at(0))));
        store.cancel(1, "by hand", at(2)).await.unwrap();
        let after = store.history("weekly").await.unwrap();
        assert_eq!((after.sent.len(), after.last_edition), (0, None), "{state}");
        assert_eq!(after.returned.values().copied().collect::<Vec<_>>(), [at(2)]);
    }
}

#[tokio::test]
async fn nothing_is_claimed_of_an_edition_that_is_not_on_its_way() {
    for state in ["waiting", "approved", "held", "vetoed", "cancelled", "sent"] {
        let (_folder, store) = new_store(state, &["pending", "deferred"]).await;
        let owner = store.new_owner().unwrap();
        let job = SendJob { edition: 1, owner: &owner, relay: "a", rate: None, in_doubt: InDoubt::Resend };
        let wanted = OutboxRequest { wanted: 2, ..OutboxRequest::default() };
        assert_eq!(store.settle_and_claim(&job, &wanted, at(5)).await.unwrap().claims.len(), 0, "{state}");
        assert_eq!(deliveries(&store).await, ["pending", "deferred"], "{state}");
    }
}

#[tokio::test]
async fn a_message_made_ready_does_not_go_once_its_edition_is_stopped() {
    let (_folder, store) = new_store("sending", &["pending", "pending"]).await;
    let owner = store.new_owner().unwrap();
    let job = SendJob { edition: 1, owner: &owner, relay: "a", rate: None, in_doubt: InDoubt::Resend };
    let wanted = OutboxRequest { wanted: 1, ..OutboxRequest::default() };
    let claim = store.settle_and_claim(&job, &wanted, at(5)).await.unwrap().claims.remove(0);
    store.cancel(1, "by hand", at(5)).await.unwrap();
    let held = OutboxRequest { held: vec![claim.subscriber.id], ..OutboxRequest::default() };
    assert_eq!(store.settle_and_claim(&job, &held, at(5)).await.unwrap().withdrawn, [claim.subscriber.id]);
    assert_eq!(deliveries(&store).await, ["skipped", "skipped"]);
}

#[tokio::test]
async fn only_what_has_not_begun_is_held() {
    for (state, deliveries, holds) in [
        ("waiting", &["pending"][..], true),
        ("approved", &["pending"], true),
        ("sending", &["pending", "skipped"], true),
        ("sending", &["pending", "attempting"], false),
        ("sending", &["sent"], false),
        ("vetoed", &["skipped"], false),
    ] {
        let (_folder, store) = new_store(state, deliveries).await;
        assert_eq!(store.hold(1, "late").await.unwrap(), holds, "{state} {deliveries:?}");
        let edition = store.edition_by_number("weekly", 1).await.unwrap().unwrap();
        assert_eq!(edition.state == EditionState::Held, holds);
        assert_eq!(edition.why.as_deref(), holds.then_some("late"));
    }
}

#[tokio::test]
async fn what_stands_in_the_way_comes_before_what_is_on_its_way() {
    let (_folder, store) = new_store("waiting", &[]).await;
    let open = store.open_editions().await.unwrap();
    assert_eq!((open.len(), open[0].number, open[0].state), (1, 1, EditionState::Waiting));
    assert!(store.start_sending(1, EditionState::Waiting).await.unwrap());
    assert!(!store.start_sending(1, EditionState::Waiting).await.unwrap());
    store.mark_asked(1, at(1)).await.unwrap();
    store.set_stopped(1, Some("no route")).await.unwrap();
    let open = store.open_editions().await.unwrap().remove(0);
    assert_eq!(
        (open.state, open.asked, open.stopped.as_deref()),
        (EditionState::Sending, Some(at(1)), Some("no route"))
    );
    store.veto(1, at(1)).await.unwrap();
    store.cancel(1, "by hand", at(1)).await.unwrap();
    assert!(store.open_editions().await.unwrap().is_empty());
}
