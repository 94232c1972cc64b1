//! The file of a picture that a post of a folder names.

use std::path::{Component, Path, PathBuf};

use url::Url;

use crate::post::Image;

/// Where a post stands: what its relative addresses may mean.
pub struct PostLocation<'a> {
    /// The folder of the source.
    pub folder: &'a Path,
    /// The path of the post within it.
    pub post: &'a str,
    /// The address of the post.
    pub page: Option<&'a Url>,
    /// The address of the folder.
    pub base: Option<&'a Url>,
}

impl PostLocation<'_> {
    /// Remembers the file that an address leads to, where the folder holds it: beside the post, as its page shows it, or
    /// where its path says.
    pub fn find(&self, mut image: Image) -> Image {
        let Some(base) = self.base.filter(|base| base.origin() == image.url.origin()) else { return image };
        let path = image.url.path().to_owned();
        let beside = self.page.and_then(|page| path.strip_prefix(page.path()));
        if let Some(file) = beside.and_then(|rest| self.beside(rest)) {
            // A page that is a file of its own has no folder where its pictures could be.
            if !self.is_bundle() {
                image.url = self.address(&file).unwrap_or(image.url);
            }
            image.file = Some(file);
            return image;
        }
        let within = path.strip_prefix(base.path()).and_then(|rest| self.within(self.folder, rest));
        image.file = within.or_else(|| self.within(self.folder, &path));
        image
    }

    /// A picture named by a path, of a folder that no address leads to.
    pub fn named(&self, path: &str, alt: Option<String>) -> Option<Image> {
        let file = match path.strip_prefix('/') {
            Some(path) => self.within(self.folder, path),
            None => self.beside(path).or_else(|| self.within(self.folder, path)),
        }?;
        let url = Url::from_file_path(&file).ok()?;
        Some(Image { url, alt, width: None, height: None, file: Some(file) })
    }

    fn is_bundle(&self) -> bool {
        self.post.rsplit('/').next().is_some_and(|name| name.starts_with("index."))
    }

    fn beside(&self, rest: &str) -> Option<PathBuf> {
        let post = self.folder.join(self.post);
        self.within(post.parent()?, rest)
    }

    /// The file at a path of an address, unless it lies outside the folder, whatever links lead there.
    fn within(&self, start: &Path, path: &str) -> Option<PathBuf> {
        let mut url = Url::parse("file:///").ok()?;
        url.set_path(path);
        let path = url.to_file_path().ok()?;
        let path = path.strip_prefix("/").ok()?;
        if path.as_os_str().is_empty() || !path.components().all(|part| matches!(part, Component::Normal(_))) {
            return None;
        }
        let file = start.join(path).canonicalize().ok()?;
        (file.starts_with(self.folder.canonicalize().ok()?) && file.is_file()).then_some(file)
    }

    /// The address of a file in the folder.
    fn address(&self, file: &Path) -> Option<Url> {
        let inside = file.strip_prefix(self.folder.canonicalize().ok()?).ok()?.to_str()?;
        let mut url = self.base?.clone();
        url.path_segments_mut().ok()?.pop_if_empty().extend(inside.split('/'));
        Some(url)
    }
}
