//! The teasers of the selected posts, made once: before a language model is asked those for which no model is needed,
//! behind that the others.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use url::Url;

#[cfg(feature = "send")]
use crate::store::Store;
use crate::{
    post::{Post, canonical},
    select::Selection,
    teaser::{
        self, PostText, PreviousTeaser, SharedText, TeaserContext, TeaserOptions, TeaserResult, TeaserSource,
        llm::{self, Access, AskOutcome, ContentWords, Prompt},
    },
};

/// A language model's words, or why there are none, by the post's place among the candidates.
pub type Answers = HashMap<usize, Result<String, String>>;

/// What the teasers of a selection are made from, and those that are made.
pub(super) struct Teasers<'a> {
    options: &'a TeaserOptions,
    /// An editor's teasers, by the post's URL or id.
    pinned: &'a BTreeMap<String, String>,
    selection: &'a Selection,
    /// Each selected post, read once.
    texts: HashMap<usize, PostText>,
    shared: SharedText,
    /// Teasers for which no model is needed.
    ready: HashMap<usize, TeaserResult>,
}

impl<'a> Teasers<'a> {
    /// Reads the posts.
    pub(super) fn for_selection(
        options: &'a TeaserOptions,
        pinned: &'a BTreeMap<String, String>,
        selection: &'a Selection,
    ) -> Self {
        let read = |index: &usize| (*index, PostText::of(&selection.candidates[*index].post));
        let texts: HashMap<usize, PostText> = selection.picked.iter().map(read).collect();
        let posts = selection.candidates.iter().enumerate();
        let shared = SharedText::of_read(posts.map(|(index, candidate)| (&candidate.post, texts.get(&index))));
        Self { options, pinned, selection, texts, shared, ready: HashMap::new() }
    }

    /// Makes the teasers, in the order of the edition.
    pub(super) fn make(mut self, answers: &Answers) -> Vec<TeaserResult> {
        let mut earlier = Vec::new();
        let mut made = Vec::new();
        for &index in &self.selection.picked {
            let ready = self.ready.remove(&index).filter(|result| {
                // A model's teaser, made since, may say the same.
                result.teaser.from == TeaserSource::Editor || !teaser::repeats_previous(&result.teaser.text, &earlier)
            });
            let result = ready.unwrap_or_else(|| {
                let answer = answers.get(&index).map(|answer| answer.as_deref().map_err(String::as_str));
                let (post, text) = self.post(index);
                teaser::tease_text(post, text, self.options, &TeaserContext { answer, ..self.context(post, &earlier) })
            });
            earlier.push(PreviousTeaser::of(&result.teaser.text));
            made.push(result);
        }
        made
    }

    #[cfg(feature = "send")]
    /// Makes the teasers for which no model is needed, and asks about the other posts.
    ///
    /// A store that cannot be read or written only makes the answers be asked for again.
    pub(super) async fn ask(&mut self, store: &Store, access: &Access<'_>, now: DateTime<Utc>) -> Answers {
        let mut answers = Answers::new();
        let mut open: Vec<(usize, Prompt)> = Vec::new();
        for index in self.make_without_model() {
            let (post, text) = self.post(index);
            match llm::build_prompt(post, text, self.options, access.endpoint) {
                Some(prompt) => open.push((index, prompt)),
                None => drop(answers.insert(index, Err("no good sentence to ask about".to_owned()))),
            }
        }
        answers.extend(ask(store, access, &open, now).await);
        self.refuse_strangers(&mut answers);
        answers
    }

    /// Makes the teasers for which no model is needed; gives the posts that need one.
    fn make_without_model(&mut self) -> Vec<usize> {
        let mut earlier = Vec::new();
        let mut open = Vec::new();
        for &index in &self.selection.picked {
            let (post, text) = self.post(index);
            match teaser::tease_before_model(post, text, self.options, &self.context(post, &earlier)) {
                Some(result) => {
                    earlier.push(PreviousTeaser::of(&result.teaser.text));
                    self.ready.insert(index, result);
                }
                None => open.push(index),
            }
        }
        open
    }

