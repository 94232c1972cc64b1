use std::sync::Arc;

/// A picture that goes along with the mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embedded {
    /// What `cid:` addresses call it, without angle brackets: the same for the same octets.
    pub cid: String,
    /// `image/jpeg` or `image/png`.
    pub media_type: String,
    /// The file.
    pub octets: Arc<[u8]>,
}

impl Embedded {
    /// The address by which the HTML part shows it.
    pub fn address(&self) -> String {
        format!("cid:{}", self.cid)
    }

    /// A name for who saves it.
    pub fn file_name(&self) -> String {
        let ending = if self.media_type == "image/png" { "png" } else { "jpg" };
        format!("{}.{ending}", self.cid.split('@').next().unwrap_or_default())
    }
}
