//! Which language a text is in: its script, then the small words that every sentence needs.

use std::{collections::HashMap, sync::LazyLock};

use super::script::{SCRIPTS, Script, script_of};
use crate::html::{Block, BlockKind};

/// The language of a post: what its body is written in where that is plain, else what its publisher says.
pub(super) fn detect_post_language(tag: Option<&str>, blocks: &[Block]) -> Option<&'static str> {
    of_body(blocks).or_else(|| {
        let primary = tag?.split(['-', '_']).next()?.to_ascii_lowercase();
        let primary = match primary.as_str() {
            "nb" | "nn" | "no" => "da",
            "sk" => "cs",
            other => other,
        };
        WORDS.iter().map(|(code, _)| *code).chain(BY_SCRIPT.iter().copied()).find(|code| *code == primary)
    })
}

/// So many octets of a body tell its language.
const SAMPLE: usize = 800;

fn of_body(blocks: &[Block]) -> Option<&'static str> {
    let mut found = Evidence::default();
    let mut read = 0;
    for block in blocks {
        if matches!(block.kind, BlockKind::Paragraph | BlockKind::ListItem | BlockKind::Quote) {
            let text = block.text.get(..block.text.floor_char_boundary(SAMPLE)).unwrap_or_default();
            found.read(text);
            read += text.len();
            if read >= SAMPLE {
                break;
            }
        }
    }
    found.language(4)
}

/// The language of a sentence, where it is plain.
pub(super) fn detect_language(text: &str) -> Option<&'static str> {
    let mut found = Evidence::default();
    found.read(text.get(..text.floor_char_boundary(SAMPLE)).unwrap_or_default());
    found.language(2)
}

/// Says whether `text` is plainly in another language than `expected`.
pub(super) fn is_other_language(text: &str, expected: &'static str) -> bool {
    let mut found = Evidence::default();
    found.read(text.get(..text.floor_char_boundary(SAMPLE)).unwrap_or_default());
    let (Some(script), Some(own)) = (found.script(), language_script(expected)) else { return false };
    if script != own {
        // Chinese and Japanese say much between foreign names, and Japanese may do without kana for a few words.
        let few = match own {
            Script::Kana => found.of(Script::Kana) * 12 >= found.letters || script == Script::Han && found.letters < 16,
            Script::Han | Script::Hangul => script == Script::Latin && found.of(own) * 8 >= found.letters,
            _ => false,
        };
        return found.letters >= 8 && !few;
    }
    let (best, most) = found.best();
    best != expected && most >= 3 && 2 * most >= 3 * found.count(expected) + 4
}

/// Languages that their script gives away.
const BY_SCRIPT: &[&str] = &["zh", "ja", "ko", "el", "he", "th", "hi", "ar"];

fn language_script(language: &str) -> Option<Script> {
    Some(match language {
        "zh" => Script::Han,
        "ja" => Script::Kana,
        "ko" => Script::Hangul,
        "el" => Script::Greek,
        "he" => Script::Hebrew,
        "th" => Script::Thai,
        "hi" => Script::Devanagari,
        "ar" => Script::Arabic,
        "ru" | "uk" | "bg" => Script::Cyrillic,
        _ if WORDS.iter().any(|(code, _)| *code == language) => Script::Latin,
        _ => return None,
    })
}

