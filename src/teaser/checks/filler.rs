//! Sentences that are whole and say nothing of the post: greetings, "no news this week", "see the notes below".

use super::checked_text::CheckedText;

/// Says whether `text` greets, says that there is nothing to say, or only points elsewhere.
pub(super) fn is_filler(text: &CheckedText<'_>) -> bool {
    let lower = text.lower.trim_start_matches(|c: char| !c.is_alphanumeric());
    greets(lower)
        || has_no_news(lower)
        || points_elsewhere(lower)
        || names_another_page(text.original)
        || is_turn_of_talk(text.original)
}

fn greets(lower: &str) -> bool {
    if GREETINGS.iter().any(|greeting| lower.starts_with(greeting)) {
        return true;
    }
    // "Welcome to the quay" may be about the quay.
    WELCOMES.iter().any(|welcome| lower.starts_with(welcome)) && PUBLICATIONS.iter().any(|word| lower.contains(word))
}

/// Openings of sentences that greet the reader.
#[rustfmt::skip]
const GREETINGS: &[&str] = &[
    "hello and welcome", "hello, and welcome", "hi and welcome", "hello everyone", "hello all", "hello folks",
    "hello friends", "hello readers", "hello, everyone", "hello there", "hi everyone", "hi, everyone", "hi all", "hi folks",
    "hi friends", "hi there", "hey everyone", "hey all", "hey folks", "hey there", "greetings,", "greetings from",
    "good morning,", "good evening,", "happy new year", "happy holidays", "merry christmas", "hallo zusammen",
    "hallo und willkommen", "liebe leserinnen", "liebe leser", "frohes neues jahr", "guten morgen,", "bonjour à tous",
    "bonjour à toutes", "chers lecteurs", "chères lectrices", "bonne année", "hola a todos", "hola a todas",
    "queridos lectores", "feliz año nuevo", "olá a todos", "caros leitores", "feliz ano novo", "всем привет",
    "здравствуйте", "дорогие читатели", "с новым годом", "大家好", "各位读者", "新年快乐", "皆さん、こんにちは",
    "みなさん、こんにちは", "こんにちは", "明けましておめでとう",
];

const WELCOMES: &[&str] =
    &["welcome to ", "willkommen ", "bienvenue ", "bienvenid", "bem-vind", "добро пожаловать", "欢迎来到", "ようこそ"];

const PUBLICATIONS: &[&str] = &[
    " edition",
    " issue",
    "newsletter",
    " blog",
    " episode",
    " digest",
    " installment",
    " instalment",
    " roundup",
    " series",
    "ausgabe",
    "folge",
    "numéro",
    "édition",
    "bulletin",
    "edición",
    "número",
    "boletín",
    "edição",
    "boletim",
    "выпуск",
    "рассылк",
    "блог",
    "本期",
    "第",
    "号",
    "ブログ",
];

/// Longer sentences say something besides.
const LONGEST: usize = 140;

fn has_no_news(lower: &str) -> bool {
    let holds = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let said = NO_NEWS.iter().any(|(none, news, now)| holds(none) && holds(news) && holds(now));
    said && lower.chars().nth(LONGEST).is_none()
}

/// Words for none, for news and for the time of an issue, of each language.
type NoNews = (&'static [&'static str], &'static [&'static str], &'static [&'static str]);

#[rustfmt::skip]
const NO_NEWS: &[NoNews] = &[
    (
        &["no significant", "no major", "no notable", "no big", "no new ", "no news", "no jobs", "no tasks", "no events", "no updates", "nothing new",
          "nothing to report", "nothing significant"],
        &["news", "updates", "jobs", "releases", "changes", "nothing", "to report", "listed"],
        &["this week", "this month", "this issue", "this time", "today"],
    ),
    (
        &["keine "], &["neuigkeiten", "nachrichten", "neuerungen"],
        &["diese woche", "dieser woche", "diesen monat", "diesem monat", "heute"],
    ),
    (
        &["aucune ", "aucun ", "pas de "], &["nouvelle", "actualité", "nouveauté"],
        &["cette semaine", "ce mois", "aujourd"],
    ),
    (
        &["ninguna ", "no hay ", "no hubo ", "sin "], &["noticia", "novedad"], &["esta semana", "este mes", "hoy"],
    ),
    (
        &["nenhuma ", "não há ", "não houve ", "sem "], &["notícia", "novidade"], &["esta semana", "este mês", "hoje"],
    ),
    (
        &["нет ", "не было ", "никаких "], &["новост"], &["этой неделе", "эту неделю", "этом месяце", "сегодня"],
    ),
    (
        &["žádné ", "žádná "], &["novinky", "zprávy", "novinka", "zpráva"],
        &["tento týden", "tomto týdnu", "tento měsíc", "dnes"],
    ),
    (&["没有", "沒有", "无重"], &["新闻", "新聞", "消息"], &["本周", "本週", "这周", "本月", "今天"]),
    (&["ありません", "なかった"], &["ニュース", "お知らせ"], &["今週", "今月", "今日", "本日"]),
];

