//! Our own words and the form of dates in the languages that we speak.

use std::collections::BTreeMap;

use chrono::{DateTime, Locale, Utc};

use super::Error;

use crate::{diagnostic::Diagnostic, zone::Zone};

/// The names of our words; each language gives them in this order.
///
/// `{date}`, `{authors}`, `{number}`, `{title}` and `{count}` in them are filled in. `other` stands over the posts of
/// no section, `more` over the list of those that have no room, `more_left` under it.
pub const KEYS: [&str; 11] =
    ["number", "posted", "by", "and", "read_on", "why", "unsubscribe", "other", "more", "more_left", "view"];

/// A language's words.
struct Words {
    language: &'static str,
    locale: Locale,
    /// A strftime form of the long date.
    date: &'static str,
    words: [&'static str; 11],
}

const WORDS: [Words; 11] = [
    Words {
        language: "en",
        locale: Locale::en_GB,
        date: "%-d %B %Y",
        words: [
            "No. {number}",
            "Posted {date}",
            "By {authors}",
            " and ",
            "Read on",
            "You get this mail because you subscribed to {title}.",
            "Unsubscribe",
            "Also",
            "More on the web",
            "{count} more in the plain-text version of this mail",
            "View in browser",
        ],
    },
    Words {
        language: "de",
        locale: Locale::de_DE,
        date: "%-d. %B %Y",
        words: [
            "Nr. {number}",
            "Veröffentlicht am {date}",
            "Von {authors}",
            " und ",
            "Weiterlesen",
            "Sie erhalten diese E-Mail, weil Sie {title} abonniert haben.",
            "Abbestellen",
            "Außerdem",
            "Mehr im Netz",
            "{count} weitere in der Textfassung dieser E-Mail",
            "Im Browser ansehen",
        ],
    },
    Words {
        language: "fr",
        locale: Locale::fr_FR,
        date: "%-d %B %Y",
        words: [
            "N° {number}",
            "Publié le {date}",
            "Par {authors}",
            " et ",
            "Lire la suite",
            "Vous recevez ce message parce que vous êtes abonné à {title}.",
            "Se désabonner",
            "Et aussi",
            "À lire sur le web",
            "{count} de plus dans la version texte de ce message",
            "Voir dans le navigateur",
        ],
    },
    Words {
        language: "es",
        locale: Locale::es_ES,
        date: "%-d de %B de %Y",
        words: [
            "N.º {number}",
            "Publicado el {date}",
            "Por {authors}",
            " y ",
            "Seguir leyendo",
            "Recibe este correo porque está suscrito a {title}.",
            "Cancelar la suscripción",
            "Además",
            "Más en la web",
            "{count} más en la versión de texto de este correo",
            "Ver en el navegador",
        ],
    },
    Words {
        language: "pt",
        locale: Locale::pt_PT,
        date: "%-d de %B de %Y",
        words: [
            "N.º {number}",
            "Publicado em {date}",
            "Por {authors}",
            " e ",
            "Continuar a ler",
            "Recebe este e-mail porque subscreveu {title}.",
            "Cancelar a subscrição",
            "E ainda",
            "Mais na web",
            "Mais {count} na versão de texto deste e-mail",
            "Ver no navegador",
        ],
    },
    Words {
        language: "it",
        locale: Locale::it_IT,
        date: "%-d %B %Y",
        words: [
            "N. {number}",
            "Pubblicato il {date}",
            "Di {authors}",
            " e ",
            "Continua a leggere",
            "Ricevi questa e-mail perché sei iscritto a {title}.",
            "Annulla l’iscrizione",
            "Inoltre",
            "Altro sul web",
            "Altri {count} nella versione testuale di questa e-mail",
            "Apri nel browser",
        ],
    },
    Words {
        language: "nl",
        locale: Locale::nl_NL,
        date: "%-d %B %Y",
        words: [
            "Nr. {number}",
            "Geplaatst op {date}",
            "Door {authors}",
            " en ",
            "Lees verder",
            "U ontvangt deze e-mail omdat u bent geabonneerd op {title}.",
            "Afmelden",
            "Verder",
            "Meer op het web",
            "Nog {count} in de tekstversie van deze e-mail",
            "Bekijk in de browser",
        ],
    },
    Words {
        language: "pl",
        locale: Locale::pl_PL,
        date: "%-d %B %Y",
        words: [
            "Nr {number}",
            "Opublikowano {date}",
            "Autor: {authors}",
            " i ",
            "Czytaj dalej",
            "Otrzymujesz tę wiadomość, ponieważ subskrybujesz {title}.",
            "Wypisz się",
            "Ponadto",
            "Więcej w sieci",
            "W wersji tekstowej tej wiadomości: jeszcze {count}",
            "Zobacz w przeglądarce",
        ],
    },
    Words {
        language: "ja",
        locale: Locale::ja_JP,
        date: "%Y年%-m月%-d日",
        words: [
            "第{number}号",
            "{date}公開",
            "文:{authors}",
            "、",
            "続きを読む",
            "このメールは{title}を購読されている方にお送りしています。",
            "配信停止",
            "その他",
            "ウェブで読む",
            "このメールのテキスト版には、ほかに{count}件あります",
            "ブラウザで見る",
        ],
    },
    Words {
        language: "zh",
        locale: Locale::zh_CN,
        date: "%Y年%-m月%-d日",
        words: [
            "第{number}期",
            "发布于{date}",
            "作者:{authors}",
            "、",
            "继续阅读",
            "您收到此邮件是因为您订阅了{title}。",
            "退订",
            "其他",
            "更多内容请见网页",
            "本邮件的纯文本版本中还有{count}篇",
            "在浏览器中查看",
        ],
    },
    Words {
        language: "ar",
        locale: Locale::ar_EG,
        date: "%-d %B %Y",
        words: [
            "العدد {number}",
            "نُشر في {date}",
            "بقلم {authors}",
            " و",
            "تابع القراءة",
            "تصلك هذه الرسالة لأنك مشترك في {title}.",
            "إلغاء الاشتراك",
            "أيضًا",
            "المزيد على الويب",
            "في النسخة النصية من هذه الرسالة: {count} أخرى",
            "اعرض في المتصفح",
        ],
    },
];

/// The words of one edition.
pub(super) struct Texts {
    own: &'static Words,
    american: bool,
    words: BTreeMap<&'static str, String>,
}

impl Texts {
    /// Takes the words of `language`, English where we do not speak it, with the editor's replacements.
    ///
    /// # Errors
    /// A replacement for a word that there is not.
    pub(super) fn new(language: &str, digest: &str, own: &BTreeMap<String, String>) -> Result<Self, Error> {
        let primary = primary(language);
        let found = WORDS.iter().find(|words| words.language == primary).unwrap_or(&WORDS[0]);
        let mut words: BTreeMap<_, _> =
            KEYS.iter().copied().zip(found.words.iter().map(|word| (*word).to_owned())).collect();
        for (name, text) in own {
            let key = KEYS.iter().find(|key| **key == name.as_str()).ok_or_else(|| {
                let nearest = KEYS.iter().max_by(|a, b| strsim::jaro(a, name).total_cmp(&strsim::jaro(b, name)));
                let unknown = Diagnostic::new(format!("unknown word `{name}`")).at(format!("digest.{digest}.texts"));
                let near = nearest.unwrap_or(&KEYS[0]);
                Error::Template(unknown.hint(format!("did you mean `{near}`? there are {}", KEYS.join(", "))))
            })?;
            words.insert(key, text.clone());
        }
        Ok(Self { own: found, american: language.eq_ignore_ascii_case("en-US"), words })
    }

