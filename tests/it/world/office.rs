//! A project with a daemon that a test drives by hand, its clock and its relay in the test's hands.

use std::{
    collections::BTreeMap,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use chrono::{DateTime, TimeDelta, Utc};
use mail_parser::MessageParser;
use tidings::{
    config::Config,
    internals::daemon::{self, Clock, Context, Incident, Supervisor},
    store::{Decision, EditionRecord, EditionState, Store},
};

use super::sink::{Act, Event, SmtpSink};
use crate::project::Project;

/// A layout that takes no time.
const SMALL: &str = "<mjml><mj-head><mj-preview>{{ preheader }}</mj-preview></mj-head><mj-body><mj-section><mj-column>\
     <mj-text>{% for post in posts %}<p>[{{ post.title }}]</p>{% endfor %}<p><a href=\"{{ unsubscribe_url }}\">leave</a></p>\
     </mj-text></mj-column></mj-section></mj-body></mjml>";

pub struct Office {
    pub project: Project,
    pub sink: SmtpSink,
    pub store: Store,
    pub daemon: Supervisor,
    clock: Arc<AtomicI64>,
    extra: String,
}

impl Office {
    /// A daemon that begins at `now`; `digests` are the tables `[digest.…]`, `extra` other tables.
    pub async fn open(now: &str, digests: &str, extra: &str) -> Self {
        Self::with_relay(now, digests, extra, |_| None).await
    }

    pub async fn with_relay(
        now: &str,
        digests: &str,
        extra: &str,
        relay: impl Fn(&Event) -> Option<Act> + Send + Sync + 'static,
    ) -> Self {
        let sink = SmtpSink::scripted(relay);
        let project = Project::new()
            .file("templates/small.mjml", SMALL)
            .file("subscribers.csv", "email\nada@readers.example\nben@readers.example\n")
            .file(
                "posts/first.md",
                "---\ntitle: First\ndate: 2025-01-01\n---\n\nThe first story has a sentence of its own.\n",
            );
        let clock = Arc::new(AtomicI64::new(at(now).timestamp_millis()));
        let extra = format!(
            "[smtp]\nurl = \"{}\"\ntls = \"none\"\nconnections = 1\n\n[subscribers]\nfile = \"subscribers.csv\"\n\n{extra}",
            sink.url()
        );
        let config = config(&project, digests, &extra);
        let store = Store::open(&config.store, at(now)).await.unwrap();
        let daemon = daemon(config, &store, &clock).await;
        Self { project, sink, store, daemon, clock, extra }
    }

    pub fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.clock.load(Ordering::Relaxed)).unwrap()
    }

    pub fn set(&self, now: DateTime<Utc>) {
        self.clock.store(now.timestamp_millis(), Ordering::Relaxed);
    }

    pub fn clock(&self) -> Clock {
        reading(&self.clock)
    }

    /// Does what is due at `now`.
    pub async fn at(&mut self, now: &str) {
        self.set(at(now));
        self.step().await;
    }

    pub async fn step(&mut self) {
        self.daemon.run_due_jobs().await.unwrap();
    }

    /// Ends the daemon and starts another one, as after a death.
    pub async fn restart(&mut self) {
        let config = Arc::clone(&self.daemon.context().config);
        self.daemon = daemon(config, &self.store, &self.clock).await;
    }

    /// Another daemon on the same store.
    pub async fn second(&self) -> Supervisor {
        daemon(Arc::clone(&self.daemon.context().config), &self.store, &self.clock).await
    }

    /// Takes other tables of digests.
    pub async fn reconfigure(&mut self, digests: &str) {
        let config = config(&self.project, digests, &self.extra);
        self.daemon.reload(config, self.now()).await.unwrap();
    }

    pub fn post(&self, name: &str, date: Option<DateTime<Utc>>) {
        let date = date.map(|date| format!("date: {}\n", date.to_rfc3339())).unwrap_or_default();
        let text =
            format!("---\ntitle: {name}\n{date}---\n\nThe story of {name} is told here in a sentence of its own.\n");
        self.project.write(&format!("posts/{name}.md"), text);
    }

    /// An edition of the digest `news`.
    pub async fn edition(&self, number: i64) -> EditionRecord {
        self.store.edition_by_number("news", number).await.unwrap().expect("an edition")
    }

    pub async fn state(&self, number: i64) -> EditionState {
        self.edition(number).await.state
    }

    pub async fn approve(&self, number: i64) -> Decision {
        self.store.approve(self.edition(number).await.row, self.now()).await.unwrap()
    }

    pub async fn veto(&self, number: i64) -> Decision {
        self.store.veto(self.edition(number).await.row, self.now()).await.unwrap()
    }

    pub async fn troubles(&self) -> Vec<Incident> {
        daemon::open_incidents(&self.daemon.context().config, &self.store, self.now()).await.unwrap()
    }

    /// Subjects of the mail to an address, in the order in which it came.
    pub fn subjects(&self, to: &str) -> Vec<String> {
        let mails = self.sink.messages().into_iter().filter(|mail| mail.to == [to]);
        mails.map(|mail| MessageParser::default().parse(&mail.data).unwrap().subject().unwrap().to_owned()).collect()
    }

    /// The text of the last mail to an address.
    pub fn last_text(&self, to: &str) -> String {
        let mail = self.sink.messages().into_iter().rfind(|mail| mail.to == [to]).expect("a mail");
        MessageParser::default().parse(&mail.data).unwrap().body_text(0).unwrap().into_owned()
    }

    /// How often each post came to a reader in each digest; the same Message-ID counts once.
    pub fn received(&self, reader: &str) -> BTreeMap<(String, String), usize> {
        let (mut seen, mut received) = (std::collections::BTreeSet::new(), BTreeMap::new());
        for mail in self.sink.messages().into_iter().filter(|mail| mail.to == [reader]) {
            let message = MessageParser::default().parse(&mail.data).unwrap();
            if !seen.insert(message.message_id().unwrap().to_owned()) {
                continue;
            }
            let list = message.header_raw("List-Id").unwrap().trim().trim_start_matches('<');
            let digest = list.split_once('<').map_or(list, |(_, id)| id).split('.').next().unwrap().to_owned();
            let html = message.body_html(0).unwrap().into_owned();
            for part in html.split('[').skip(1).filter_map(|part| part.split_once("]</p>")) {
                *received.entry((digest.clone(), part.0.to_owned())).or_default() += 1;
            }
        }
        received
    }
}

