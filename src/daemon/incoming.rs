//! A mail that came in, and what is done with it: its report is applied, a reader who left is told, and what only a person
//! understands goes on to one, or is kept in `unread/`.

use std::io;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};

use crate::{
    bounce::{self, Ignored, Letter, Report, WishSource},
    config::Config,
    diagnostic::error_report,
    mailing::send_to_operators,
    message::{self, OperatorNotice},
    render::PageTexts,
    store::{self, AppliedReport, ReportEffect, Store},
    subscriber::Address,
};

/// So many mails a day go on to a person; more than that is a flood, and is kept in `unread/`.
const MAX_FORWARDED: i64 = 200;

/// So much of a mail's text stands in the letter that it goes along with, characters.
const MAX_SHOWN: usize = 4_000;

/// What a mail that comes in is dealt with by.
#[derive(Debug, Clone, Copy)]
pub struct Reception<'a> {
    /// The config.
    pub config: &'a Config,
    /// The store.
    pub store: &'a Store,
    /// The process's variables, for passwords.
    pub environment: &'a [(String, String)],
}

/// What became of a mail.
#[derive(Debug)]
pub struct Received {
    /// What it said and did, or why it says nothing that a program understands.
    pub outcome: Result<(Report, AppliedReport), Ignored>,
    /// What was done with it besides.
    pub handling: Handling,
}

/// What was done with a mail besides applying it.
#[derive(Debug)]
pub enum Handling {
    /// Nothing more.
    Nothing,
    /// The reader who left was told.
    Confirmed,
    /// It went on to a person, now or when it came before.
    Forwarded,
    /// It is kept in `unread/`; why it did not go on, where it was to.
    Kept(Option<String>),
    /// It could not even be kept: it must stay where it came from.
    NotKept(io::Error),
}

impl Reception<'_> {
    /// Deals with a mail. The same mail again changes nothing, and goes to nobody a second time.
    ///
    /// # Errors
    /// When the store fails: the mail must stay where it came from.
    pub async fn receive(&self, octets: &[u8], now: DateTime<Utc>) -> Result<Received, store::Error> {
        let ignored = match bounce::read(octets, &self.store.signing_keys().await?) {
            Ok(report) => match self.store.apply_report(&report, octets, now).await? {
                Some(applied) => {
                    let handling = self.confirm(&report, &applied, octets, now).await?;
                    return Ok(Received { outcome: Ok((report, applied)), handling });
                }
                None => Ignored::NotOurs,
            },
            Err(ignored) => ignored,
        };
        let handling =
            if ignored.is_for_a_person() { self.hand_on(ignored, octets, now).await? } else { Handling::Nothing };
        Ok(Received { outcome: Err(ignored), handling })
    }

    /// Tells a reader who left in their own words that they did: at the address that we know, whoever wrote.
    async fn confirm(
        &self,
        report: &Report,
        applied: &AppliedReport,
        octets: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Handling, store::Error> {
        let Report::Unsubscribe { about, source: WishSource::Words | WishSource::Reply } = report else {
            return Ok(Handling::Nothing);
        };
        if applied.effect != ReportEffect::Unsubscribed {
            return Ok(Handling::Nothing);
        }
        let reader = self.store.subscription(about.subscriber, &applied.digest).await?;
        let language = reader.and_then(|reader| reader.language);
        let own = self.config.publication.language.as_str();
        let words = PageTexts::of(language.as_deref().into_iter().chain([own]));
        let title = self.config.digest_title(&applied.digest);
        let names = [("title", &*title), ("publication", &*self.config.publication.name)];
        let written = bounce::letter(octets);
        let notice = OperatorNotice {
            name: &name("left", octets),
            from: &self.config.publication.from,
            to: &applied.address,
            subject: words.word("left_title"),
            text: &format!("{}\n", words.with("left", &names)),
            about: written.message_id.as_deref(),
            reply_to: None,
            attached: None,
            date: now,
        };
        match self.send(&notice).await? {
            Ok(()) => Ok(Handling::Confirmed),
            Err(why) => {
                tracing::warn!(to = applied.address.masked(), why, "a reader who left could not be told");
                Ok(Handling::Nothing)
            }
        }
    }

    /// Hands a mail on to a person, or keeps it for one.
    async fn hand_on(&self, ignored: Ignored, octets: &[u8], now: DateTime<Utc>) -> Result<Handling, store::Error> {
        if self.store.has_seen(octets).await? {
            return Ok(Handling::Forwarded);
        }
        let mut why = None;
        if let Some(to) = self.config.forward.as_ref().filter(|_| ignored.may_go_on()) {
            if self.store.forwarded_since(now - TimeDelta::days(1)).await? >= MAX_FORWARDED {
                why = Some(format!("{MAX_FORWARDED} went on to `bounce.forward` within a day"));
            } else {
                match self.forward(to, ignored, octets, now).await? {
                    Ok(()) => {
                        self.store.mark_forwarded(octets, now).await?;
                        self.store.drop_unread(octets);
                        return Ok(Handling::Forwarded);
                    }
                    Err(unsent) => why = Some(unsent),
                }
            }
        }
        Ok(match self.store.keep_unread(octets) {
            Ok(()) => Handling::Kept(why),
            Err(error) => Handling::NotKept(error),
        })
    }

    async fn forward(
        &self,
        to: &Address,
        ignored: Ignored,
        octets: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Result<(), String>, store::Error> {
        let Letter { from, answer_to, subject, text, .. } = bounce::letter(octets);
        let shown: String = text.trim().chars().take(MAX_SHOWN).collect();
        let notice = OperatorNotice {
            name: &name("forward", octets),
            from: &self.config.publication.from,
            to,
            subject: &format!("Fwd: {}", if subject.is_empty() { "a mail without a subject" } else { &subject }),
            text: &format!(
                "This came to the address for bounces or for leaving, and only a person can tell what to do: {ignored}. \
                 It goes along as it came; an answer to this mail goes to who wrote it.\n\nFrom: {from}\nSubject: {subject}\n\n{shown}\n"
            ),
            about: None,
            reply_to: answer_to.as_ref(),
            attached: Some(octets),
            date: now,
        };
        self.send(&notice).await
    }

    async fn send(&self, notice: &OperatorNotice<'_>) -> Result<Result<(), String>, store::Error> {
        let sender = self.config.sender(self.store.signing_keys().await?);
        let letter = match message::operator_notice(notice, &sender) {
            Ok(letter) => letter,
            Err(error) => return Ok(Err(error_report(&error))),
        };
        let destination = match self.config.open_destination(self.environment) {
            Ok(destination) => destination,
            Err(error) => return Ok(Err(error_report(&error))),
        };
        Ok(send_to_operators(&destination, &[letter]).await.map_err(|unsent| unsent.why))
    }
}

/// The name of a letter: two mails of one moment are two letters.
fn name(kind: &str, octets: &[u8]) -> String {
    let digits: String = Sha256::digest(octets).iter().take(4).map(|octet| format!("{octet:02x}")).collect();
    format!("{kind}-{digits}")
}
