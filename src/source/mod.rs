//! Where posts come from. [`gather`] reads every source at the same time and never fails: what went wrong
//! is part of its answer.

pub(crate) mod address_guard;
mod boilerplate;
mod budget;
mod byline;
mod byline_markup;
mod charset;
mod copied_text;
mod date;
mod document;
pub mod feed;
pub mod fetch;
mod folder;
mod front_matter;
mod full_text;
mod gather;
mod kind;
pub mod listing;
mod local_file;
mod outline;
pub mod page;
pub mod site;
mod words;

pub(crate) use byline::is_byline;
pub use document::{Document, FolderReport, Parsed, PassedOver, Problem, Validator, Validators};
pub use document::{FetchState, Fetched, Gathered};
pub use folder::is_permalink;
pub use gather::{GatherContext, gather};
pub use kind::{FolderOptions, Glob, Kind, Location, Selectors, Source};