fn points_elsewhere(lower: &str) -> bool {
    if POINTERS.iter().any(|pointer| lower.starts_with(pointer)) {
        return true;
    }
    // "For the older charts, see the library."
    if lower.starts_with("for ") && lower.contains(", see ") {
        return true;
    }
    let end = lower.trim_end_matches(|c: char| !c.is_alphanumeric());
    lower.starts_with("see ") && SEEN.iter().any(|seen| end.ends_with(seen))
}

/// Says whether it begins with "See" and the name of another page.
fn names_another_page(text: &str) -> bool {
    text.strip_prefix("See ").is_some_and(|rest| rest.starts_with(char::is_uppercase))
}

/// Says whether it is one turn of an interview: "Q: …", "Ana: How did you begin?", "Ana: I carried the oil."
fn is_turn_of_talk(text: &str) -> bool {
    let start = text.get(..text.floor_char_boundary(40)).unwrap_or_default();
    let Some((name, _)) = start.split_once(": ") else { return false };
    let Some((_, said)) = text.split_once(": ") else { return false };
    let named = name.split(' ').count() <= 2 && name.split(' ').all(|word| word.starts_with(char::is_uppercase));
    let first = said.split(|c: char| !c.is_alphabetic() && c != '’' && c != '\'').next().unwrap_or_default();
    named && (matches!(name, "Q" | "A" | "F" | "R" | "P") || said.ends_with('?') || SPEAKING.contains(&first))
}

/// First words of what someone says of himself.
const SPEAKING: &[&str] =
    &["I", "I’m", "I'm", "I’ve", "I've", "My", "We", "Our", "Yes", "No", "Well", "Ich", "Je", "Eu", "Yo"];

#[rustfmt::skip]
const POINTERS: &[&str] = &[
    "see below", "see above", "see also", "see here", "see our", "see my", "see this", "see these", "see updated", "please see", "please refer to", "please read", "please let us know",
    "read all about", "if you haven't read", "if you have not read", "check out the original", "thanks for reading", "thank you for reading",
    "unless otherwise noted", "for details", "for more information", "for more details", "for further information",
    "for full details", "siehe unten", "siehe oben", "siehe auch", "weitere informationen finde", "weitere informationen gibt",
    "mehr informationen", "voir ci-", "voir aussi", "pour plus d'informations", "pour plus d’informations",
    "pour en savoir plus", "véase", "ver más abajo", "para más información", "para obtener más información", "veja abaixo",
    "veja também", "para mais informações", "подробнее ", "подробности ", "см. ", "详见", "更多信息", "詳しくは", "詳細は",
];

/// What a sentence ends with that begins with "See".
#[rustfmt::skip]
const SEEN: &[&str] = &[
    "below", "above", "for details", "for more details", "for the details", "for more", "for more information", "for information",
    "release notes", "changelog", "documentation", "section", "for examples", "for an example",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_is_seen() {
        for text in [
            "Hello, and welcome to our tenth harbour letter!",
            "Happy new year, friends of the harbour!",
            "Welcome to the tenth edition of the harbour letter!",
            "Willkommen zur zehnten Ausgabe der Hafenpost.",
            "Bienvenue dans le dixième numéro de la lettre du port.",
            "No significant news this week.",
            "No jobs listed for this week.",
            "No tasks listed for this week.",
            "Welcome to the first installment of the harbour notes!",
            "Diese Woche keine wesentlichen Neuigkeiten.",
            "Aucune nouvelle importante n’a été trouvée cette semaine au port.",
            "Tento týden nepřinesl žádné významné novinky.",
            "今週は特筆すべきニュースはありませんでした。",
            "本周没有重要新闻。",
            "Q: How did you begin?",
            "A: My father was the keeper of the light.",
            "Ana Lima: I carried the oil when I was six.",
            "Ana: Where did you learn to sail?",
            "See below for the names of the speakers.",
            "See Harbour Rules of 1902 to learn how a boat is berthed.",
            "For the older charts, see the notes of the library.",
            "Please see the older letter for details.",
            "Thanks for reading, and we hope to see you at the quay next week as well!",
            "See our older letter and the table of the tides.",
            "See the notes on the quay below for details.",
            "For more information, ask at the harbour office.",
            "Weitere Informationen finden Sie im Hafenbüro.",
            "Подробности на доске у причала.",
            "詳細は港の事務所まで。",
        ] {
            assert!(is_filler(&CheckedText::new(text)), "{text}");
        }
    }

    #[test]
    fn what_says_something_is_not() {
        for text in [
            "Welcome to the quay, where forty boats sail this week.",
            "See how the harbour was built by hand.",
            "Night ferry: the last boat leaves at two.",
            "Quay closed: Why nobody saw the hole in the wall.",
            "See the lighthouse from the ferry.",
            "No boat sails this week.",
            "The storm left no news of the ferry for two days.",
            "Hello Kitty came to the harbour.",
            "Keine Fähre fährt diese Woche.",
            "Seen from the ferry, the quay is small.",
            "Aucun bateau ne part cette semaine.",
            "今週は船が出ませんでした。",
        ] {
            assert!(!is_filler(&CheckedText::new(text)), "{text}");
        }
    }
}
