//! Speaks to the endpoint, within the budget of an edition.

use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::StreamExt as _;
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    answer::{self, Answer},
    endpoint::Access,
    prompt::Prompt,
};
use crate::source::fetch::{EndpointClient, EndpointReply};

/// What came of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskOutcome {
    /// What the model answered, or why its answer is none: worth keeping.
    Answered(Result<String, String>),
    /// The endpoint gave no answer, or was not asked: to be asked again another time.
    Failed(String),
}

/// What is left of an edition's budget.
struct Budget {
    requests: usize,
    tokens: u64,
    /// The endpoint takes `response_format`, as far as is known.
    json: bool,
    /// Why nothing more is asked in this run.
    stopped: Option<String>,
}

/// Asks the prompts in their order, some at a time; gives an outcome for each.
///
/// An endpoint that cannot be reached, does not know us, or is busy is not asked again for this edition, so that it
/// goes out all the same, and soon.
pub async fn ask(access: &Access<'_>, prompts: &[&Prompt]) -> Vec<AskOutcome> {
    let endpoint = access.endpoint;
    if let Err(reason) = access.key {
        return vec![AskOutcome::Failed(reason.to_owned()); prompts.len()];
    }
    let client = EndpointClient::new(endpoint.timeout, endpoint.max_bytes);
    let budget = Mutex::new(Budget { requests: endpoint.requests, tokens: endpoint.tokens, json: true, stopped: None });
    let work: Vec<_> = prompts.iter().map(|prompt| one(access, &client, &budget, prompt)).collect();
    futures::stream::iter(work).buffered(endpoint.at_once.max(1)).collect().await
}

async fn one(access: &Access<'_>, client: &EndpointClient, budget: &Mutex<Budget>, prompt: &Prompt) -> AskOutcome {
    let url = access.endpoint.address();
    let key = access.key.ok().flatten();
    let mut has_failed = false;
    loop {
        let json = match take(budget, prompt.estimate()) {
            Ok(json) => json,
            Err(reason) => return AskOutcome::Failed(reason),
        };
        let posted = client.post(&url, key, prompt.body(json)).await;
        match posted {
            EndpointReply::Answer(octets) => {
                let read = answer::parse_answer(&octets);
                settle(budget, prompt.estimate(), read.as_ref().ok().and_then(|answer| answer.tokens));
                return match read {
                    // Neither kept nor quoted, as refused words are.
                    Ok(Answer { words: Ok(text), .. }) if tells(key, &text) => {
                        AskOutcome::Answered(Err("the answer holds the key".to_owned()))
                    }
                    Ok(answer) => AskOutcome::Answered(answer.words),
                    Err(reason) => AskOutcome::Failed(reason),
                };
            }
            EndpointReply::TooLarge => return AskOutcome::Failed("the endpoint's answer is too large".to_owned()),
            // Who knows no `response_format` refuses the request; the next ones do without.
            EndpointReply::Status(400) if json => {
                settle(budget, prompt.estimate(), Some(0));
                lock(budget).json = false;
            }
            EndpointReply::Status(500..=599) if !has_failed && posted != EndpointReply::Status(503) => {
                settle(budget, prompt.estimate(), Some(0));
                has_failed = true;
            }
            EndpointReply::Status(status) => {
                settle(budget, prompt.estimate(), Some(0));
                let reason = refused(status);
                if matches!(status, 300..=399 | 401 | 403 | 404 | 429 | 503) {
                    stop(budget, &reason);
                }
                return AskOutcome::Failed(reason);
            }
            EndpointReply::Failed(reason) => {
                let reason = format!("the endpoint did not answer: {reason}");
                stop(budget, &reason);
                return AskOutcome::Failed(reason);
            }
        }
    }
}

/// Says whether `text` tells the key.
fn tells(key: Option<&SecretString>, text: &str) -> bool {
    key.is_some_and(|key| text.contains(key.expose_secret()))
}

/// Takes a request and its tokens from the budget; says whether to ask for JSON.
fn take(budget: &Mutex<Budget>, tokens: u64) -> Result<bool, String> {
    let mut left = lock(budget);
    if let Some(reason) = &left.stopped {
        return Err(format!("{reason}; not asked again in this run"));
    }
    if left.requests == 0 {
        return Err("the edition's budget of requests is used up".to_owned());
    }
    if left.tokens < tokens {
        return Err("the edition's budget of tokens is used up".to_owned());
    }
    left.requests -= 1;
    left.tokens -= tokens;
    Ok(left.json)
}

/// Puts what was really used in the place of the estimate.
fn settle(budget: &Mutex<Budget>, estimate: u64, used: Option<u64>) {
    let mut left = lock(budget);
    left.tokens = left.tokens.saturating_add(estimate).saturating_sub(used.unwrap_or(estimate));
}

fn stop(budget: &Mutex<Budget>, reason: &str) {
    lock(budget).stopped.get_or_insert_with(|| reason.to_owned());
}

fn lock(budget: &Mutex<Budget>) -> MutexGuard<'_, Budget> {
    budget.lock().unwrap_or_else(PoisonError::into_inner)
}

fn refused(status: u16) -> String {
    match status {
        401 | 403 => format!("the endpoint refuses the key ({status})"),
        404 => "the endpoint does not know the address or the model (404)".to_owned(),
        429 => "the endpoint says that it is asked too often (429)".to_owned(),
        503 => "the endpoint is busy (503)".to_owned(),
        300..=399 => format!("the endpoint leads elsewhere ({status}), and is not followed"),
        400..=499 => format!("the endpoint refuses the request ({status})"),
        _ => format!("the endpoint has trouble of its own ({status})"),
    }
}
