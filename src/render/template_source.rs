//! Where templates come from.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

use crate::diagnostic::{Diagnostic, Explain as _};

use super::{error::Error, templates::TemplateSet};

/// The templates to lay editions out with: the built-in ones, and those of a folder, which win.
///
/// They are read anew each time they are needed, or stay as they were when [`read_now`](Self::read_now) was called.
#[derive(Debug, Clone, Default)]
pub struct Templates {
    folder: Option<PathBuf>,
    read: Option<Arc<TemplateSet>>,
}

impl Templates {
    /// The built-in ones alone.
    pub fn built_in() -> Self {
        Self::default()
    }

    /// Those of a folder before the built-in ones.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: Some(folder.into()), read: None }
    }

    /// The user's folder.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// The same templates as they are now, whatever becomes of their files; looks for those named.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn read_now(&self, names: &[&str]) -> Result<Self, Error> {
        let read = Self { read: None, ..self.clone() }.load()?;
        names.iter().try_for_each(|name| read.find_named(&format!("{name}.mjml")))?;
        Ok(Self { read: Some(read), ..self.clone() })
    }

    /// Parses every template, and looks for the one named.
    ///
    /// # Errors
    /// A template that cannot be read or parsed, or that is not there.
    pub fn check(&self, name: &str) -> Result<(), Error> {
        self.load()?.find_named(&format!("{name}.mjml"))
    }

    /// Gives them, parsed.
    ///
    /// # Errors
    /// A file that cannot be read or parsed, with its path, line and column.
    pub(super) fn load(&self) -> Result<Arc<TemplateSet>, Error> {
        static BUILT_IN: LazyLock<Result<Arc<TemplateSet>, Diagnostic>> =
            LazyLock::new(|| TemplateSet::parse(None).map(Arc::new).map_err(|error| error.diagnostic()));
        match (&self.read, self.folder.as_deref().filter(|folder| folder.is_dir())) {
            (Some(read), _) => Ok(Arc::clone(read)),
            (None, Some(folder)) => TemplateSet::parse(Some(folder)).map(Arc::new),
            (None, None) => BUILT_IN.clone().map_err(Error::Template),
        }
    }
}
