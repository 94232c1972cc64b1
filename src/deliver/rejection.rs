//! A rejection: where it was said, what was said, and what it means.

use super::{
    blame::{self, Blame, Meaning, Phase},
    reply::Reply,
};
use crate::diagnostic::Diagnostic;

/// A rejection, for now or for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Where it was said.
    pub phase: Phase,
    /// What was said.
    pub reply: Reply,
    /// What that means.
    pub meaning: Meaning,
}

impl Rejection {
    /// Judges a reply by the table.
    pub fn new(phase: Phase, reply: Reply) -> Self {
        Self { phase, meaning: blame::meaning(phase, &reply), reply }
    }

    /// A refusal that we know the reason of, where no server spoke.
    pub fn known(blame: Blame, advice: Option<&'static str>, reply: Reply) -> Self {
        Self { phase: Phase::Mail, meaning: Meaning { blame, limit: None, pause: None, advice }, reply }
    }

    /// Says whether it is for now (4yz).
    pub fn is_for_now(&self) -> bool {
        match self.reply.code {
            0 => self.reply.enhanced.is_some_and(|(class, ..)| class == 4),
            code => code < 500,
        }
    }

    /// Adds what to do.
    pub fn explain(&self, shown: Diagnostic) -> Diagnostic {
        match self.meaning.advice {
            Some(advice) => shown.hint(format!("{advice}; nobody was marked")),
            None => shown,
        }
    }
}
