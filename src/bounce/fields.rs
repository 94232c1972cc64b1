//! `Name: value` lines, as they stand in a header (RFC 5322 2.2) and in a delivery status (RFC 3464 2.1).

/// More fields than this no mailer writes.
const MAX_FIELDS: usize = 1_000;
/// So much of a value is kept.
const MAX_VALUE: usize = 8 * 1024;

/// The fields of a header or of a group: the names in lower case, the values on one line each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads lines up to the end, or up to the first empty one; what is no field is passed over.
    pub(super) fn read(octets: &[u8]) -> Self {
        let mut fields: Vec<(String, String)> = Vec::new();
        // What is passed over takes the lines with it that go on with it.
        let mut is_open = false;
        for line in lines(octets) {
            let text = String::from_utf8_lossy(&line[..line.len().min(MAX_VALUE)]);
            let text = text.trim_end();
            if text.trim_start().is_empty() {
                break;
            } else if text.starts_with([' ', '\t']) {
                if let Some((_, value)) = fields.last_mut().filter(|(_, value)| is_open && value.len() < MAX_VALUE) {
                    value.push(' ');
                    value.push_str(text.trim_start());
                }
            } else if let Some((name, value)) = text.split_once(':')
                && is_name(name.trim_end())
                && fields.len() < MAX_FIELDS
            {
                fields.push((name.trim_end().to_ascii_lowercase(), value.trim_start().to_owned()));
                is_open = true;
            } else {
                is_open = false;
            }
        }
        Self(fields)
    }

    /// Reads groups of fields with empty lines between them.
    pub(super) fn groups(octets: &[u8]) -> Vec<Self> {
        let mut groups = Vec::new();
        let mut group = Vec::new();
        for line in lines(octets).chain([&b""[..]]) {
            if !line.trim_ascii().is_empty() {
                group.extend_from_slice(line);
                group.push(b'\n');
            } else if !group.is_empty() {
                groups.push(Self::read(&group));
                group.clear();
            }
        }
        groups
    }

    /// The value of the first field of this name, which is given in lower case.
    pub(super) fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The values of all fields of this name, which is given in lower case.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The lines of some octets without their ends, LF or CRLF.
pub(super) fn lines(octets: &[u8]) -> impl Iterator<Item = &[u8]> {
    octets.split(|octet| *octet == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// Says whether this is the name of a field (RFC 5322 3.6.8).
fn is_name(name: &str) -> bool {
    (1..=100).contains(&name.len()) && name.bytes().all(|octet| matches!(octet, b'!'..=b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_unfolded_and_what_is_none_is_passed_over() {
        let fields = Fields::read(
            b"From x\r\n went on\r\nSTATUS: 5.1.1\r\nDiagnostic-Code : smtp; 550\r\n\t5.1.1 no\r\n such\r\nstatus:4\r\n\r\nAction: no\r\n",
        );
        assert_eq!(fields.all("status").collect::<Vec<_>>(), ["5.1.1", "4"]);
        assert_eq!(fields.first("diagnostic-code"), Some("smtp; 550 5.1.1 no such"));
        assert_eq!(fields.first("action"), None);
    }

    #[test]
    fn groups_have_any_number_of_empty_lines_between_them() {
        let groups = Fields::groups(b"\n\na: 1\nb: 2\n \r\n\nc: 3");
        let first: Vec<_> = groups.iter().map(|group| (group.first("a"), group.first("c"))).collect();
        assert_eq!(first, [(Some("1"), None), (None, Some("3"))]);
    }
}