/// Small words of each language; a word may stand in several.
const WORDS: &[(&str, &str)] = &[
    (
        "en",
        "the of and to in is that for with on are this by from was be not have has it as at you we an or which can \
         will our your their its about how what when who more than but they he she his her all been were would there",
    ),
    (
        "de",
        "der die das und ist zu den mit von für auf nicht ein eine im dem sich des auch als an wird sind es aus bei nach \
         einen einer wie wir ich sie er über noch zum zur oder am werden haben hat aber wenn durch kann einem eines",
    ),
    (
        "fr",
        "le la les des et est une un du pour dans que qui sur avec pas au ce sont par plus il nous vous ne se aux cette \
         ou mais leur été à ses son sa ces comme elle ont être fait d'un d'une c'est n'est qu'il",
    ),
    (
        "es",
        "el la los las de y en que un una por para con del se es no su al lo como más pero sus este esta son ha desde \
         hasta está fue hay ya o muy también sobre entre cuando han",
    ),
    (
        "pt",
        "o a os as de e em que um uma por para com do da dos das no na se é não mais ao seu sua como foi são à pelo pela \
         nos nas mas está ou também até isso ele ela já às aos num numa",
    ),
    (
        "it",
        "il la le gli di e che un una per con del della dei delle è non nel nella sono da al alla si più come anche ma lo \
         questo questa dal dalla ha essere i dell' nell' sul sulla tra fra",
    ),
    (
        "nl",
        "de het een en van in is dat op te voor met zijn niet aan er om ook als bij naar maar uit door over wordt deze dit \
         worden heeft hebben nog kan wat geen die of we je",
    ),
    (
        "sv",
        "och att det som en på är av för med den till inte har de ett om var jag vi kan så från men nu när eller också vid \
         ska mot efter under alla",
    ),
    (
        "da",
        "og at det som en på er av af for med den til ikke har de et om var jeg vi kan så fra men nå når eller også ved \
         skal mot etter efter under alle blev ble bliver",
    ),
    (
        "pl",
        "i w na z do się nie jest to że o jak po za od dla ale oraz przez ma tym są który która które co być już tylko \
         może czy ich jego przy także",
    ),
    (
        "cs",
        "a v na se je z do že to s o pro jako si od po za ale které který která jsou byl byla bylo nebo také při podle \
         které už jen aby sa ako pre ktoré ktorý nie sú by",
    ),
    (
        "fi",
        "ja on ei se että oli hän ovat mutta myös kuin niin jos tai sekä kun joka jotka voi olla ole vain nyt mitä tämä \
         kanssa sen",
    ),
    (
        "hu",
        "a az és hogy nem is egy ez van volt meg de csak már vagy mint el még ki ha kell lehet azt ezt aki ami minden \
         után szerint",
    ),
    (
        "ro",
        "și de la în a cu pe este nu o un că se din care mai sunt pentru sau fost ce le au ca prin după dar fi lui \
         această acest între",
    ),
    (
        "tr",
        "ve bir bu da de için ile çok olarak daha ne gibi var en kadar olan o sonra ama değil her mi ya yeni iki oldu",
    ),
    (
        "id",
        "yang dan di ini itu dengan untuk dari pada tidak ke adalah dalam akan juga ada oleh telah atau bisa dapat karena \
         kita kami saya lebih tersebut",
    ),
    ("vi", "và của là có được cho không các một những với người trong này để khi đã từ đến về như cũng nhiều"),
    (
        "ca",
        "el la els les de i en que un una per amb del és no al més com però també són ha des fins aquest aquesta dels \
         les seva seu ho hi",
    ),
    (
        "ru",
        "и в не на что с как это по он к из но а за от для то же так у о мы бы все его было или если до уже при их только \
         может чтобы который она они был есть во со после",
    ),
    (
        "uk",
        "і в не на що з як це по він до та але за від для то ж так у ми би його було або якщо вже при їх тільки може щоб \
         який вона вони був є про",
    ),
    (
        "bg",
        "и в не на че с като това по той до за от но са се да му или ако вече при им само може който тя те беше е ще си",
    ),
];

/// Letters that no other language of the list has.
const LETTERS: &[(&str, &str)] = &[
    ("de", "ß"),
    ("es", "ñ¿¡"),
    ("pt", "ãõ"),
    ("pl", "łąęśź"),
    ("cs", "ěřůďťň"),
    ("hu", "őű"),
    ("ro", "țșă"),
    ("tr", "ğışİ"),
    ("vi", "ạảấầậắặếềệốồộớờợứừựịọụđ"),
    ("ru", "ыэё"),
    ("uk", "іїєґ"),
    ("bg", "ѝ"),
];

static LOOK_UP: LazyLock<HashMap<&'static str, u32>> = LazyLock::new(|| {
    let mut map = HashMap::new();
    for (index, (_, words)) in WORDS.iter().enumerate() {
        for word in words.split_whitespace() {
            *map.entry(word).or_default() |= 1_u32 << index;
        }
    }
    map
});

/// What was counted in a text.
#[derive(Debug, Default)]
struct Evidence {
    letters: usize,
    scripts: [usize; SCRIPTS.len()],
    words: [usize; WORDS.len()],
}

impl Evidence {
    fn read(&mut self, text: &str) {
        let ascii = text.bytes().filter(u8::is_ascii_alphabetic).count();
        self.letters += ascii;
        if let Some(count) = self.scripts.get_mut(Script::Latin as usize) {
            *count += ascii;
        }
        for c in text.chars().filter(|c| !c.is_ascii() && c.is_alphabetic()) {
            self.letters += 1;
            if let Some(count) = self.scripts.get_mut(script_of(c) as usize) {
                *count += 1;
            }
            if matches!(c, '\u{df}'..='\u{491}' | '\u{1ea0}'..='\u{1ef9}') {
                let language = LETTERS.iter().find(|(_, letters)| letters.contains(c)).map(|(language, _)| *language);
                let index = WORDS.iter().position(|(code, _)| Some(*code) == language);
                if let Some(count) = index.and_then(|index| self.words.get_mut(index)) {
                    *count += 1;
                }
            }
        }
        let mut lower = String::with_capacity(32);
        for word in text.split(|c: char| !c.is_alphabetic() && !matches!(c, '\'' | '’')) {
            // The small words are short.
            if word.is_empty() || word.len() > 18 {
                continue;
            }
            lower.clear();
            lower.extend(word.chars().map(|c| if c == '’' { '\'' } else { c }).flat_map(char::to_lowercase));
            let mut languages = LOOK_UP.get(lower.as_str()).copied().unwrap_or_default();
            while languages != 0 {
                if let Some(count) = self.words.get_mut(languages.trailing_zeros() as usize) {
                    *count += 1;
                }
                languages &= languages - 1;
            }
        }
    }

