//! What the other side said.

/// What the other side said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reply {
    /// The three digits (RFC 5321 4.2); 0 where there was no SMTP.
    pub code: u16,
    /// Class, subject, detail (RFC 3463), where given.
    pub enhanced: Option<(u8, u16, u16)>,
    /// Its words, one line, to_printable.
    pub text: String,
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.code > 0 {
            write!(f, "{} ", self.code)?;
        }
        if let Some((class, subject, detail)) = self.enhanced {
            write!(f, "{class}.{subject}.{detail} ")?;
        }
        f.write_str(&self.text)
    }
}