    /// The words of `language` as they are, English where we do not speak it.
    pub(super) fn plain(language: &str) -> Self {
        Self::new(language, "", &BTreeMap::new()).unwrap_or_else(|_| Self {
            own: &WORDS[0],
            american: false,
            words: BTreeMap::new(),
        })
    }

    /// A word, with `{name}` in it filled in.
    pub(super) fn word(&self, key: &str, name: &str, value: &str) -> String {
        self.words.get(key).map(|word| word.replace(&format!("{{{name}}}"), value)).unwrap_or_default()
    }

    /// The long date on the calendar of `zone`: `9 January 2025`.
    pub(super) fn date(&self, at: DateTime<Utc>, zone: Zone) -> String {
        let form = if self.american { "%B %-d, %Y" } else { self.own.date };
        at.with_timezone(&zone).format_localized(form, self.own.locale).to_string()
    }

    /// Names in a row: `A, B and C`.
    pub(super) fn list(&self, names: &[String]) -> String {
        let comma = if matches!(self.own.language, "ja" | "zh") { "、" } else { ", " };
        match names {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., last] => format!("{}{}{last}", first.join(comma), self.word("and", "", "")),
        }
    }

    /// The words for templates, those of the whole edition filled in.
    pub(super) fn all(&self, number: i64, title: &str) -> BTreeMap<&'static str, String> {
        let fill = |word: &String| word.replace("{number}", &number.to_string()).replace("{title}", title);
        self.words.iter().map(|(key, word)| (*key, fill(word))).collect()
    }
}

/// Says whether we have words of our own in this language, the first part of a tag.
pub(super) fn speaks(primary: &str) -> bool {
    WORDS.iter().any(|words| words.language == primary)
}

/// The language of a BCP 47 tag in lower case: `pt` of `pt-BR`.
pub(super) fn primary(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase()
}

/// `rtl` for a language that is written from right to left, else `ltr`.
pub(super) fn direction(tag: &str) -> &'static str {
    let right = ["ar", "arc", "ckb", "dv", "fa", "he", "iw", "ku-arab", "ps", "sd", "ug", "ur", "yi"];
    if right.contains(&primary(tag).as_str()) { "rtl" } else { "ltr" }
}

