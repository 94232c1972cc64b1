//! What is special in Chinese and Japanese: no space behind a sentence, and speech that goes on behind its quotation.

use super::punctuation::{is_full_stop, is_opener, is_stop, is_unspaced};

/// Says whether a sentence goes on behind a quotation or bracket that ends with a terminator.
///
/// `before` is the sentence up to the opening sign, `opener` that sign, `after` what follows the closing one.
pub(super) fn goes_on(before: &str, opener: char, after: &str) -> bool {
    if after.starts_with(['、', '，', ',', '；', ';', '：', '。', '．']) {
        return true;
    }
    let before = before.trim_end();
    match opener {
        '《' | '【' => true,
        '(' | '[' | '（' => !before.is_empty(),
        _ if after.starts_with(is_hiragana) => goes_on_in_japanese(after),
        _ if before.is_empty() => is_attributed(after) || is_predicate(after),
        _ if before.ends_with([':', '：', '，', ',', '、', '。', '—']) => false,
        _ if before.ends_with(['说', '說', '道', '问', '問', '喊', '叫', '着', '答', '曰']) => false,
        // A word in quotation marks: 《那句“怎么办？”没有人回答》.
        _ => !before.ends_with(is_hiragana) && after.starts_with(is_unspaced),
    }
}

/// Says whether the sentence goes on behind "！" or "？" without a quotation: もうだめだ！と思った。
pub(super) fn is_thought(after: &str) -> bool {
    ["と思", "と言", "といっ", "という", "といった", "と叫", "と驚", "と感", "と聞", "と話", "と呼", "と答", "って"]
        .iter()
        .any(|words| after.starts_with(words))
}

/// The particles that may follow 」, but not the words that begin with the same sign and start a sentence.
fn goes_on_in_japanese(after: &str) -> bool {
    const PARTICLES: &[char] =
        &['と', 'っ', 'な', 'に', 'の', 'を', 'が', 'は', 'も', 'で', 'へ', 'だ', 'や', 'か', 'ま', 'よ'];
    const STARTS: &[&str] = &[
        "でも",
        "では",
        "です",
        "ところ",
        "とにかく",
        "とても",
        "とうとう",
        "なぜ",
        "なお",
        "なに",
        "なんと",
        "はい",
        "はじめ",
        "はたし",
        "もう",
        "もし",
        "もちろん",
        "もっと",
        "だが",
        "だから",
        "だって",
        "にもかかわらず",
        "のち",
        "がんば",
        "また",
        "まだ",
        "まず",
        "かつて",
        "かれ",
        "かの",
        "やがて",
        "やはり",
        "やっと",
        "よく",
        "ようやく",
    ];
    let particle = after.starts_with(PARTICLES);
    let start = STARTS.iter().any(|word| after.starts_with(word)) && !after.starts_with("です");
    particle && !start
}

/// Says whether what follows a quotation tells who said it: “来吧。”她说。
fn is_attributed(after: &str) -> bool {
    const REPORTS: &[&str] = &[
        "表示",
        "回答",
        "写道",
        "寫道",
        "指出",
        "解释",
        "解釋",
        "补充",
        "補充",
        "强调",
        "強調",
        "笑道",
        "问道",
        "問道",
        "说道",
        "說道",
        "喊道",
        "答道",
        "叫道",
        "补充道",
        "告诉",
        "告訴",
        "宣布",
        "透露",
        "回忆",
        "感叹",
        "介绍",
        "反问",
        "追问",
        "回應",
        "回应",
        "坦言",
        "直言",
        "评论",
    ];
    // The clause up to its comma or stop, no longer than an attribution can be.
    let clause_end =
        |c: char| is_full_stop(c) || is_stop(c) || is_opener(c) || matches!(c, '，' | ',' | '：' | ':' | '；');
    let mut clause = String::new();
    for c in after.chars().take(40) {
        if clause_end(c) {
            break;
        }
        clause.push(c);
    }
    let said = clause.ends_with(['说', '說', '问', '問', '喊', '叫', '答', '道', '称', '稱', '曰'])
        && !["知道", "味道", "报道", "報道", "街道", "频道", "渠道", "通道", "听说", "小说", "名称", "疑问"]
            .iter()
            .any(|word| clause.ends_with(word));
    let on = ["说着", "说完", "说了", "說著", "說完", "问了", "喊了", "着说", "喊着"]
        .iter()
        .any(|word| clause.contains(word));
    let nobody = ["没", "沒", "无人", "無人", "谁", "誰", "不"].iter().any(|word| clause.starts_with(word));
    !nobody && (said || on || REPORTS.iter().any(|word| clause.ends_with(word)))
}

/// Says whether the quotation is the subject of what follows: “怎么办？”是个好问题。
fn is_predicate(after: &str) -> bool {
    [
        "是", "的", "这个", "这句", "这种", "这样", "這個", "這句", "成为", "成了", "成為", "等", "之", "一词", "一句",
        "一书", "已", "也是", "就是",
    ]
    .iter()
    .any(|word| after.starts_with(word))
}

/// The length of a short note in brackets behind a full stop, which belongs to what stands before: 。（记者李明）
pub(super) fn note(after: &str) -> usize {
    let Some(inside) = after.strip_prefix('（') else { return 0 };
    let mut letters = 0;
    for (at, c) in inside.char_indices().take(16) {
        match c {
            '）' if letters > 1 => return '（'.len_utf8() + at + c.len_utf8(),
            '）' => return 0,
            _ if is_full_stop(c) || is_stop(c) => return 0,
            _ if c.is_numeric() || "一二三四五六七八九十".contains(c) => {}
            _ => letters += 1,
        }
    }
    0
}

fn is_hiragana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{309f}')
}