fn reading(clock: &Arc<AtomicI64>) -> Clock {
    let clock = Arc::clone(clock);
    Arc::new(move || DateTime::from_timestamp_millis(clock.load(Ordering::Relaxed)).unwrap())
}

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Runs `work` for so many polls and then lets it go, as a death in the middle would.
pub async fn die_after(polls: usize, work: impl Future<Output = ()>) {
    let mut work = std::pin::pin!(work);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return std::task::Poll::Ready(());
        }
        left -= 1;
        work.as_mut().poll(context)
    })
    .await;
}

/// So much later.
pub fn hours(count: i64) -> TimeDelta {
    TimeDelta::hours(count)
}

fn config(project: &Project, digests: &str, extra: &str) -> Arc<Config> {
    let text = format!(
        "[publication]\nname = \"Notes\"\nfrom = \"Notes <notes@harbour.example>\"\ntimezone = \"Europe/Lisbon\"\n\
         address = \"1 Quay Street, Lisbon\"\n\n\
         [[source]]\nname = \"notes\"\nfolder = \"posts\"\nbase_url = \"https://harbour.example/\"\nundated = \"first-seen\"\n\n\
         {digests}\n\n[web]\npublic_url = \"https://news.harbour.example\"\nalert = \"editor@harbour.example\"\n\n{extra}\n"
    );
    project.write("tidings.toml", text);
    Arc::new(Config::load(&project.path("tidings.toml"), &[]).unwrap_or_else(|error| panic!("{error}")))
}

async fn daemon(config: Arc<Config>, store: &Store, clock: &Arc<AtomicI64>) -> Supervisor {
    let mut config = Config::clone(&config);
    config.templates = config.templates.read_now(&["small"]).unwrap();
    let config = Arc::new(config);
    let context = Context::new(config, store.clone(), [].into()).unwrap();
    Supervisor::new(context, reading(clock)).await.unwrap()
}