    fn post(&self, index: usize) -> (&'a Post, &PostText) {
        (&self.selection.candidates[index].post, &self.texts[&index])
    }

    fn context<'b>(&'b self, post: &Post, earlier: &'b [PreviousTeaser]) -> TeaserContext<'b> {
        TeaserContext { pinned: pinned(post, self.pinned), shared: Some(&self.shared), earlier, answer: None }
    }

    /// Refuses what fits another post of the edition as well as its own.
    fn refuse_strangers(&self, answers: &mut Answers) {
        if !answers.values().any(Result::is_ok) {
            return;
        }
        let words_of = |index: &usize| {
            let (post, text) = self.post(*index);
            (*index, ContentWords::of_post(post, text))
        };
        let words: HashMap<usize, ContentWords> = self.selection.picked.iter().map(words_of).collect();
        for (index, answer) in answers {
            let Some(own) = words.get(index) else { continue };
            let others = words.iter().filter(|(other, _)| *other != index).map(|(_, words)| words);
            if answer.as_ref().is_ok_and(|text| !llm::is_about(text, own, others)) {
                *answer = Err("speaks of another post".to_owned());
            }
        }
    }
}

#[cfg(feature = "send")]
/// The answers to `open`: known from the store, or asked now.
async fn ask(store: &Store, access: &Access<'_>, open: &[(usize, Prompt)], now: DateTime<Utc>) -> Answers {
    let mut answers = Answers::new();
    let keys: Vec<&str> = open.iter().map(|(_, prompt)| prompt.key.as_str()).collect();
    let known = store.model_answers(&keys).await.unwrap_or_else(|error| {
        tracing::warn!("the answers of the language model cannot be read: {error}");
        HashMap::new()
    });
    let (known_ones, new): (Vec<_>, Vec<_>) = open.iter().partition(|(_, prompt)| known.contains_key(&prompt.key));
    let prompts: Vec<&Prompt> = new.iter().map(|(_, prompt)| prompt).collect();
    // Whoever may not ask hears of the others that they were not asked.
    let asked = if access.may_ask { llm::ask(access, &prompts).await } else { Vec::new() };
    let mut kept = Vec::new();
    for ((index, prompt), asked) in new.iter().zip(&asked) {
        match asked {
            AskOutcome::Answered(answer) => {
                kept.push((prompt.key.as_str(), answer));
                answers.insert(*index, answer.clone());
            }
            AskOutcome::Failed(reason) => drop(answers.insert(*index, Err(reason.clone()))),
        }
    }
    // One line for a run, whatever the number of posts: the first reason is why the others were not asked.
    if let Some(reason) = asked.iter().find_map(|asked| match asked {
        AskOutcome::Failed(reason) => Some(reason),
        AskOutcome::Answered(_) => None,
    }) {
        tracing::warn!("not every teaser could be asked of the language model: {reason}");
    }
    let used: Vec<&str> = known_ones.iter().map(|(_, prompt)| prompt.key.as_str()).collect();
    for (index, prompt) in known_ones {
        answers.extend(known.get(&prompt.key).map(|answer| (*index, answer.clone())));
    }
    if (!kept.is_empty() || !used.is_empty())
        && let Err(error) = store.save_model_answers(&kept, &used, now).await
    {
        tracing::warn!("the answers of the language model cannot be kept: {error}");
    }
    answers
}

/// An editor's teaser of a post, where the config holds one.
fn pinned<'a>(post: &Post, teasers: &'a BTreeMap<String, String>) -> Option<&'a str> {
    let link = post.url.as_ref().map(canonical);
    let mut pins = teasers.iter();
    let own = |key: &str| key == post.id.as_str() || Url::parse(key).is_ok_and(|url| Some(canonical(&url)) == link);
    pins.find(|(key, _)| own(key)).map(|(_, words)| words.as_str())
}
