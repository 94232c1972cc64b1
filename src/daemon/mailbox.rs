//! Mail that lies in a mailbox: each is fetched, dealt with as any that comes in, and only then moved out of the way.
//!
//! Whoever dies in between leaves mails that were applied and not yet moved; they come again, and change nothing more.

use std::{
    collections::BTreeSet,
    fmt, fs,
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use super::{
    context::{Clock, Context},
    incoming::{Handling, Received, Reception},
    job::Outcome,
};
use crate::{
    bounce::{self, Account, MailboxDeadlines, MailboxError, Session},
    config::{Mailbox, MailboxPlace, Secret},
    diagnostic::{Diagnostic, Explain, error_report},
    store,
};

/// A mailbox is looked into so often.
const POLL_EVERY: TimeDelta = TimeDelta::minutes(3);

/// So long a connection waits for new mail where the server tells of it; then it is opened anew.
const MAX_WAIT: Duration = Duration::from_secs(300);

/// At so many mails over which the connection breaks, the rest waits for the next time.
const MAX_BROKEN: usize = 3;

/// At so many mails that must stay where they are, no more are looked for behind them.
const MAX_LEFT: u32 = 10_000;

/// What came of looking into a mailbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FetchedMail {
    /// So many mails were dealt with and moved.
    pub done: u64,
    /// So many stay where they are: they cannot be kept in `unread/`, or the server breaks off in them.
    pub left: u32,
}

impl fmt::Display for FetchedMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mails = if self.done == 1 { "mail" } else { "mails" };
        write!(f, "{} {mails} fetched", self.done)?;
        if self.left > 0 { write!(f, ", {} left where they are", self.left) } else { Ok(()) }
    }
}

/// Why a mailbox was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The mailbox.
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    /// The store: what was not applied stays where it is.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A Maildir, or a password.
    #[error("{0}")]
    Other(Diagnostic),
}

impl Explain for FetchError {
    fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Mailbox(error) => error.diagnostic(),
            Self::Store(error) => error.diagnostic(),
            Self::Other(shown) => shown.clone(),
        }
    }
}

/// Is told of each mail, by its name, and says whether to go on.
type OnMail<'a> = dyn FnMut(&str, &Received) -> bool + Send + 'a;

/// One look into a mailbox.
pub struct MailFetch<'a> {
    reception: Reception<'a>,
    mailbox: &'a Mailbox,
    clock: &'a (dyn Fn() -> DateTime<Utc> + Send + Sync),
    deadlines: MailboxDeadlines,
    /// What went wrong and did not end it.
    pub warnings: Vec<String>,
    /// Mails that the connection breaks over.
    broken: BTreeSet<u32>,
    fetched: FetchedMail,
}

impl<'a> MailFetch<'a> {
    /// Prepares a look into a mailbox.
    pub fn new(
        reception: Reception<'a>,
        mailbox: &'a Mailbox,
        clock: &'a (dyn Fn() -> DateTime<Utc> + Send + Sync),
    ) -> Self {
        let deadlines = MailboxDeadlines::default();
        let fetched = FetchedMail::default();
        Self { reception, mailbox, clock, deadlines, warnings: Vec::new(), broken: BTreeSet::new(), fetched }
    }

    /// Takes in all that lies there, and is told so by `on_mail`, which says whether to go on.
    ///
    /// # Errors
    /// When the mailbox or the store fails: what was not dealt with stays where it is.
    pub async fn run(&mut self, on_mail: &mut OnMail<'_>) -> Result<FetchedMail, FetchError> {
        match &self.mailbox.place {
            MailboxPlace::Maildir(folder) => self.empty_maildir(folder, on_mail).await?,
            MailboxPlace::Imap(account, password) => self.empty_folder(account, password, on_mail).await?.close().await,
        }
        Ok(self.fetched)
    }

    async fn open(&self, account: &Account, password: &Secret) -> Result<Session, FetchError> {
        let password = self.reception.config.mailbox_password(password, self.reception.environment);
        let password = password.map_err(|error| FetchError::Other(error.diagnostic()))?;
        Ok(Session::open(account, &password, self.deadlines).await?)
    }

