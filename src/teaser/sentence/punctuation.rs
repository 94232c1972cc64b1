//! The characters that end, open and close sentences, in all scripts.

/// Says whether the octet begins a character that [`super::end_of`] must look at. All others are passed over quickly.
pub(super) const fn may_matter(octet: u8) -> bool {
    MATTERS[octet as usize]
}

const MATTERS: [bool; 256] = {
    let mut table = [false; 256];
    // Latin signs, then the first octets of what the functions below name: ";" (Greek), ":" (Armenian), "։", "؟", "۔", "߸", "।", "።",
    // "…" and curly quotes, Chinese and Japanese signs, "꧉" and the like, full-width forms.
    let octets = b".!?;:([\"\xcd\xd6\xd8\xdb\xdf\xe0\xe1\xe2\xe3\xea\xef";
    let mut at = 0;
    while at < octets.len() {
        table[octets[at] as usize] = true;
        at += 1;
    }
    table
};

/// Terminators that always end a sentence, a space behind them or not: their scripts use them for nothing else.
pub(super) fn is_full_stop(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '｡' | '．' | '।' | '॥' | '؟' | '۔' | '։' | '።' | '፧' | '፨' | '၊'..='။' if c != '၊')
        || matches!(c, '។' | '៕' | '᠃' | '᠉' | '᱾' | '᱿' | '᭞' | '᭟' | '꧈' | '꧉' | '꩝'..='꩟' | '꯫' | '꛳' | '꛷' | '߹')
}

/// Terminators that may stand inside a sentence, too.
pub(super) fn is_stop(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '‼' | '⁇' | '⁈' | '⁉' | '‽' | '⸮' | '\u{37e}' | '།' | '༎')
}

/// What may stand right behind a terminator and still belongs to its sentence.
pub(super) fn is_closer(c: char) -> bool {
    matches!(c, '"' | '\'' | '”' | '’' | '“' | '‘' | '»' | '«' | '›' | '‹' | ')' | ']' | '}' | '*' | '_')
        || is_wide_closer(c)
        || is_superscript(c)
}

pub(super) fn is_wide_closer(c: char) -> bool {
    matches!(c, '」' | '』' | '）' | '】' | '〉' | '》' | '〕' | '］' | '＂' | '｣')
}

/// The numbers of footnotes.
fn is_superscript(c: char) -> bool {
    matches!(c, '¹' | '²' | '³' | '⁰' | '⁴'..='⁹')
}

/// What may stand before the first word of a sentence.
pub(super) fn is_opener(c: char) -> bool {
    matches!(
        c,
        '"' | '\''
            | '“'
            | '”'
            | '‘'
            | '’'
            | '„'
            | '‚'
            | '«'
            | '»'
            | '‹'
            | '›'
            | '('
            | '['
            | '{'
            | '¿'
            | '¡'
            | '—'
            | '–'
            | '-'
    ) || matches!(c, '―' | '•' | '*' | '_' | '「' | '『' | '（' | '【' | '《' | '〈')
}

/// The closing sign of a bracket or quotation inside which no sentence ends.
pub(super) fn closer_of(opener: char) -> Option<char> {
    Some(match opener {
        '(' => ')',
        '[' => ']',
        '「' => '」',
        '『' => '』',
        '（' => '）',
        '《' => '》',
        '【' => '】',
        '“' => '”',
        '"' => '"',
        _ => return None,
    })
}

/// Says whether `c` is an emoji, or a part of one.
pub(super) fn is_emoji(c: char) -> bool {
    matches!(c, '\u{200d}' | '\u{fe0f}' | '\u{20e3}' | '\u{231a}'..='\u{23ff}' | '\u{2600}'..='\u{27bf}')
        || matches!(c, '\u{2b05}'..='\u{2b55}' | '\u{1f000}'..='\u{1faff}' | '\u{e0020}'..='\u{e007f}')
}

/// Says whether `c` is written without spaces between words and sentences: Chinese characters and kana.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c, '々' | '〆' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Thai and Lao have no terminators: a paragraph is a sentence.
pub(super) fn is_without_terminators(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}')
}

/// Says whether `sign` ends sentences behind the letter `before`, while elsewhere it is punctuation within them: ";" is
/// the question mark of Greek, ":" is typed for the full stop of Armenian.
pub(super) fn is_local_stop(sign: char, before: Option<char>) -> bool {
    match sign {
        ';' => matches!(before, Some('\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}')),
        ':' => matches!(before, Some('\u{531}'..='\u{587}')),
        _ => false,
    }
}

/// Says whether `c` is lower case in a script where that means something: Georgian begins sentences with it.
pub(super) fn is_lower(c: char) -> bool {
    c.is_lowercase() && !matches!(c, '\u{10d0}'..='\u{10ff}' | 'ª' | 'º')
}
