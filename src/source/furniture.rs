//! The lines of a page that are no part of any article.

/// Says whether a line is there for the reader of the page, not of the article: print and share links,
/// switches of the font size, navigation.
pub fn is_furniture(line: &str) -> bool {
    const WORDS: &[&str] = &[
        "print",
        "share",
        "share this",
        "share this page",
        "share this article",
        "share this post",
        "share this story",
        "email",
        "e-mail",
        "e-mail this",
        "email this",
        "email this page",
        "tweet",
        "post",
        "like",
        "pin",
        "pin it",
        "facebook",
        "twitter",
        "x",
        "linkedin",
        "whatsapp",
        "reddit",
        "telegram",
        "mastodon",
        "bluesky",
        "pinterest",
        "copy link",
        "save",
        "bookmark",
        "listen",
        "print this page",
        "print this article",
        "printer friendly",
        "printer-friendly",
        "printer-friendly version",
        "print version",
        "download pdf",
        "pdf",
        "font size",
        "text size",
        "a",
        "a-",
        "a+",
        "aa",
        "aaa",
        "a a",
        "a a a",
        "a- a a+",
        "a- a+",
        "a+ a-",
        "a+ a a-",
        "increase font size",
        "decrease font size",
        "larger",
        "smaller",
        "reset",
        "skip to content",
        "skip to main content",
        "back",
        "back to top",
        "top",
        "back to news",
        "menu",
        "search",
        "home",
        "subscribe",
        "sign up",
        "log in",
        "login",
        "follow us",
        "comments",
        "leave a comment",
        "leave a reply",
        "advertisement",
        "advertising",
        "anzeige",
        "close",
        "next",
        "previous",
        "next article",
        "previous article",
        "drucken",
        "teilen",
        "imprimer",
        "partager",
        "compartir",
        "imprimir",
        "stampa",
        "condividi",
        "schriftgröße",
        "read more",
        "continue reading",
        "more",
        "no comments",
        "share on facebook",
        "share on twitter",
        "share on x",
        "share on linkedin",
        "share via email",
        "send by email",
        "send to a friend",
        "share by email",
        "copy url",
        "min read",
        "minute read",
        "minutes read",
        "# min read",
        "# mins read",
        "# minute read",
        "# minutes read",
        "read time: # min",
        "reading time: # min",
        "reading time: # minutes",
        "# comment",
        "# comments",
        "# share",
        "# shares",
        "# like",
        "# likes",
        "# view",
        "# views",
        "- # -",
        "loading",
        "sign in",
        "accept",
        "accept all",
        "accept cookies",
        "manage options",
        "cookie settings",
        "click here to print",
        "older posts",
        "newer posts",
        "today",
        "yesterday",
        "# minutes ago",
        "# hours ago",
        "# hour ago",
        "# days ago",
        "# day ago",
        "weiterlesen",
        "mehr lesen",
        "lire la suite",
        "leer más",
        "続きを読む",
        "印刷",
        "共有",
    ];
    const STARTS: &[&str] = &[
        "print friendly",
        "printer friendly",
        "printer-friendly",
        "click to share",
        "click to print",
        "click to email",
        "share this",
        "share on ",
        "view all",
        "see all ",
        "posted in ",
        "posted under ",
        "filed under",
        "tagged ",
        "tags: ",
        "topics: ",
        "categories: ",
        "enter your email",
        "sign up for ",
        "sign up to ",
        "subscribe to ",
        "read more about ",
        "continue reading ",
    ];
    if !line.contains(char::is_alphanumeric) {
        return true;
    }
    let lower = line.trim().to_lowercase();
    let lower = lower.trim_matches(|c: char| {
        matches!(c, '|' | '·' | '»' | '«' | '›' | '‹' | '→' | '←' | ':' | '.' | '…' | '[' | ']' | ' ')
    });
    if lower.chars().count() > 120 {
        return false;
    }
    if lower.is_empty() || WORDS.contains(&lower) || WORDS.contains(&numbered(lower).as_str()) {
        return true;
    }
    let sentence = line.trim_end().ends_with(['.', '!', '?', '"']);
    if !sentence && lower.chars().count() <= 80 && STARTS.iter().any(|start| lower.starts_with(start)) {
        return true;
    }
    // A row of them: `Print | Share | A A A`, `Share: Facebook Twitter`.
    let parts: Vec<&str> = lower
        .split(['|', '·', '•', '/', ':', ',', '»', '>', '›'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    if parts.len() > 1
        && parts.iter().all(|part| WORDS.contains(part) || part.split_whitespace().all(|word| WORDS.contains(&word)))
    {
        return true;
    }
    let words: Vec<&str> = lower.split_whitespace().collect();
    words.len() > 1
        && words
            .iter()
            .all(|word| WORDS.contains(&word.trim_matches(|c: char| !c.is_alphanumeric() && c != '+' && c != '-')))
}

/// The words with `#` for each number.
fn numbered(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            c if c.is_ascii_digit() && out.ends_with('#') => {}
            c if c.is_ascii_digit() => out.push('#'),
            c => out.push(c),
        }
    }
    out
}

/// Says whether a line heads a list of other posts.
pub fn heads_others(line: &str) -> bool {
    const STARTS: &[&str] = &[
        "more ",
        "related",
        "recent",
        "latest",
        "older ",
        "earlier ",
        "other ",
        "also ",
        "you may also",
        "you might also",
        "read next",
        "read also",
        "see also",
        "up next",
        "popular",
        "most read",
        "trending",
        "further reading",
        "archive",
        "from the archive",
        "recommended",
        "in other news",
        "news archive",
        "weitere",
        "mehr ",
        "ähnliche",
        "auch interessant",
        "verwandte",
        "à lire",
        "articles similaires",
        "más ",
        "relacionad",
        "leia também",
        "关连",
        "関連",
    ];
    let lower = line.trim().to_lowercase();
    lower.chars().count() <= 60 && !lower.ends_with('.') && STARTS.iter().any(|start| lower.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn furniture_is_known() {
        for line in [
            "Print",
            "Share",
            "A A A",
            "Print | Share | A A A",
            "Share: Facebook Twitter LinkedIn",
            "A- A A+",
            "» Print",
            "Print Email Share",
        ] {
            assert!(is_furniture(line), "{line}");
        }
        for line in ["The print shop has closed", "Jane Doe", "A boat", "Share prices fall"] {
            assert!(!is_furniture(line), "{line}");
        }
    }
}