    /// Empties a folder on a server; where the connection breaks over a mail, it is opened anew and that mail stays.
    async fn empty_folder(
        &mut self,
        account: &Account,
        password: &Secret,
        on_mail: &mut OnMail<'_>,
    ) -> Result<Session, FetchError> {
        let mut session = self.open(account, password).await?;
        loop {
            match self.empty_session(&mut session, on_mail).await {
                Ok(()) => return Ok(session),
                Err((Some(uid), FetchError::Mailbox(error))) if self.broken.len() < MAX_BROKEN => {
                    self.warnings.push(format!("mail {uid} stays where it is: {}", error_report(&error)));
                    self.broken.insert(uid);
                    session = self.open(account, password).await?;
                }
                Err((_, error)) => return Err(error),
            }
        }
    }

    async fn empty_session(
        &mut self,
        session: &mut Session,
        on_mail: &mut OnMail<'_>,
    ) -> Result<(), (Option<u32>, FetchError)> {
        let failed = |error: MailboxError| (None, error.into());
        let (mut skipped, mut last, mut goes_on) = (0, 0, true);
        self.fetched.left = 0;
        while goes_on && skipped < MAX_LEFT {
            let listed = session.list(skipped).await.map_err(failed)?;
            if listed.is_empty() {
                break;
            }
            let mut done = Vec::new();
            for mail in &listed {
                // What is there again was moved before, and the server did not do it.
                let is_new = mail.uid > last && !mail.is_deleted;
                last = last.max(mail.uid);
                if !is_new || !goes_on {
                    continue;
                }
                if self.broken.contains(&mail.uid) {
                    self.fetched.left += 1;
                    continue;
                }
                let octets = session.fetch(mail.uid).await.map_err(|error| (Some(mail.uid), error.into()))?;
                let Some(octets) = octets else { continue };
                let received = self.reception.receive(&octets, (self.clock)()).await.map_err(|e| (None, e.into()))?;
                goes_on = on_mail(&format!("mail {}", mail.uid), &received);
                if matches!(received.handling, Handling::NotKept(_)) {
                    self.fetched.left += 1;
                } else {
                    done.push(mail.uid);
                }
            }
            session.move_to(&self.mailbox.done_folder, &done).await.map_err(failed)?;
            self.fetched.done += done.len() as u64;
            skipped += (listed.len() - done.len()) as u32;
        }
        Ok(())
    }

