//! Words that say little.

use super::word_key::key;

/// Says whether a character stands in any text of a script without spaces between words.
pub(super) fn is_stop_character(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{309f}') || COMMON_CHARACTERS.contains(c)
}

/// Characters of scripts without spaces between words.
pub(super) fn is_character_word(c: char) -> bool {
    matches!(c, '\u{e01}'..='\u{e7f}' | '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Says whether `word`, in lower case, is one that any text is full of.
pub(super) fn is_stop_word(word: &str) -> bool {
    let hash = key(word);
    let mut slot = slot(hash);
    while let Some(place) = TABLE.get(slot).copied().filter(|place| *place != 0) {
        if STOP.get(usize::from(place) - 1) == Some(&word) {
            return true;
        }
        slot = (slot + 1) % SLOTS;
    }
    false
}

const SLOTS: usize = 2_048;

const fn slot(hash: u64) -> usize {
    ((hash ^ (hash >> 32)) % SLOTS as u64) as usize
}

/// The places of the words of [`STOP`], counted from one, by the hash of the word.
static TABLE: [u16; SLOTS] = {
    let mut table = [0; SLOTS];
    let mut at = 0;
    while at < STOP.len() {
        let mut slot = slot(key(STOP[at]));
        while table[slot] != 0 {
            slot = (slot + 1) % SLOTS;
        }
        at += 1;
        table[slot] = at as u16;
    }
    table
};

const COMMON_CHARACTERS: &str = "的了在是和有我他她它们这那为不一个上也与及或等将对以于而就都到";

/// Function words of the languages that the web is mostly written in, sorted.
#[rustfmt::skip]
const STOP: &[&str] = &[
    "a", "aan", "aber", "about", "after", "al", "ale", "all", "alla", "als", "also", "am", "an", "anche", "and",
    "any", "ao", "aos", "are", "as", "at", "att", "até", "au", "auch", "auf", "aus", "aux", "av", "avec", "be",
    "because", "been", "before", "bei", "being", "between", "bij", "bis", "both", "but", "by", "c", "can", "ce",
    "ces", "cette", "che", "ci", "co", "com", "come", "comme", "como", "con", "contra", "could", "cuando", "d", "da",
    "dan", "dans", "das", "dass", "dat", "de", "dei", "del", "della", "delle", "dem", "den", "depois", "der", "des",
    "desde", "det", "deze", "di", "did", "die", "diese", "dieser", "dieses", "dit", "dla", "do", "does", "donde",
    "door", "dos", "du", "durante", "durch", "during", "e", "each", "een", "ein", "eine", "einem", "einen", "einer",
    "eines", "el", "ela", "elas", "ele", "eles", "elle", "eller", "em", "en", "entre", "er", "era", "es", "ese",
    "eso", "essa", "esse", "est", "esta", "este", "está", "et", "ett", "eu", "foi", "for", "from", "från", "för",
    "für", "gli", "ha", "haben", "had", "han", "har", "has", "hasta", "hat", "have", "havia", "hay", "he", "her",
    "het", "hier", "him", "his", "how", "hun", "há", "i", "ich", "if", "ihr", "il", "ils", "im", "in", "inte", "into",
    "is", "isso", "ist", "it", "its", "jak", "jako", "je", "jest", "jsou", "just", "já", "k", "kan", "kann", "která",
    "které", "který", "która", "które", "który", "können", "l", "la", "las", "le", "les", "leur", "leurs", "ll", "lo",
    "los", "lub", "m", "ma", "maar", "mais", "man", "mas", "may", "me", "med", "mehr", "men", "mesmo", "met", "meu",
    "minha", "mit", "more", "most", "much", "muito", "muy", "my", "más", "n", "na", "naar", "nach", "nas", "ne",
    "nebo", "nel", "nella", "nem", "ni", "nicht", "nie", "niet", "no", "noch", "non", "nos", "nossa", "nosso", "not",
    "notre", "nous", "nuestra", "nuestro", "num", "numa", "nur", "não", "när", "o", "och", "od", "oder", "of", "om",
    "on", "only", "ont", "ook", "op", "or", "oraz", "os", "other", "otros", "ou", "our", "out", "over", "par", "para",
    "pas", "pela", "pelo", "pelos", "per", "pero", "più", "plus", "po", "por", "porque", "pour", "pro", "przez",
    "przy", "på", "qu", "quando", "que", "quem", "questa", "questo", "qui", "quien", "re", "s", "sa", "se", "sei",
    "sein", "seja", "sem", "ser", "ses", "seu", "seus", "she", "should", "si", "sich", "sie", "sig", "sin", "sind",
    "się", "so", "sobre", "som", "some", "son", "sono", "sont", "su", "sua", "suas", "such", "sur", "sus", "são",
    "så", "sí", "só", "są", "t", "también", "também", "te", "tem", "ter", "than", "that", "the", "their", "them",
    "then", "there", "these", "they", "this", "those", "through", "till", "to", "todo", "todos", "tym", "têm", "u",
    "uit", "um", "uma", "un", "una", "und", "under", "une", "uno", "unser", "unsere", "up", "us", "v", "van", "var",
    "ve", "very", "vi", "você", "von", "voor", "vor", "vos", "votre", "vous", "w", "war", "was", "we", "wenn", "werd",
    "werden", "were", "what", "when", "where", "which", "while", "who", "wie", "wij", "will", "wir", "wird", "with",
    "wordt", "would", "wurde", "y", "ya", "you", "your", "z", "za", "ze", "zijn", "zu", "zum", "zur", "à", "às", "är",
    "è", "é", "été", "être", "über", "że", "že", "а", "был", "была", "были", "было", "быть", "в", "весь", "вы", "для",
    "до", "его", "если", "её", "же", "за", "и", "из", "или", "их", "к", "как", "которая", "которые", "который", "мы",
    "на", "наш", "не", "но", "о", "она", "они", "от", "по", "при", "с", "так", "также", "того", "только", "тот", "ты",
    "у", "уже", "что", "эта", "эти", "это", "этого", "этот", "я", "इस", "एक", "और", "कर", "का", "कि", "की", "के",
    "को", "तो", "था", "नहीं", "ने", "पर", "भी", "में", "यह", "या", "लिए", "से", "ही", "है", "हैं",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn function_words_are_found() {
        assert!(STOP.is_sorted());
        for word in ["the", "и", "für", "para"] {
            assert!(is_stop_word(word), "{word}");
        }
        for word in ["harbour", "причал", ""] {
            assert!(!is_stop_word(word), "{word}");
        }
        assert!(is_stop_character('の') && is_stop_character('的') && !is_stop_character('港'));
    }
}
