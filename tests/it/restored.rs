//! A store that came back from a backup: nothing goes out again before somebody looked.

use std::path::PathBuf;

use tidings::{
    internals::daemon,
    store::{self, EditionState, Store},
};

use crate::{project::Project, world::office::Office};

const ADA: &str = "ada@readers.example";

/// The digest `news`, due each day at 07:30 in Lisbon.
fn daily(extra: &str) -> String {
    format!(
        "[digest.news]\nsubject = \"{{{{ posts[0].title }}}}\"\nschedule = \"daily 07:30\"\ntemplate = \"small\"\n\
         select.max = 100\n{extra}\n"
    )
}

fn asked() -> String {
    daily("approval = \"veto\"\neditor = \"editor@harbour.example\"")
}

/// Which way a copy comes back.
#[derive(Debug, Clone, Copy)]
enum Way {
    Restore,
    /// Its file is laid over the store's.
    File,
}

async fn backup(office: &Office) -> PathBuf {
    let copy = office.project.path("copy.db");
    office.store.backup(&copy).await.unwrap();
    copy
}

async fn bring_back(office: &mut Office, copy: &PathBuf, way: Way) {
    let store = office.daemon.context().config.store.clone();
    office.store.close().await;
    match way {
        Way::Restore => drop(store::restore(copy, &store, office.now()).await.unwrap()),
        Way::File => drop(std::fs::copy(copy, &store).unwrap()),
    }
    office.store = Store::open(&store, office.now()).await.unwrap();
    office.restart().await;
}

