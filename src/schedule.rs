//! When a digest is due; pure.

/// A recurring time, as written in the config.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Schedule(String);

impl TryFrom<String> for Schedule {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Ok(Self(text))
    }
}

impl Schedule {
    /// The first due instant after `after`; `None` where there is none within the next four years.
    pub fn next(
        &self,
        after: chrono::DateTime<chrono::Utc>,
        zone: chrono_tz::Tz,
    ) -> Option<chrono::DateTime<chrono::Utc>> {
        let _ = (after, zone);
        None
    }
}