/// The direction of text by its first strong character (Unicode UAX #9, rule P2), or `None` without one.
pub(super) fn first_strong(text: &str) -> Option<&'static str> {
    text.chars()
        .filter(|char| char.is_alphabetic())
        .map(|char| if is_right_to_left(char) { "rtl" } else { "ltr" })
        .next()
}

fn is_right_to_left(char: char) -> bool {
    matches!(u32::from(char), 0x590..=0x8ff | 0xfb1d..=0xfdff | 0xfe70..=0xfeff | 0x10800..=0x10fff | 0x1e800..=0x1efff)
}

/// The language that the script of `text` gives away, where `language` is not written in it.
pub(super) fn by_script(text: &str, language: &str) -> Option<&'static str> {
    let has = |from: u32, to: u32| text.chars().any(|char| (from..=to).contains(&u32::from(char)));
    let language = primary(language);
    if !matches!(language.as_str(), "ja" | "zh") {
        if has(0x3041, 0x30ff) {
            return Some("ja");
        }
        if text
            .chars()
            .find(|char| char.is_alphabetic())
            .is_some_and(|char| (0x4e00..=0x9fff).contains(&u32::from(char)))
        {
            return Some("zh");
        }
    }
    let first = text.chars().find(|char| char.is_alphabetic()).map(u32::from)?;
    match first {
        0x590..=0x5ff if language != "he" && language != "yi" => Some("he"),
        0x600..=0x6ff if direction(&language) == "ltr" => Some("ar"),
        0xac00..=0xd7a3 if language != "ko" => Some("ko"),
        0x370..=0x3ff if language != "el" => Some("el"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    #[track_caller]
    fn date(language: &str, expect: &str) {
        let texts = Texts::new(language, "weekly", &BTreeMap::new()).unwrap();
        let at = Utc.with_ymd_and_hms(2025, 1, 8, 23, 30, 0).unwrap();
        assert_eq!(texts.date(at, "Europe/Berlin".parse().unwrap()), expect);
    }

    #[test]
    fn dates_speak_the_language_in_the_zone() {
        date("en", "9 January 2025");
        date("en-US", "January 9, 2025");
        date("de", "9. Januar 2025");
        date("fr-CA", "9 janvier 2025");
        date("es", "9 de enero de 2025");
        date("pt", "9 de janeiro de 2025");
        date("it", "9 gennaio 2025");
        date("nl", "9 januari 2025");
        date("pl", "9 stycznia 2025");
        date("ja", "2025年1月9日");
        date("zh", "2025年1月9日");
        date("ar", "9 يناير 2025");
        date("tlh", "9 January 2025");
    }

    #[test]
    fn words_can_be_replaced_but_not_invented() {
        let own = |key: &str| BTreeMap::from([(key.to_owned(), "Keep reading".to_owned())]);
        assert_eq!(Texts::new("en", "weekly", &own("read_on")).unwrap().word("read_on", "", ""), "Keep reading");
        let error = Texts::new("en", "weekly", &own("raed_on")).err().unwrap().to_string();
        assert!(error.contains("`raed_on`") && error.contains("`read_on`") && error.contains("digest.weekly.texts"));
    }

    #[test]
    fn every_language_fills_in_what_belongs_in_its_words() {
        let wanted = [
            ("number", "{number}"),
            ("posted", "{date}"),
            ("by", "{authors}"),
            ("why", "{title}"),
            ("more_left", "{count}"),
        ];
        for own in &WORDS {
            let words: BTreeMap<_, _> = KEYS.iter().zip(own.words).collect();
            for (key, word) in &words {
                let wants = wanted.iter().find(|(name, _)| name == *key).map(|(_, mark)| *mark);
                assert!(!word.is_empty() && wants.is_none_or(|mark| word.contains(mark)), "{}: {key}", own.language);
                assert_eq!(word.matches('{').count(), usize::from(wants.is_some()), "{}: {key}", own.language);
            }
        }
    }

    #[test]
    fn names_are_listed() {
        let names = ["A", "B", "C"].map(str::to_owned);
        let texts = |language| Texts::new(language, "weekly", &BTreeMap::new()).unwrap();
        assert_eq!(texts("en").list(&names), "A, B and C");
        assert_eq!(texts("ja").list(&names), "A、B、C");
        assert_eq!(texts("en").list(&names[..1]), "A");
    }

    #[test]
    fn scripts_show_direction_and_language() {
        assert_eq!(first_strong("«مرحبا» hello"), Some("rtl"));
        assert_eq!(first_strong("12 hello مرحبا"), Some("ltr"));
        assert_eq!(first_strong("12"), None);
        assert_eq!(by_script("港の灯り", "en"), Some("ja"));
        assert_eq!(by_script("港口", "en"), Some("zh"));
        assert_eq!(by_script("مرحبا", "en"), Some("ar"));
        assert_eq!(by_script("hello", "en"), None);
    }
}
