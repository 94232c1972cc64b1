//! What a publisher's software or habit puts around a post: it speaks of the site, not of the post.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, Input, MatchKind, StartKind};

use super::checked_text::CheckedText;

/// Says whether `text` is furniture: subscriptions, shares, credits, notices, where else it appeared.
pub(super) fn is_boilerplate(text: &CheckedText<'_>) -> bool {
    let lower = text.lower.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '©' | '#'));
    let is_held =
        |held: &AhoCorasick| held.find_iter(&text.lower).any(|found| is_word(&text.lower, found.start(), found.end()));
    if HOLDS.as_ref().is_some_and(is_held) {
        return true;
    }
    // A credit often runs into the words behind it: "A. Lima/REUTERSThe quay is closed."
    if AGENCIES.iter().any(|agency| text.original.contains(agency)) {
        return true;
    }
    let begins = |starts: &LazyLock<Option<AhoCorasick>>| {
        let found = starts.as_ref().and_then(|starts| starts.find(Input::new(lower).anchored(Anchored::Yes)));
        found.is_some_and(|found| is_word(lower, found.start(), found.end()))
    };
    // "Share" and its like begin many good sentences: those that are furniture are short.
    begins(&BEGINS) || (begins(&SHORT_BEGINS) && lower.split_whitespace().take(10).count() < 10)
}

/// How photographers' agencies are credited.
const AGENCIES: &[&str] = &["/REUTERS", "/Reuters", "/AFP", "/AP Photo", "/Getty", "/EPA", "/dpa", "/TASS"];

/// Says whether nothing of a word goes on before or behind what was found; scripts without spaces have no such words.
fn is_word(text: &str, start: usize, end: usize) -> bool {
    let parts = |c: char| c.is_alphanumeric() && (c.is_ascii() || !super::super::script::is_unspaced(c));
    let (Some(before), Some(found), Some(after)) = (text.get(..start), text.get(start..end), text.get(end..)) else {
        return false;
    };
    let goes_on = |one: &str, next: &str| one.ends_with(parts) && next.starts_with(parts);
    !goes_on(before, found) && !goes_on(found, after)
}

static HOLDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| automaton(HELD, StartKind::Unanchored));
static BEGINS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| automaton(BEGUN, StartKind::Anchored));
static SHORT_BEGINS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| automaton(BEGUN_SHORT, StartKind::Anchored));

fn automaton(phrases: &str, start: StartKind) -> Option<AhoCorasick> {
    let phrases = phrases.split('|').map(str::trim).filter(|phrase| !phrase.is_empty());
    // The anchored lists are read once for a text, the other one at each of its letters.
    let kind = (start == StartKind::Unanchored).then_some(AhoCorasickKind::DFA);
    AhoCorasick::builder().kind(kind).match_kind(MatchKind::LeftmostLongest).start_kind(start).build(phrases).ok()
}

