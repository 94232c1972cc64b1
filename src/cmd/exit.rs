//! How a command ends: with an exit code, or with a failure that is shown and has one as well.

use std::{any::Any, error::Error};

use crate::{
    config,
    diagnostic::{Diagnostic, Explain},
    digest,
    mailing::{self, SubscriberFileError},
    render, store,
};

/// The exit codes of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done, or nothing new.
    Done = 0,
    /// It failed, or a part of it, and the output says which.
    Failed = 1,
    /// The command line was wrong.
    Usage = 2,
    /// Nothing new, and the caller wants to know.
    Empty = 3,
    /// A person must look: deliveries in doubt, or many bounced.
    Person = 4,
    /// `check` found errors (`EX_DATAERR`).
    Faulty = 65,
    /// Some is left for later: run again (`EX_TEMPFAIL`).
    Later = 75,
    /// The config is wrong (`EX_CONFIG`).
    Config = 78,
}

/// Why a command failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What the user is shown.
    pub diagnostic: Diagnostic,
    /// What the caller is told.
    pub exit: Exit,
}

impl Failure {
    /// A failure of the command itself.
    pub fn new(diagnostic: impl Into<Diagnostic>) -> Self {
        Self { diagnostic: diagnostic.into(), exit: Exit::Failed }
    }

    /// A command line that cannot be meant.
    pub fn usage(diagnostic: impl Into<Diagnostic>) -> Self {
        Self { diagnostic: diagnostic.into(), exit: Exit::Usage }
    }
}

impl<E: Explain + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { exit: exit_of(&error), diagnostic: error.diagnostic() }
    }
}

/// The exit code of an error.
fn exit_of(error: &dyn Any) -> Exit {
    let wrapped = match (error.downcast_ref(), error.downcast_ref()) {
        (Some(digest::Error::Render(render::Error::Key(_))), _) => return Exit::Config,
        (Some(digest::Error::Store(store)), _) | (_, Some(mailing::SubscriberFileError::Store(store))) => Some(store),
        _ => None,
    };
    match error.downcast_ref() {
        Some(SubscriberFileError::Fewer { .. }) => return Exit::Person,
        Some(SubscriberFileError::Unclear { .. }) => return Exit::Faulty,
        _ => {}
    }
    match wrapped.or_else(|| error.downcast_ref()) {
        Some(store) if store::Error::is_locked(store) => Exit::Later,
        _ if error.is::<config::Error>() => Exit::Config,
        _ => Exit::Failed,
    }
}

/// Says what could not be done when something else fails.
pub trait Context<T> {
    /// Turns an error into a failure that begins with `words`.
    ///
    /// # Errors
    /// The failure.
    fn context(self, words: impl Into<Diagnostic>) -> Result<T, Failure>;
}

impl<T, E: Error> Context<T> for Result<T, E> {
    fn context(self, words: impl Into<Diagnostic>) -> Result<T, Failure> {
        self.map_err(|error| {
            let Diagnostic { message, hint, .. } = words.into();
            Failure::new(Diagnostic { hint, ..Diagnostic::of_causes(&error).context(message) })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_keeps_its_exit_code_however_deep_it_lies() {
        let locked = || store::Error::Locked("tidings.db".into());
        let subject = Diagnostic::new("no").at("digest.weekly.subject");
        for (failure, exit) in [
            (Failure::from(locked()), Exit::Later),
            (digest::Error::Store(locked()).into(), Exit::Later),
            (mailing::SubscriberFileError::Store(locked()).into(), Exit::Later),
            (digest::Error::Render(render::Error::Key(subject.clone())).into(), Exit::Config),
            (digest::Error::Render(render::Error::Template(subject)).into(), Exit::Failed),
            (config::Error::Missing("tidings.toml".into()).into(), Exit::Config),
            (Failure::usage("no"), Exit::Usage),
        ] {
            assert_eq!(failure.exit, exit, "{failure:?}");
        }
    }
}