    /// Empties a Maildir into the folder beside it that mail programs show (Maildir++).
    async fn empty_maildir(&mut self, folder: &Path, on_mail: &mut OnMail<'_>) -> Result<(), FetchError> {
        let failed = |path: &Path, why: io::Error| {
            let shown = Diagnostic::new(format!("`{}`: {why}", path.display()));
            FetchError::Other(shown.hint("`bounce.mailbox` names a Maildir whose mails this user may move"))
        };
        let done = folder.join(format!(".{}", self.mailbox.done_folder.replace('/', ".").trim_start_matches('.')));
        for part in ["new", "cur"] {
            let part = folder.join(part);
            for path in mail_files(&part).map_err(|why| failed(&part, why))? {
                let octets = match read_mail(&path) {
                    Ok(octets) => octets,
                    // Read and moved, or thrown away, by its mail program in the meantime.
                    Err(why) if why.kind() == io::ErrorKind::NotFound => continue,
                    Err(why) => {
                        self.warnings.push(format!("cannot read `{}`: {why}", path.display()));
                        self.fetched.left += 1;
                        continue;
                    }
                };
                let received = self.reception.receive(&octets, (self.clock)()).await?;
                let goes_on = on_mail(&path.to_string_lossy(), &received);
                if matches!(received.handling, Handling::NotKept(_)) {
                    self.fetched.left += 1;
                } else {
                    match file_away(&path, &done) {
                        Ok(()) => self.fetched.done += 1,
                        Err(why) if why.kind() == io::ErrorKind::NotFound && !path.exists() => {}
                        Err(why) => return Err(failed(&done, why)),
                    }
                }
                if !goes_on {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// The mails of one folder of a Maildir, the oldest first, as their names begin with their times.
///
/// # Errors
/// When the folder cannot be read.
pub fn mail_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut mails = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with('.') && entry.path().is_file() {
            mails.push(entry.path());
        }
    }
    mails.sort();
    Ok(mails)
}

fn read_mail(path: &Path) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    File::open(path)?.take(bounce::MAX_OCTETS).read_to_end(&mut octets)?;
    Ok(octets)
}

/// Moves a mail into another Maildir, which is made where it is not there, as one that was read.
fn file_away(path: &Path, folder: &Path) -> io::Result<()> {
    for part in ["tmp", "new", "cur"] {
        fs::create_dir_all(folder.join(part))?;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = if name.contains(":2,") { name.into_owned() } else { format!("{name}:2,S") };
    fs::rename(path, folder.join("cur").join(name))
}

/// Looks into the mailbox, and where it `waits`, for as long as the server tells of new mail.
///
/// # Errors
/// When the store fails; a mailbox that fails is told of, and looked into the next time.
pub(super) async fn look_into_mailbox(
    context: &Context,
    waits: bool,
    clock: &Clock,
    keep_going: &mut (impl FnMut() -> bool + Send),
) -> Result<Outcome, store::Error> {
    let Some(mailbox) = &context.config.mailbox else { return Ok(Outcome::Done) };
    let reception = Reception { config: &context.config, store: &context.store, environment: &context.environment };
    let mut fetch = MailFetch::new(reception, mailbox, &**clock);
    let result = match (&mailbox.place, waits) {
        (MailboxPlace::Imap(account, password), true) => fetch.follow(account, password, keep_going).await,
        _ => fetch.run(&mut |_, received| log_mail(received) && keep_going()).await.map(|_| false),
    };
    for why in &fetch.warnings {
        tracing::warn!(why, "a mail is left in the mailbox");
    }
    let has_waited = match result {
        Ok(has_waited) => has_waited,
        Err(FetchError::Store(error)) => return Err(error),
        Err(error) => {
            tracing::warn!(why = error_report(&error), "the mailbox cannot be read; the next look goes on");
            false
        }
    };
    let FetchedMail { done, left } = fetch.fetched;
    if done > 0 || left > 0 {
        tracing::info!(done, left, "mail was fetched");
    }
    Ok(if has_waited { Outcome::Done } else { Outcome::Until(clock() + POLL_EVERY) })
}

impl MailFetch<'_> {
    /// Empties a folder, and again whenever the server tells of new mail; says whether it told all the time.
    async fn follow(
        &mut self,
        account: &Account,
        password: &Secret,
        keep_going: &mut (impl FnMut() -> bool + Send),
    ) -> Result<bool, FetchError> {
        let mut session =
            self.empty_folder(account, password, &mut |_, received| log_mail(received) && keep_going()).await?;
        let (begun, mut has_waited) = (Instant::now(), false);
        while session.can_wait() && keep_going() && !has_waited {
            let left = MAX_WAIT.saturating_sub(begun.elapsed());
            if session.wait_for_mail(left, keep_going).await? {
                let on_mail = &mut |_: &str, received: &Received| log_mail(received) && keep_going();
                self.empty_session(&mut session, on_mail).await.map_err(|(_, error)| error)?;
            }
            has_waited = begun.elapsed() >= MAX_WAIT;
        }
        session.close().await;
        Ok(has_waited)
    }
}

/// Logs what became of a mail; always goes on.
fn log_mail(received: &Received) -> bool {
    match (&received.outcome, &received.handling) {
        (Ok((_, applied)), _) => {
            let (to, digest) = (applied.address.masked(), &applied.digest);
            tracing::info!(to, digest, edition = applied.edition, effect = ?applied.effect, "a mail that came is applied");
        }
        (Err(ignored), Handling::NotKept(error)) => {
            tracing::warn!(%ignored, %error, "a mail that came cannot be kept in `unread/`");
        }
        (Err(ignored), handling) => {
            let kept = matches!(handling, Handling::Kept(_));
            tracing::info!(%ignored, kept, "a mail that came is not understood");
        }
    }
    true
}
