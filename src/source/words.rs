//! What pages and feeds say around an article, in all languages at once: nobody knows a page's before it is read.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use serde::Deserialize;

use crate::languages::{DATES, tables};

/// The words, in lower case; `languages/en.toml` says what each list of its table `source` is for.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Words {
    /// The number of each month, by all its names.
    #[serde(skip)]
    month_numbers: HashMap<String, u32>,
    pub(super) within_date: Vec<String>,
    pub(super) before_date: Vec<String>,
    pub(super) before_author: Vec<String>,
    pub(super) between_author_and_date: Vec<String>,
    pub(super) between_authors: Vec<String>,
    pub(super) lower_case_in_names: Vec<String>,
    pub(super) roles: Vec<String>,
    pub(super) sections: Vec<String>,
    pub(super) boilerplate: HashSet<String>,
    pub(super) boilerplate_starts: Vec<String>,
    pub(super) other_posts: Vec<String>,
}

/// The words of all languages.
pub(super) static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut all = Words::default();
    for (_, words) in tables("source") {
        all.add(words);
    }
    for (_, dates) in DATES.iter() {
        for months in [&dates.months, &dates.short_months] {
            for (number, names) in (1..).zip(months) {
                all.month_numbers.extend(names.iter().map(|name| (name.clone(), number)));
            }
        }
    }
    // Of two that begin alike, the longer one is meant.
    for labels in [&mut all.before_date, &mut all.before_author] {
        labels.sort_by_key(|label| std::cmp::Reverse(label.len()));
    }
    all
});

impl Words {
    /// The number of a month by its name or the usual short form of it, in lower case.
    pub(super) fn month(&self, name: &str) -> Option<u32> {
        self.month_numbers.get(name).copied()
    }

    fn add(&mut self, more: Words) {
        self.boilerplate.extend(more.boilerplate);
        for (list, words) in [
            (&mut self.within_date, more.within_date),
            (&mut self.before_date, more.before_date),
            (&mut self.before_author, more.before_author),
            (&mut self.between_author_and_date, more.between_author_and_date),
            (&mut self.between_authors, more.between_authors),
            (&mut self.lower_case_in_names, more.lower_case_in_names),
            (&mut self.roles, more.roles),
            (&mut self.sections, more.sections),
            (&mut self.boilerplate_starts, more.boilerplate_starts),
            (&mut self.other_posts, more.other_posts),
        ] {
            list.extend(words);
        }
    }
}