/// Furniture wherever it stands.
const HELD: &str = "appeared first on|first appeared on|originally appeared on|\
    originally published on|originally published at|was first published on|\
    was originally posted|originally posted on|cross-posted from|cross-posted to|cross-posted at|crossposted from|\
    reposted from|republished with permission|republished from|reprinted with permission|\
    erschien zuerst auf|erschien zuerst bei|ist zuerst erschienen|zuerst erschienen auf|apparu en premier sur|\
    paru initialement sur|publié initialement sur|se publicó primero en|apareció primero en|publicado originalmente en|\
    apareceu primeiro em|publicado originalmente em|è apparso per primo su|verscheen eerst op|\
    впервые опубликовано|впервые появилась|появились сначала|最先出现在|最先發佈於|首发于|に最初に表示されました|\
    min read|mins read|minute read|minutes read|minute de lecture|minutes de lecture|min de lecture|min lesezeit|\
    minuten lesezeit|lesezeit:|minutos de lectura|min de lectura|minutos de leitura|min de leitura|мин чтения|\
    минут чтения|分钟阅读|分で読めます|\
    all rights reserved|alle rechte vorbehalten|tous droits réservés|todos los derechos reservados|\
    todos os direitos reservados|все права защищены|版权所有|版權所有|无断転載|無断転載|tutti i diritti riservati|\
    subscribe to our|subscribe to the newsletter|subscribe to this|subscribe now|subscribe today|subscribe here|\
    subscribe below|subscribe for|please subscribe|to subscribe to our|to subscribe to the newsletter|unsubscribe at|to unsubscribe,|to unsubscribe from this|unsubscribe here|sign up for our|sign up for the newsletter|\
    sign up for free|sign up today|sign up now|sign up here|sign up below|sign up to our|sign up to receive|sign up to get|sign up to the|signup for|join our newsletter|\
    join our mailing list|our mailing list|our newsletter|our weekly newsletter|in your inbox|to your inbox|\
    via email every|enter your email|your email address below|your email address to|newsletter abonnieren|unseren newsletter|unserem newsletter|\
    jetzt abonnieren|notre newsletter|notre infolettre|abonnez-vous|inscrivez-vous|nuestro boletín|suscríbete|\
    suscríbase|nossa newsletter|inscreva-se|assine a|подпишитесь|подписывайтесь|нашу рассылку|订阅我们|訂閱我們|\
    メルマガ|ニュースレターに登録|購読する|配信登録|iscriviti|\
    accept cookies|we use cookies|site uses cookies|page uses cookies|blog uses cookies|cookie policy|cookie settings|cookie consent|verwendet cookies|\
    verwenden cookies|utilise des cookies|utilisons des cookies|utiliza cookies|utilizamos cookies|usa cookies|\
    использует cookie|使用cookie|クッキーを使用|our privacy policy|and privacy policy|privacy policy and|our terms of service|our terms of use|to the terms of|of service apply|datenschutzerklärung|\
    view this email|view in browser|view in your browser|affiliate link|affiliate links|affiliate commission|\
    affiliate program|may earn a commission|earn a small commission|earn from qualifying purchases|\
    commission at no extra cost|affiliate-links|liens affiliés|enlaces de afiliados|links de afiliados|is sponsored by our|brought to you by|\
    sponsored post|sponsored content|paid partnership|\
    javascript is disabled|javascript is required to|please enable javascript|enable javascript to|site requires javascript|page requires javascript|javascript enabled|\
    javascript to view|javascript aktivieren|activer javascript|habilitar javascript|does not support the video|\
    browser does not support|browser is not supported|\
    follow us on|follow me on|follow us at|find us on|like us on|connect with us|folgen sie uns|folgt uns|folge uns|\
    suivez-nous|síguenos|siga-nos|подписывайтесь на нас|关注我们|關注我們|フォローして|フォローしてください|\
    share this post|share this article|share this story|share this page|share on facebook|share on twitter|share on x|\
    share on linkedin|teile diesen|partager cet article|comparte este|compartilhe|поделиться в|поделиться:|поделитесь|分享到|シェアする|\
    シェアしてください|leave a comment|leave a reply|leave us a comment|post a comment|comments are closed|\
    join the conversation|join the discussion|in the comments|comment below|comments below|kommentar hinterlassen|\
    in den kommentaren|laissez un commentaire|dans les commentaires|deja un comentario|en los comentarios|\
    deixe um comentário|nos comentários|в комментариях|оставьте комментарий|发表评论|在评论|コメント欄|コメントを残す|\
    click here|click the link|click on the link|click below|tap here|hier klicken|klicken sie hier|klicke hier|\
    cliquez ici|haz clic aquí|haga clic|clique aqui|нажмите здесь|кликните|点击这里|點擊這裡|点击此处|ここをクリック|\
    こちらをクリック|read more about|read more at|read more on|read more in|read more from|read more here|read more:|read the rest|read the full|continue reading|keep reading|find out more here|\
    learn more here|more info here|weiterlesen|mehr lesen|lesen sie mehr|lire la suite|en savoir plus|leer más|\
    seguir leyendo|leia mais|continue lendo|читать далее|читать дальше|阅读更多|阅读全文|閱讀更多|阅读原文|続きを読む|\
    続きはこちら|詳しくはこちら|leggi tutto|lees verder|watch the video|watch below|video below|see the video|\
    listen below|listen to the episode|listen to this episode|listen on apple|download the pdf|download pdf|\
    scroll down|skip to content|back to top|inhaltsverzeichnis|table des matières|\
    tabla de contenidos|tabla de contenido|índice de contenidos|содержание статьи|\
    filed under|photo by|photos by|photo credit|photo courtesy|\
    photos courtesy|image courtesy|images courtesy|image credit|image via|image source:|\
    illustration by|/getty images|getty images/|via getty|(getty|/shutterstock|shutterstock/|/istock|istock/|on unsplash|/picture alliance|picture alliance/|bildquelle|crédit photo|crédits photo|photo :|foto cortesía|фото из|фото автора|\
    图片来源|圖片來源|写真提供|画像提供|撮影：|(photo|(image|(picture|(video|(credit|(foto|(bild:|(写真|(图|\
    editor's note|editors' note|author's note|anmerkung der redaktion|anm. d. red|note de la rédaction|\
    nota del editor|nota de la redacción|nota do editor|nota da redação|от редакции|примечание редактора|编者按|編者按|\
    編集部注|编辑注|dear reader|dear readers|related posts|related articles|related stories|you may also like|\
    you might also like|recommended reading|lesen sie auch|à lire aussi|lea también|leia também|\
    читайте также|相关阅读|関連記事|support us on|buy me a coffee|us on patreon|me on patreon|our patreon|\
    ©|guest post by|this is a guest post|\
    for immediate release|media contact|lorem ipsum|donate now|subscribers only|this article is for";

