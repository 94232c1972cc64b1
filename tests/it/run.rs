//! `run`, by hand: what becomes of a run that is due, late, held, vetoed or failed.

use tidings::store::EditionState;

use crate::world::office::{Office, at, hours};

const EDITOR: &str = "editor@harbour.example";
const ADA: &str = "ada@readers.example";

/// The digest `news`, due each day at 07:30 in Lisbon.
fn daily(extra: &str) -> String {
    format!(
        "[digest.news]\nsubject = \"{{{{ posts[0].title }}}}\"\nschedule = \"daily 07:30\"\ntemplate = \"small\"\n\
         select.max = 100\n{extra}\n"
    )
}

fn asked(approval: &str, extra: &str) -> String {
    daily(&format!("approval = \"{approval}\"\neditor = \"{EDITOR}\"\n{extra}"))
}

fn said(troubles: &[tidings::internals::daemon::Incident]) -> String {
    troubles
        .iter()
        .map(|trouble| format!("{}{}\n", if trouble.is_overdue { "! " } else { "" }, trouble.diagnostic))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_goes_out_when_it_is_due_and_once() {
    let mut office = Office::open("2026-06-01T12:00:00Z", &daily(""), "").await;
    office.step().await;
    assert!(office.sink.messages().is_empty(), "a first start owes nothing from before");
    office.at("2026-06-02T06:29:59Z").await;
    assert!(office.sink.messages().is_empty());
    office.at("2026-06-02T06:30:00Z").await;
    assert_eq!(office.subjects(ADA), ["First"]);
    for _ in 0..2 {
        office.restart().await;
        office.step().await;
    }
    office.at("2026-06-02T05:00:00Z").await;
    office.at("2026-06-02T06:30:00Z").await;
    assert_eq!(office.subjects(ADA).len(), 1, "a clock set back runs nothing twice");
    assert!(office.troubles().await.is_empty());
    office.post("Second", None);
    office.at("2026-06-03T06:30:10Z").await;
    assert_eq!(office.subjects(ADA), ["First", "Second"]);
    assert_eq!(office.subjects(EDITOR), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_run_goes_by_its_policy_and_somebody_is_told() {
    for (policy, state, told) in [
        ("send", "sent", "`news`: the run of 2026-06-03 07:30 was found 5h late"),
        ("skip", "none", "`news`: the run of 2026-06-03 07:30 was skipped: it was found 5h late"),
        ("hold", "held", "! `news`: edition 1 is held: it was found 5h late"),
    ] {
        let mut office = Office::open("2026-06-01T12:00:00Z", &daily(&format!("late_policy = \"{policy}\"")), "").await;
        office.at("2026-06-03T11:30:00Z").await;
        let edition = office.store.edition_by_number("news", 1).await.unwrap();
        assert_eq!(edition.map_or("none", |edition| edition.state.as_str()), state, "{policy}");
        let troubles = said(&office.troubles().await);
        assert!(troubles.contains(told), "{policy}: {troubles}");
        assert!(troubles.contains("stands for 1 before it"), "{policy}: {troubles}");
        let alerts = office.subjects(EDITOR);
        assert_eq!(alerts.len(), 1, "{alerts:?}");
        assert!(office.last_text(EDITOR).contains(told.trim_start_matches("! ")), "{}", office.last_text(EDITOR));
        office.set(office.now() + hours(1));
        office.step().await;
        assert_eq!(office.subjects(EDITOR).len(), 1, "nobody is told twice");
        if policy == "hold" {
            assert_eq!(office.approve(1).await.after, EditionState::Sending);
            office.step().await;
            assert_eq!((office.state(1).await, office.subjects(ADA).len()), (EditionState::Sent, 1));
        }
        office.post("Second", None);
        office.at("2026-06-04T06:30:00Z").await;
        let expect = if policy == "skip" { 1 } else { 2 };
        assert_eq!(office.subjects(ADA).len(), expect);
        assert_eq!(office.received(ADA).len(), 2, "{policy}: nothing is lost");
        assert!(office.troubles().await.is_empty(), "{:?}", office.troubles().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn within_its_time_a_late_run_is_a_run() {
    let mut office = Office::open("2026-06-01T12:00:00Z", &daily("late = \"2h\""), "").await;
    office.at("2026-06-02T08:30:00Z").await;
    assert_eq!((office.subjects(ADA).len(), office.troubles().await.len()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_sees_the_real_thing_and_silence_sends_it() {
    let mut office = Office::open("2026-06-01T12:00:00Z", &asked("veto", ""), "").await;
    office.at("2026-06-02T03:29:00Z").await;
    assert!(office.sink.messages().is_empty());
    office.at("2026-06-02T03:30:00Z").await;
    let mails = office.sink.messages();
    assert_eq!(office.subjects(EDITOR), ["First", "Look at this before it goes out: First"]);
    let letter = office.last_text(EDITOR);
    assert_eq!(letter.matches("https://news.harbour.example/a/").count(), 2, "{letter}");
    assert!(
        letter.contains("It goes to 2 recipients at 2026-06-02 07:30 (Europe/Lisbon), unless you stop it"),
        "{letter}"
    );
    // Whatever becomes of its sources and its template, the frozen edition is what goes out.
    office.post("Second", None);
    office.project.write("posts/first.md", "---\ntitle: Changed\ndate: 2025-01-01\n---\n\nOther words.\n");
    office.at("2026-06-02T06:29:59Z").await;
    assert_eq!((office.state(1).await, office.sink.messages().len()), (EditionState::Waiting, 2));
    office.at("2026-06-02T06:30:00Z").await;
    assert_eq!((office.state(1).await, office.subjects(ADA)), (EditionState::Sent, vec!["First".to_owned()]));
    let body = |data: &[u8]| {
        let text = String::from_utf8_lossy(data).into_owned();
        let (_, html) = text.split_once("Content-Type: text/html").unwrap();
        html.split("unsubscribe").next().unwrap().split("/u/").next().unwrap().to_owned()
    };
    let to_ada = office.sink.messages().into_iter().find(|mail| mail.to == [ADA]).unwrap();
    assert_eq!(body(&mails[0].data), body(&to_ada.data));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_counts_once_and_a_veto_gives_the_posts_back() {
    let mut office = Office::open("2026-06-01T12:00:00Z", &asked("veto", ""), "").await;
    office.at("2026-06-02T04:00:00Z").await;
    assert_eq!(office.veto(1).await.after, EditionState::Vetoed);
    assert_eq!(office.approve(1).await.after, EditionState::Vetoed);
    office.at("2026-06-02T06:30:00Z").await;
    office.at("2026-06-02T12:00:00Z").await;
    assert!(office.subjects(ADA).is_empty() && office.troubles().await.is_empty());
    office.at("2026-06-03T03:30:00Z").await;
    assert_eq!((office.state(2).await, office.approve(2).await.after), (EditionState::Waiting, EditionState::Approved));
    office.step().await;
    assert!(office.subjects(ADA).is_empty(), "approved is not sent before its time");
    office.at("2026-06-03T06:30:00Z").await;
    assert_eq!(office.subjects(ADA), ["First"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_an_answer_is_required_silence_holds() {
    let mut office = Office::open("2026-06-01T12:00:00Z", &asked("required", ""), "").await;
    office.at("2026-06-02T03:30:00Z").await;
    assert!(office.last_text(EDITOR).contains("Without your answer it is held"), "{}", office.last_text(EDITOR));
    office.at("2026-06-02T06:30:00Z").await;
    assert_eq!(office.state(1).await, EditionState::Held);
    let troubles = said(&office.troubles().await);
    assert!(troubles.starts_with("! `news`: edition 1 is held: its editor gave no answer"), "{troubles}");
    assert!(office.subjects(EDITOR).last().unwrap().contains("is held"));
    // Nobody answers: the next edition takes its place, and its posts with it.
    office.post("Second", None);
    office.at("2026-06-03T03:30:00Z").await;
    assert_eq!((office.state(1).await, office.state(2).await), (EditionState::Cancelled, EditionState::Waiting));
    office.approve(2).await;
    office.at("2026-06-03T06:30:00Z").await;
    assert_eq!((office.subjects(ADA).len(), office.received(ADA).len()), (1, 2));
    assert!(office.troubles().await.is_empty(), "{:?}", office.troubles().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_asked_late_has_their_time_all_the_same() {
    let mut office = Office::open("2026-06-01T12:00:00Z", &asked("veto", "approval_window = \"1h\""), "").await;
    office.at("2026-06-02T06:20:00Z").await;
    office.at("2026-06-02T07:19:00Z").await;
    assert_eq!(office.state(1).await, EditionState::Waiting);
    office.at("2026-06-02T07:20:00Z").await;
    assert_eq!(office.state(1).await, EditionState::Sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_that_counts_after_the_time_for_late_runs_sends_all_the_same() {
    let mut office = Office::open("2026-06-01T12:00:00Z", &asked("veto", "late_policy = \"hold\""), "").await;
    office.at("2026-06-02T06:25:00Z").await;
    assert!(office.last_text(EDITOR).contains("at 2026-06-02 10:25 (Europe/Lisbon), unless you stop it"));
    office.at("2026-06-02T09:24:59Z").await;
    assert_eq!(office.state(1).await, EditionState::Waiting);
    office.at("2026-06-02T09:26:00Z").await;
    assert_eq!((office.state(1).await, office.subjects(ADA).len()), (EditionState::Sent, 1));
    // From then on it is late as any other.
    office.post("Second", None);
    office.at("2026-06-03T06:25:00Z").await;
    office.at("2026-06-03T11:26:00Z").await;
    assert_eq!((office.state(2).await, office.subjects(ADA).len()), (EditionState::Held, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_whom_no_mail_reaches_gave_no_consent() {
    for (reply, before, after) in [("550 5.1.1 no such user", "held", "held"), ("451 4.3.0 later", "waiting", "held")] {
        let mut office = Office::with_relay("2026-06-01T12:00:00Z", &asked("veto", ""), "", move |event| {
            event.line.contains(EDITOR).then(|| reply.into())
        })
        .await;
        office.at("2026-06-02T03:30:00Z").await;
        assert_eq!(office.state(1).await.as_str(), before, "{reply}");
        let troubles = said(&office.troubles().await);
        assert!(troubles.contains("cannot be asked") && troubles.contains(&reply[4..9]), "{troubles}");
        office.at("2026-06-02T06:30:00Z").await;
        office.at("2026-06-02T08:31:00Z").await;
        assert_eq!(office.state(1).await.as_str(), after, "{reply}");
        assert!(office.subjects(ADA).is_empty());
        assert!(said(&office.troubles().await).contains("! "));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_fails_is_tried_until_it_is_late_and_told_once() {
    let broken = daily("audience = { any = [\"nobody\"] }").replace("{{ posts[0].title }}", "{{ posts[0].no }}");
    let broken = broken.replace("audience = { any = [\"nobody\"] }", "");
    let mut office = Office::open("2026-06-01T12:00:00Z", &broken, "").await;
    office.at("2026-06-02T06:30:00Z").await;
    let troubles = said(&office.troubles().await);
    assert!(troubles.starts_with("! `news`: the run of 2026-06-02 07:30 failed and is tried again: "), "{troubles}");
    for minutes in 1..12 {
        office.set(at("2026-06-02T06:30:00Z") + hours(minutes) / 10);
        office.step().await;
    }
    assert_eq!(office.subjects(EDITOR).len(), 1, "{:?}", office.subjects(EDITOR));
    office.reconfigure(&daily("")).await;
    office.step().await;
    assert_eq!((office.subjects(ADA).len(), office.troubles().await.len()), (1, 0));
    office.reconfigure(&broken).await;
    office.post("Second", None);
    office.at("2026-06-03T06:30:00Z").await;
    office.at("2026-06-03T08:25:00Z").await;
    assert!(said(&office.troubles().await).contains("2026-06-03 07:30 failed: "), "{}", said(&office.troubles().await));
    office.reconfigure(&daily("")).await;
    office.at("2026-06-04T06:30:00Z").await;
    assert_eq!((office.received(ADA).len(), office.troubles().await.len()), (2, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_to_send_is_worth_a_word_the_third_time() {
    let mut office = Office::open("2026-06-01T12:00:00Z", &daily("select.min = 2"), "").await;
    for day in 2..5 {
        assert!(office.troubles().await.is_empty());
        office.at(&format!("2026-06-0{day}T06:30:00Z")).await;
    }
    assert_eq!(said(&office.troubles().await), "`news`: nothing to send, 3 times in a row\n");
    office.post("Second", None);
    office.at("2026-06-05T06:30:00Z").await;
    assert_eq!((office.received(ADA).len(), office.troubles().await.len()), (2, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_for_a_source_says_so_and_is_not_overdue() {
    let mut office = Office::open("2026-06-01T12:00:00Z", &daily(""), "").await;
    office.at("2026-06-02T06:30:00Z").await;
    let (posts, away) = (office.project.path("posts"), office.project.path("away"));
    std::fs::rename(&posts, &away).unwrap();
    office.at("2026-06-03T06:30:00Z").await;
    office.at("2026-06-03T06:35:00Z").await;
    office.at("2026-06-03T06:41:00Z").await;
    let run = office.store.last_runs().await.unwrap().remove("news").unwrap();
    assert!(run.why.as_deref().is_some_and(|why| why.contains("source `notes` cannot be read")), "{run:?}");
    assert!(office.troubles().await.iter().all(|trouble| !trouble.is_overdue), "{:?}", office.troubles().await);
    // Nobody looks at it any more: that is one.
    office.set(at("2026-06-03T07:00:00Z"));
    assert!(said(&office.troubles().await).contains("! `news`: the run of 2026-06-03 07:30 does not come to an end"));
    std::fs::rename(&away, &posts).unwrap();
    office.post("Second", None);
    office.step().await;
    assert_eq!(office.subjects(ADA), ["First", "Second"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edition_sent_by_hand_stands_for_the_run_that_was_due() {
    let mut office = Office::open("2026-06-01T12:00:00Z", &daily(""), "").await;
    // From here on nobody runs: a cron job sends.
    office.set(at("2026-06-02T06:45:00Z"));
    assert!(said(&office.troubles().await).contains("did not happen"));
    office.project.set_clock("2026-06-02T06:50:00Z");
    tokio::task::block_in_place(|| office.project.run("send --yes")).code(0);
    office.set(at("2026-06-02T08:00:00Z"));
    assert!(office.troubles().await.is_empty(), "{:?}", office.troubles().await);
    office.set(at("2026-06-03T06:45:00Z"));
    assert!(said(&office.troubles().await).contains("the run of 2026-06-03 07:30 did not happen"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edition_whose_digest_has_another_name_now_is_told_and_decided() {
    for (word, state, mails) in [("cancel", EditionState::Cancelled, 0), ("approve", EditionState::Sent, 1)] {
        let mut office = Office::open("2026-06-01T12:00:00Z", &asked("veto", ""), "").await;
        office.at("2026-06-02T03:30:00Z").await;
        office.reconfigure(&asked("veto", "").replace("[digest.news]", "[digest.notes]")).await;
        office.at("2026-06-02T04:00:00Z").await;
        let troubles = said(&office.troubles().await);
        assert!(troubles.starts_with("! `news`: edition 1 is waiting, and the config has no digest"), "{troubles}");
        office.project.set_clock("2026-06-02T04:00:00Z");
        tokio::task::block_in_place(|| office.project.run(&format!("--digest news editions {word} 1"))).code(0);
        tokio::task::block_in_place(|| office.project.run("--digest nobody editions cancel 1")).code(2);
        office.step().await;
        assert_eq!((office.state(1).await, office.subjects(ADA).len()), (state, mails));
        assert!(office.troubles().await.is_empty(), "{:?}", office.troubles().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_edition_is_stopped_on_its_way_was_not_sent() {
    use tidings::{
        internals::daemon::{Job, run_job},
        store::RunState,
    };
    let mut office = Office::open("2026-06-01T12:00:00Z", &daily(""), "").await;
    office.set(at("2026-06-02T06:30:00Z"));
    let (clock, context) = (office.clock(), office.daemon.context().clone());
    for job in office.daemon.due_jobs(office.now()).await.unwrap() {
        run_job(&context, &job, false, &clock, || true).await.unwrap();
    }
    let jobs = office.daemon.due_jobs(office.now()).await.unwrap();
    assert!(matches!(jobs[..], [Job::Deliver(_)]), "{jobs:?}");
    run_job(&context, &jobs[0], false, &clock, || false).await.unwrap();
    let out = office.sink.messages().len();
    let row = office.edition(1).await.row;
    office.store.cancel(row, "cancelled by hand", office.now()).await.unwrap();
    // The job was begun before.
    run_job(&context, &jobs[0], false, &clock, || true).await.unwrap();
    office.step().await;
    assert_eq!(office.store.last_runs().await.unwrap()["news"].state, RunState::Stopped);
    assert_eq!(office.subjects(ADA).len() + office.subjects("ben@readers.example").len(), out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_is_away_delays_and_then_holds() {
    use std::sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    };
    let away = Arc::new(AtomicBool::new(true));
    let is_away = Arc::clone(&away);
    let mut office = Office::with_relay("2026-06-01T12:00:00Z", &daily(""), "", move |_| {
        is_away.load(Ordering::Relaxed).then_some(crate::world::sink::Act::Disconnect)
    })
    .await;
    office.at("2026-06-02T06:30:00Z").await;
    assert!(office.troubles().await.is_empty(), "once is no trouble yet");
    office.at("2026-06-02T06:32:00Z").await;
    assert!(said(&office.troubles().await).contains("! `news`: edition 1 does not get out"));
    away.store(false, Ordering::Relaxed);
    office.at("2026-06-02T06:50:00Z").await;
    assert_eq!((office.subjects(ADA).len(), office.troubles().await.len()), (1, 0));
    away.store(true, Ordering::Relaxed);
    office.post("Second", None);
    office.at("2026-06-03T06:30:00Z").await;
    office.at("2026-06-03T08:31:00Z").await;
    away.store(false, Ordering::Relaxed);
    office.at("2026-06-03T09:31:00Z").await;
    assert_eq!((office.state(2).await, office.subjects(ADA).len()), (EditionState::Held, 1));
    office.approve(2).await;
    office.step().await;
    assert_eq!((office.state(2).await, office.subjects(ADA).len()), (EditionState::Sent, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn retries_that_lie_ahead_are_made_and_hold_up_nobody() {
    let mut office = Office::with_relay("2026-06-01T12:00:00Z", &daily(""), "", |event| {
        (event.line.contains("ben@") && event.nth < 2).then(|| "451 4.7.1 greylisted".into())
    })
    .await;
    office.at("2026-06-02T06:30:00Z").await;
    assert_eq!((office.subjects(ADA).len(), office.state(1).await), (1, EditionState::Sending));
    assert!(office.daemon.next_wake(office.now()).unwrap() <= office.now() + hours(1) / 30);
    office.post("Second", None);
    office.at("2026-06-02T06:32:00Z").await;
    assert_eq!(office.state(1).await, EditionState::Sent);
    office.at("2026-06-03T06:30:00Z").await;
    assert_eq!(office.subjects("ben@readers.example"), ["First", "Second"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_store_sends_nothing_again_until_somebody_looked() {
    let mut office = Office::open("2026-06-01T12:00:00Z", &daily(""), "").await;
    let copy = office.project.path("copy.db");
    sqlx_copy(&office, &copy).await;
    office.at("2026-06-02T06:30:00Z").await;
    assert_eq!(office.subjects(ADA).len(), 1);
    office.store.close().await;
    let store = office.daemon.context().config.store.clone();
    std::fs::copy(&copy, &store).unwrap();
    office.store = tidings::store::Store::open(&store, office.now()).await.unwrap();
    office.restart().await;
    office.at("2026-06-02T06:40:00Z").await;
    assert!(office.daemon.is_held());
    let troubles = said(&office.troubles().await);
    assert!(troubles.contains("! everything is held: the store is older than the `.epoch` file"), "{troubles}");
    assert!(office.subjects(EDITOR)[0].contains("everything is held"));
    office.at("2026-06-03T06:30:00Z").await;
    assert_eq!(office.subjects(ADA).len(), 1);
    assert!(tidings::internals::daemon::resume(&office.store, office.now()).await.unwrap());
    office.step().await;
    assert_eq!((office.subjects(ADA).len(), office.daemon.is_held()), (1, false), "what was due before is not owed");
    office.at("2026-06-04T06:30:00Z").await;
    assert_eq!(office.subjects(ADA).len(), 2, "from then on it runs");
}

async fn sqlx_copy(office: &Office, to: &std::path::Path) {
    use sqlx::Connection as _;
    let url = format!("sqlite:{}", office.daemon.context().config.store.display());
    let mut store = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("VACUUM INTO '{}'", to.display()))).execute(&mut store).await.unwrap();
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_back_by_days_holds_and_one_that_jumped_ahead_is_late() {
    let mut office = Office::open("2026-06-01T12:00:00Z", &daily("late_policy = \"hold\""), "").await;
    office.at("2026-06-02T06:30:00Z").await;
    office.post("Second", None);
    office.at("2030-06-02T12:00:00Z").await;
    assert_eq!(office.state(2).await, EditionState::Held, "four years late");
    office.at("2026-06-02T06:40:00Z").await;
    assert!(office.daemon.is_held());
    office.restart().await;
    office.step().await;
    assert!(said(&office.troubles().await).contains("the clock was set back by more than a day"));
    office.post("Third", None);
    assert!(tidings::internals::daemon::resume(&office.store, office.now()).await.unwrap());
    office.at("2026-06-03T06:30:00Z").await;
    assert_eq!((office.subjects(ADA).len(), office.received(ADA).len()), (2, 3), "{:?}", office.received(ADA));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_daemons_on_one_store_run_each_run_once() {
    let mut office = Office::open("2026-06-01T12:00:00Z", &asked("veto", ""), "").await;
    let mut other = office.second().await;
    for day in 2..9 {
        office.post(&format!("Day {day}"), None);
        for time in ["03:30:00", "03:31:00", "06:30:00", "06:31:00"] {
            office.set(at(&format!("2026-06-0{day}T{time}Z")));
            let (one, two) = tokio::join!(office.daemon.run_due_jobs(), other.run_due_jobs());
            one.unwrap();
            two.unwrap();
        }
    }
    assert_eq!(office.subjects(ADA).len(), 7);
    assert_eq!(office.subjects(EDITOR).len(), 14, "{:?}", office.subjects(EDITOR));
    assert!(office.received(ADA).values().all(|times| *times == 1) && office.received(ADA).len() == 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_store_is_locked_nothing_is_sent_and_afterwards_all() {
    use sqlx::Connection as _;
    let mut office = Office::open("2026-06-01T12:00:00Z", &daily(""), "").await;
    office.set(at("2026-06-02T06:30:00Z"));
    let url = format!("sqlite:{}", office.daemon.context().config.store.display());
    let mut other = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    assert!(office.daemon.run_due_jobs().await.unwrap_err().is_locked());
    assert!(office.sink.messages().is_empty());
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    office.step().await;
    assert_eq!(office.subjects(ADA).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn by_hand_an_edition_that_waits_is_shown_and_sent() {
    let mut office = Office::open("2026-06-01T12:00:00Z", &asked("veto", ""), "").await;
    office.at("2026-06-02T03:30:00Z").await;
    office.post("Second", None);
    let mut project = office.project;
    project.set_clock("2026-06-02T04:00:00Z");
    let run = |arguments: &str| tokio::task::block_in_place(|| project.run(arguments));
    run("preview").code(0);
    assert!(project.read("preview.html").contains("[First]") && !project.read("preview.html").contains("[Second]"));
    run("status").code(0).says("edition 1 is waiting, due 2026-06-02 07:30");
    run("editions replay 1").code(1).says("did not go out: it is waiting");
    run("send --dry-run").code(0);
    let waits = run("send --yes --json").code(4).says("or no answer by 2026-06-02 06:30 UTC");
    assert_eq!(waits.json()["pending"], 2);
    let sent = run("send --yes --approve --json").code(0).says("edition 1 is waiting").json();
    assert_eq!((&sent["edition"], &sent["sent"]), (&1.into(), &2.into()));
    run("editions veto 1").code(1);
    run("editions cancel 1").code(1).says("is sent already");
    run("editions approve 1").code(0).says("is sent already");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_run_is_told_to_the_watchman_once() {
    use std::{
        io::{Read as _, Write as _},
        sync::mpsc::channel,
    };
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (called, calls) = channel();
    std::thread::spawn(move || {
        for (nth, stream) in listener.incoming().map_while(Result::ok).enumerate() {
            let (mut stream, mut octets) = (stream, [0; 2_000]);
            let count = stream.read(&mut octets).unwrap_or(0);
            let status = if nth == 0 { "500 No" } else { "200 OK" };
            let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
            if called.send(String::from_utf8_lossy(&octets[..count]).into_owned()).is_err() {
                return;
            }
        }
    });
    let extra = "[fetch]\nallow_private = true\n";
    let mut office = Office::open("2026-06-01T12:00:00Z", &daily(""), extra).await;
    let ping = format!("[web]\nping = \"http://{address}/alive\"\n");
    let config = office.project.read("tidings.toml").replace("[web]\n", &ping);
    office.project.write("tidings.toml", config);
    let config = tidings::config::Config::load(&office.project.path("tidings.toml"), &[]).unwrap();
    office.daemon.reload(std::sync::Arc::new(config), office.now()).await.unwrap();
    office.at("2026-06-02T06:30:00Z").await;
    office.at("2026-06-02T06:30:30Z").await;
    assert_eq!(calls.try_iter().count(), 1, "it answered with an error, and is asked again in a minute");
    office.at("2026-06-02T06:31:00Z").await;
    office.at("2026-06-02T06:40:00Z").await;
    let calls: Vec<String> = calls.try_iter().collect();
    assert!(calls.len() == 1 && calls[0].starts_with("GET /alive HTTP/1.1"), "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_is_looked_into_every_few_minutes_and_not_while_all_is_held() {
    let mut office = Office::open("2026-06-01T12:00:00Z", &daily(""), "[bounce]\nmailbox = \"Maildir\"\n").await;
    let put = |office: &Office, name: &str| {
        let mail = format!("From: zoe@readers.example\nSubject: {name}\n\nWhen does the office open?\n");
        office.project.write(&format!("Maildir/new/{name}"), mail);
    };
    let moved = |office: &Office| {
        let folder = std::fs::read_dir(office.project.path("Maildir/.Tidings/cur"));
        folder.map_or(0, Iterator::count)
    };
    // A mailbox that cannot be read stops nothing else.
    office.at("2026-06-02T06:30:00Z").await;
    assert_eq!(office.subjects(ADA), ["First"]);
    std::fs::create_dir_all(office.project.path("Maildir/cur")).unwrap();
    put(&office, "one");
    office.at("2026-06-02T06:32:59Z").await;
    assert_eq!(moved(&office), 0);
    office.at("2026-06-02T06:33:00Z").await;
    assert_eq!(moved(&office), 1);
    put(&office, "two");
    // A clock that was set back holds all.
    office.at("2026-06-01T06:00:00Z").await;
    assert_eq!(moved(&office), 1);
    office.at("2026-06-02T06:36:00Z").await;
    assert_eq!(moved(&office), 1, "until a person says so");
    assert!(tidings::internals::daemon::resume(&office.store, office.now()).await.unwrap());
    office.step().await;
    assert_eq!(moved(&office), 2);
}