    fn of(&self, script: Script) -> usize {
        self.scripts.get(script as usize).copied().unwrap_or_default()
    }

    /// The script that most letters are of.
    fn script(&self) -> Option<Script> {
        let of = |script| self.of(script);
        // Japanese mixes its kana with Chinese characters.
        let (kana, han) = (of(Script::Kana), of(Script::Han));
        let most = SCRIPTS.into_iter().max_by_key(|script| of(*script)).filter(|script| of(*script) > 0)?;
        Some(if matches!(most, Script::Kana | Script::Han) {
            if kana * 12 >= kana + han { Script::Kana } else { Script::Han }
        } else {
            most
        })
    }

    fn count(&self, language: &str) -> usize {
        WORDS.iter().zip(self.words).find(|((code, _), _)| *code == language).map_or(0, |(_, count)| count)
    }

    /// The language with the most small words, and how many.
    fn best(&self) -> (&'static str, usize) {
        let mut best = ("", 0);
        for ((code, _), count) in WORDS.iter().zip(self.words) {
            if count > best.1 {
                best = (code, count);
            }
        }
        best
    }

    /// The language, where at least `enough` small words tell.
    fn language(&self, enough: usize) -> Option<&'static str> {
        match self.script()? {
            Script::Latin | Script::Cyrillic => {
                let (best, most) = self.best();
                let second =
                    WORDS.iter().zip(self.words).filter(|((code, _), _)| *code != best).map(|(_, count)| count);
                (most >= enough && second.max().unwrap_or_default() < most).then_some(best)
            }
            Script::Han => Some("zh"),
            Script::Kana => Some("ja"),
            Script::Hangul => Some("ko"),
            Script::Greek => Some("el"),
            Script::Hebrew => Some("he"),
            Script::Thai => Some("th"),
            Script::Devanagari => Some("hi"),
            Script::Arabic => Some("ar"),
            Script::Other => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLES: &[(&str, &str)] = &[
        ("en", "Divers found a hole in the quay on Sunday, and the repair will take until the end of May."),
        ("de", "Taucher haben am Sonntag ein Loch in der Mole gefunden, und die Reparatur dauert bis Ende Mai."),
        ("fr", "Des plongeurs ont trouvé un trou dans le quai, et la réparation va durer jusqu’à la fin de mai."),
        ("es", "Los buzos hallaron un agujero en el muelle y la reparación durará hasta el final de mayo."),
        ("pt", "Os mergulhadores acharam um buraco no cais e a reparação vai durar até ao fim de maio."),
        ("ru", "Водолазы нашли в причале дыру, и ремонт продлится до конца мая, если не будет штормов."),
        ("zh", "潜水员星期天在码头发现了一个洞，修理要到五月底。"),
        ("ja", "日曜日に潜水士が岸壁に穴を見つけ、修理は五月の末までかかる。"),
        ("cs", "Potápěči našli v molu díru a oprava potrvá až do konce května, jak řekl správce, který je na místě."),
        ("hi", "गोताखोरों को रविवार को घाट में एक छेद मिला और मरम्मत मई के अंत तक चलेगी।"),
        ("ko", "잠수부들이 일요일에 부두에서 구멍을 발견했고 수리는 오월 말까지 걸린다."),
    ];

    #[test]
    fn languages_are_told_apart() {
        for (language, text) in SAMPLES {
            assert_eq!(detect_language(text), Some(*language), "{text}");
            for (other, foreign) in SAMPLES {
                assert_eq!(is_other_language(foreign, language), other != language, "{foreign} in {language}");
            }
        }
    }

    #[test]
    fn names_and_short_words_are_not_foreign() {
        assert!(!is_other_language("Anna Müller traf Jean-Luc Dupont.", "en"));
        assert!(!is_other_language("PostgreSQL 18 ist da.", "de"));
        assert!(!is_other_language("Tidings 0.2 が出た。", "ja"));
        assert!(!is_other_language("東京都知事選挙", "ja"));
        assert!(!is_other_language("Rust 1.95.", "zh"));
    }

    #[test]
    fn the_body_says_more_than_the_tag() {
        let block = |text: &str| Block { kind: BlockKind::Paragraph, text: text.to_owned() };
        assert_eq!(detect_post_language(Some("en-us"), &[block(SAMPLES[1].1)]), Some("de"));
        assert_eq!(detect_post_language(Some("pt-PT"), &[block("Cais.")]), Some("pt"));
        assert_eq!(detect_post_language(None, &[block("Cais.")]), None);
        assert_eq!(detect_post_language(Some("xx"), &[]), None);
    }
}