/// Furniture at the start, however long what follows is.
const BEGUN: &str = "update:|updated:|update (|update -|edit:|correction:|clarification:|note:|disclaimer:|disclosure:|\
    sponsored by|read more|create an account|table of contents|posted in|posted by|tagged with|tagged as|image by|picture by|video by|\
    courtesy of|foto von|bild von|foto de|foto por|目次|目录|spoiler alert|warning:|trigger warning|tl;dr|tldr|tags:|tag:|categories:|category:|topics:|keywords:|source:|\
    sources:|via:|credit:|credits:|photo:|photos:|image:|images:|picture:|video:|audio:|caption:|figure 1|figure 2|figure 3|fig. |author:|\
    authors:|date:|location:|contact:|share:|print:|email:|sponsor:|ad:|by:|from:|to:|posted:|published:|posted on|\
    published on|last updated|last modified|last edited|updated on|reading time|estimated reading|contents:|in this post:|\
    in this article:|in this issue:|references:|footnotes:|further reading|see also|related:|via email|aktualisierung:|\
    aktualisiert am|aktualisiert:|nachtrag:|korrektur:|hinweis:|quelle:|quellen:|foto:|fotos:|bild:|bilder:|video:|autor:|\
    autorin:|kategorie:|schlagworte:|schlagwörter:|veröffentlicht am|veröffentlicht:|stand:|lesezeit|mise à jour|\
    publié le|publié par|mis à jour|crédit|source :|mots-clés|étiquettes|auteur :|catégorie|actualización:|publicado el|\
    publicado por|actualizado el|fuente:|fuentes:|etiquetas:|categorías:|autor:|crédito|atualização:|publicado em|\
    atualizado em|fonte:|fontes:|etiquetas:|categorias:|обновление:|обновлено|опубликовано|источник:|источники:|теги:|\
    метки:|рубрика:|автор:|фото:|更新：|更新:|来源：|来源:|來源：|作者：|作者:|标签：|标签:|標籤：|图：|图:|图片：|发布于|發佈於|\
    发表于|更新于|写真：|写真:|画像：|画像:|出典：|出典:|著者：|執筆：|文：|タグ：|カテゴリ|更新日|公開日|投稿日|追記：|追記:|注：|※|#|p.s.|ps:|ps.";