async fn resume(office: &Office) -> bool {
    daemon::resume(&office.store, office.now()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_went_out_after_the_backup_is_held_though_no_run_began_since() {
    for way in [Way::Restore, Way::File] {
        let mut office = Office::open("2026-06-01T12:00:00Z", &asked(), "").await;
        office.at("2026-06-02T03:30:00Z").await;
        let copy = backup(&office).await;
        office.at("2026-06-02T06:30:30Z").await;
        assert_eq!(office.subjects(ADA), ["First"]);
        bring_back(&mut office, &copy, way).await;
        office.at("2026-06-02T07:00:00Z").await;
        assert!(office.daemon.is_held(), "{way:?}");
        assert_eq!((office.state(1).await, office.subjects(ADA).len()), (EditionState::Held, 1), "{way:?}");
        assert!(resume(&office).await);
        office.step().await;
        assert_eq!((office.state(1).await, office.subjects(ADA).len()), (EditionState::Held, 1), "{way:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edition_sent_by_hand_after_the_backup_is_held_as_well() {
    for way in [Way::Restore, Way::File] {
        let mut office = Office::open("2026-06-01T12:00:00Z", &daily(""), "").await;
        office.at("2026-06-02T06:30:00Z").await;
        let copy = backup(&office).await;
        office.post("Second", None);
        office.project.set_clock("2026-06-02T12:00:00Z");
        tokio::task::block_in_place(|| office.project.run("send --yes")).code(0);
        assert_eq!(office.subjects(ADA), ["First", "Second"]);
        bring_back(&mut office, &copy, way).await;
        office.at("2026-06-03T06:30:00Z").await;
        assert!(office.daemon.is_held(), "{way:?}");
        assert_eq!(office.subjects(ADA).len(), 2, "{way:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_made_in_the_middle_of_a_send_does_not_go_on_by_itself() {
    use tidings::internals::daemon::{Job, run_job};
    let mut office = Office::open("2026-06-01T12:00:00Z", &daily(""), "").await;
    office.set("2026-06-02T06:30:00Z".parse().unwrap());
    let (clock, context) = (office.clock(), office.daemon.context().clone());
    for job in office.daemon.due_jobs(office.now()).await.unwrap() {
        run_job(&context, &job, false, &clock, || true).await.unwrap();
    }
    let jobs = office.daemon.due_jobs(office.now()).await.unwrap();
    assert!(matches!(jobs[..], [Job::Deliver(_)]), "{jobs:?}");
    run_job(&context, &jobs[0], false, &clock, || false).await.unwrap();
    assert_eq!(office.state(1).await, EditionState::Sending);
    let copy = backup(&office).await;
    office.step().await;
    assert_eq!(office.sink.messages().iter().filter(|mail| mail.to != ["editor@harbour.example"]).count(), 2);
    bring_back(&mut office, &copy, Way::Restore).await;
    office.at("2026-06-02T06:40:00Z").await;
    assert!(office.daemon.is_held());
    resume(&office).await;
    office.step().await;
    assert_eq!(office.sink.messages().iter().filter(|mail| mail.to != ["editor@harbour.example"]).count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_that_readers_may_have_stay_out_of_the_next_edition() {
    for by_hand in [false, true] {
        let mut office = Office::open("2026-06-01T12:00:00Z", &asked(), "").await;
        office.at("2026-06-02T03:30:00Z").await;
        let copy = backup(&office).await;
        office.at("2026-06-02T06:30:00Z").await;
        bring_back(&mut office, &copy, Way::Restore).await;
        office.set("2026-06-02T07:00:00Z".parse().unwrap());
        assert!(resume(&office).await);
        if by_hand {
            assert_eq!(office.veto(1).await.after, EditionState::Vetoed);
        }
        office.post("Second", None);
        office.at("2026-06-03T03:30:00Z").await;
        assert!(!office.state(1).await.is_before_sending());
        office.at("2026-06-03T06:30:00Z").await;
        assert_eq!(office.subjects(ADA), ["First", "Second"]);
        assert_eq!(office.received(ADA).values().sum::<usize>(), 2, "{:?}", office.received(ADA));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edition_in_doubt_goes_out_by_a_persons_word() {
    let mut office = Office::open("2026-06-01T12:00:00Z", &asked(), "").await;
    office.at("2026-06-02T03:30:00Z").await;
    let copy = backup(&office).await;
    bring_back(&mut office, &copy, Way::Restore).await;
    office.set("2026-06-02T07:00:00Z".parse().unwrap());
    assert!(resume(&office).await);
    office.approve(1).await;
    office.step().await;
    assert_eq!((office.state(1).await, office.subjects(ADA).len()), (EditionState::Sent, 1));
}

#[test]
fn by_cron_a_store_from_before_is_held_until_a_person_resumes() {
    for restores in [true, false] {
        let mut project = Project::with_notes("").post("one", "One", "2025-05-30");
        project.run("send --yes").code(0);
        project.run("backup copy.db").code(0);
        project.set_clock("2025-06-02T12:00:00Z");
        let project = project.post("two", "Two", "2025-06-02");
        project.run("send --yes").code(0);
        if restores {
            project.run("restore copy.db").code(0).says("hold everything");
        } else {
            for ending in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(project.path(&format!("tidings.db{ending}")));
            }
            std::fs::copy(project.path("copy.db"), project.path("tidings.db")).unwrap();
        }
        for _ in 0..2 {
            project
                .run("send --yes")
                .code(4)
                .says("everything is held: the store ")
                .says("`--resume` of `tidings send`");
        }
        assert_eq!(project.outbox().len(), 4, "{restores}");
        project.run("send --dry-run").code(0).says("everything is held");
        project.run("status").says("everything is held");
        let project = project.post("three", "Three", "2025-06-02");
        assert_eq!(project.run("send --yes --resume --json").code(0).json()["sent"], 2);
        project.run("send --yes").code(0).says("nothing new");
        project.run("send --yes --resume").code(0).says("nothing was held");
    }
}

#[test]
fn what_was_on_its_way_in_the_copy_goes_out_by_a_persons_word() {
    let mut project = Project::with_notes("").post("one", "One", "2025-05-30");
    let away = [("TIDINGS_SMTP__URL", "smtp://127.0.0.1:1"), ("TIDINGS_SMTP__TLS", "none")];
    project.run_with("send --yes", &away).code(75);
    project.run("backup copy.db").code(0);
    project.run("send --yes").code(0);
    project.run("restore copy.db").code(0);
    project.set_clock("2025-06-02T12:00:00Z");
    project.run("send --yes --resume").code(4).says("readers may have it already").says("send --approve");
    assert_eq!(project.outbox().len(), 2);
    project.run("send --yes --approve").code(0);
}

#[test]
fn a_send_asks_the_editor_and_goes_on_with_their_word() {
    let with = |approval: &str, smtp: &str| {
        let project = Project::with_notes("").post("one", "One", "2025-05-30");
        let approval = format!("approval = \"{approval}\"\neditor = \"editor@harbour.example\"\n");
        let config = project.read("tidings.toml").replace("\n[smtp]\n", &format!("{approval}\n[smtp]\n{smtp}"));
        project.write("tidings.toml", config);
        project
    };
    let mut project = with("veto", "");
    for _ in 0..2 {
        let waits = project.run("send --yes --json").code(4).says("its editor is asked");
        assert_eq!(waits.json()["pending"], 2);
        assert_eq!(project.outbox().len(), 2, "the edition and a letter, once");
    }
    project.set_clock("2025-06-01T15:30:00Z");
    assert_eq!(project.run("send --yes --json").code(0).json()["sent"], 2);

    let mut project = with("required", "");
    project.run("send --yes").code(4);
    project.set_clock("2025-06-08T12:00:00Z");
    project.run("send --yes").code(4).says("after their yes,");
    project.run("editions approve 1").code(0);
    assert_eq!(project.run("send --yes --json").code(0).json()["sent"], 2);

    let project = with("required", "");
    project.run("send --yes").code(4);
    project.run("editions veto 1").code(0);
    project.run("send --yes --json").code(4);
    assert_eq!(project.run("send --yes --approve --json").code(0).json()["sent"], 2);

    let project = with("veto", "tls = \"none\"\n");
    project.run_with("send --yes", &[("TIDINGS_SMTP__URL", "smtp://127.0.0.1:1")]).code(75).says("cannot be asked");
    project.run("send --yes").code(4).says("its editor is asked");
}