/// Furniture where the sentence is short.
const BEGUN_SHORT: &str = "advertisement|copyright|by |posted |published |updated |subscribe|sign up|share |share this|share on|print |print this|\
    follow us|follow me|comments off|comments are|comments (|comments:|comment on this|no comments|reply|tweet|email this|send to a friend|\
    download |listen to|watch |watch:|play video|play audio|play now|menu:|search for:|search this|home page|about us|about me|about the author|\
    about this|advertise|tags |filed |featured image|featured in|\
    photograph|photography|photo from|photo of|image from|image of|picture from|picture of|von |text von|ein beitrag von|\
    ein gastbeitrag|teilen|drucken|kommentare|folgen|werbung|anzeige|par |partager|imprimer|commentaires|publicité|\
    compartir|imprimir|comentarios|publicidad|compartilhar|comentários|publicidade|текст |комментарии|реклама|печать|\
    分享|打印|评论|評論|广告|廣告|記者|文/|文／|图/|图／|シェア|印刷|コメント|広告|learn more|find out more|see more|show more|\
    view all|next post|previous post|older posts|newer posts|next:|previous:|welcome back|stay tuned|happy reading|enjoy|until next time|see you|let us know|get in touch|contact us|\
    register now|register here|buy now|order now|book now|apply now|get started|try it|danke fürs lesen|viel spaß|\
    merci de votre lecture|bonne lecture|gracias por leer|obrigado por ler|спасибо за внимание|приятного чтения|感谢阅读|\
    谢谢阅读|お楽しみに|ご覧ください";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bad: &[&str], fine: &[&str]) {
        for text in bad {
            assert!(is_boilerplate(&CheckedText::new(text)), "{text}");
        }
        for text in fine {
            assert!(!is_boilerplate(&CheckedText::new(text)), "{text}");
        }
    }

    #[test]
    fn the_lists_can_be_searched() {
        assert!(HOLDS.is_some() && BEGINS.is_some() && SHORT_BEGINS.is_some());
    }

    #[test]
    fn english() {
        check(
            &[
                "The post Quay appeared first on Harbour.",
                "Subscribe to our newsletter.",
                "Sign up for our weekly news and never miss a boat that comes into the harbour.",
                "We use cookies to make this harbour better for everyone who comes to see it.",
                "Follow us on the usual places.",
                "Five min read, and worth it all.",
                "(Photo: Jane Doe, Harbour Office.)",
                "Photo by Jane Doe.",
                "Jane Doe/REUTERSThe north quay of the town is closed until the end of May.",
                "Image courtesy of the harbour office and its friends.",
                "By Jane Doe, Harbour Office.",
                "Posted January 09, 2025.",
                "Editor’s note: the quay was closed when this went to press last Sunday.",
                "This post originally appeared on the blog of the harbour office.",
                "Update: the quay is open again, as of Monday.",
                "Table of contents.",
                "Filed under harbours.",
                "Tags: harbour, quay, boats.",
                "Click here to see the plan of the quay.",
                "All rights reserved.",
                "Watch the video below.",
                "This post may contain affiliate links.",
                "Please enable JavaScript to see the quay.",
                "Leave a comment and tell the harbour office what you think of the quay.",
                "Print this page.",
                "Share this post with all who love boats.",
            ],
            &[
                "By the end of May the whole north quay will be open again for all boats of the town.",
                "The harbour prints its own tide tables.",
                "Sharing a berth saves the club about a third of the fee.",
                "The photographer spent a year on the quay.",
                "A commenter on the plan asked for a lower wall.",
                "The harbour office publishes the figures each spring.",
                "Updates to the tide tables arrive every night at ten.",
                "The museum bakes biscuits for the crews.",
                "Follow the red buoys and the channel is never less than four metres deep.",
                "The reader wants to know when the ferry sails.",
                "Image files of the old charts can be had from the library for a small fee.",
                "Source code of the tide clock is open to all who want to build their own.",
                "The minister read the plan and put it away.",
                "A new way of loading cargo halves the time that boats spend at the quay.",
                "The harbour’s rules, originally published in 1902, are still in force.",
                "About forty boats came on Sunday.",
                "Home prices at the quay rose again.",
                "Play stopped when the fog came in.",
                "Search parties left at noon.",
                "Source maps now name the file.",
                "The bill, sponsored by two fishermen, passed on Friday.",
                "The ferry company changed its privacy policy last week.",
                "Pupils read more when the library boat calls.",
                "A mailer must let people unsubscribe with one click.",
                "Pages can ask people to subscribe to push notifications.",
                "The list lets a reader unsubscribe by post.",
                "A browser of 1996 could not enable JavaScript.",
                "Getty Images lost the case in a London court.",
                "Dinghies can be seen in a table of contents that folds.",
            ],
        );
    }

    #[test]
    fn other_languages() {
        check(
            &[
                "Der Beitrag Kai erschien zuerst auf Hafen.",
                "Jetzt abonnieren und nichts verpassen.",
                "Foto: Anna Beispiel.",
                "L’article Quai est apparu en premier sur Port.",
                "Abonnez-vous à la lettre du port.",
                "La entrada Muelle se publicó primero en Puerto.",
                "Suscríbete al boletín del puerto.",
                "O post Cais apareceu primeiro em Porto.",
                "Подписывайтесь на рассылку порта.",
                "Фото: Анна Иванова.",
                "图片来源：港口办公室。",
                "请订阅我们的通讯。",
                "続きを読むにはここから。",
                "写真：港の事務所。",
            ],
            &[
                "Der Hafen veröffentlicht jeden Monat neue Zahlen.",
                "Die Taucher machten sich ein Bild von der Lage.",
                "Il sale proviene da una salina del porto.",
                "Команда хочет поделиться опытом ремонта причала.",
                "安装程序把地图放在港口的目录里。",
                "Von der alten Mole bis zum neuen Leuchtturm führt nun ein Weg, den alle gehen können.",
                "Le port ferme le quai pour réparer un trou.",
                "El puerto cierra el muelle hasta mayo.",
                "O porto fecha o cais até maio.",
                "Порт закрывает причал до мая.",
                "港口从明天起关闭到五月底。",
                "朝の港はとても静かだった。",
            ],
        );
    }
}
