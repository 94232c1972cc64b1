//! Single cases of the languages with a golden file, one line each.

use super::super::split_sentences;

/// A text with `|` where a sentence ends.
#[track_caller]
pub(super) fn check(marked: &str) {
    let text = marked.replace('|', "");
    let expect: Vec<&str> = marked.split('|').map(str::trim).collect();
    assert_eq!(split_sentences(&text).collect::<Vec<_>>(), expect);
}

#[test]
fn english() {
    check("The quay is closed.| It opens on Monday.");
    check("Dr. Hall met Mrs. Reed at 5.30 p.m. on the quay.| Nobody spoke.");
    check("It costs 3.50 a day, e.g. for a dinghy.| Is that much?| Hardly!");
    check("The U.S. Navy came first.| We left the U.S.| The rest stayed.");
    check("J. R. Smith wrote it.| See plan B.| The rest is easy.");
    check("“Stop!” he said.| “Why?”| She left.");
    check("See No. 5 and Fig. 2 for more.| Did he say no.| Yes.");
    check("Wait... what happened?| Well…| Nothing did.");
    check("Read harbour.example/a.html first.| Then version 2.0.1 came out.");
    check("(It rained.)| The boats stayed in [as always].| Really?!| Yes.");
    check("1. Install the pump.| Then start it.");
    check("He paid $5.| 40 boats came.| iPhones did not.| npm did.");
    check("No stop at all");
    check("Yahoo! was there.| So was St. John.");
}

#[test]
fn german() {
    check("Am 9. Januar kam das Schiff.| Es blieb bis zum 12. März im Hafen.");
    check("Das gilt z. B. für Boote.| Auch Kähne, d. h. alles, was schwimmt.");
    check("Dr. Hahn fragte: „Wann?“| Niemand wusste es.");
    check("Siehe Nr. 4 und S. 12.| Mehr steht im 2. Band, vgl. Abb. 3.");
    check("Der Verein zahlt ca. 300 Euro bzw. 5 Prozent.| Das reicht.");
    check("Er sagte: „Komm.“| Sie kam nicht!| Warum?");
}

#[test]
fn french_spanish_portuguese() {
    check("M. Dupont est venu.| Mme Leroy aussi, à 10 h.| Qui d’autre ?| Personne !");
    check("Il a dit : « Venez. »| Elle est venue.");
    check("El Sr. Gómez llegó tarde.| ¿Por qué?| ¡Nadie lo sabe!| Así es.");
    check("La empresa Faro S.A. abrió ayer.| Vende p. ej. redes.");
    check("O Sr. Silva chegou às 7.30.| A Dra. Costa ficou.| E agora?");
}

#[test]
fn russian() {
    check("Порт закрыт.| Он откроется в понедельник, т. е. завтра.");
    check("А. С. Петров живёт на ул. Садовой.| Кто там?| Никого!");
    check("«Стой!» — сказал он.| Все ушли.");
}

#[test]
fn chinese_and_japanese() {
    check("港口关闭了。|星期一开放！|为什么？|没有人知道。");
    check("他说：“来吧。”|她没有来。");
    check("朝の港は静かだ。|「もう行くよ。」と彼は言った。|船が出た。");
    check("「早い。でも寒い。」|漁師は笑った。");
    check("本当か？！|本当だ。");
}

#[test]
fn english_hard_cases() {
    check("The dog shook its head.| \"Eleven!\"| He left.");
    check("He finished in 2:05:11.3.| Nobody was faster.");
    check("She moved from St. Louis, Mo., to Portland, Ore., in Sept. 2019.| She stayed.");
    check("Prices start at $1.5M.| That’s a lot.| “It isn’t,” says Ng. | “Not here.”");
    check("We met Gen. Ortiz and Sen. Wu (R-Ohio).| Both smiled.");
    check("Read about it in the F.A.Q.| The answer is there.");
    check("He works for Google Inc.| She works for Apple Inc. in Cupertino.");
    check("The meeting is at 3 p.m. Tuesday.| Bring cake.");
    check("The flight left at 3 a.m. Monday and landed at 9 a.m.| Nobody slept.");
    check("Call 555.123.4567 or e-mail jo@quay.example.| We answer.");
    check("Use Vue.js, Next.js or ASP.NET.| All of them work.");
    check("I like cats (and dogs).| Dogs like me.");
    check("I asked her (twice!) to come.| She did.");
    check("“Who is it?” asked Tom.| “Me!” I shouted.| “Who?” Dr. Reed asked.");
    check("Is it No. 1?| No.| It is No. 2.");
    check("The temperature was 3.5°C.| It fell to -2.");
    check("It was built in 1990.| 30 years later it fell.");
    check("Type Ctrl+C.| Then press Enter.");
    check("Wow!!!| So cool!!| What???| Yes.");
    check("Elizabeth II. was here");
    check("World War II.| It ended in 1945.");
    check("Smith et al. (2019) disagree.| So do we [3].| See Jones et al.| They say more.");
    check("The quay is closed.[1]| It opens soon.[2][3]| See below.");
    check("Rock ’n’ roll vs. Jazz is the theme.| Come!");
    check("He said he would… but he didn’t.| She did…| Then it rained.");
    check("“…and so it ends.”| The crowd cheered.");
    check("That’s all, folks! :)| See you.");
    check("New: dark mode 🌙.| Fixed: crash 🐛.| Thanks!! 🙏🏽🎉| See you 👋.");
    check("🚀 We launched.| 🐛 We fixed bugs.| 🎉 Enjoy.");
    check("It runs on arm64 and x86_64.| macOS is next.| iOS too.");
    check("Mr. and Mrs. Smith of Acme Co. left at 9.| The rest (approx. 40) stayed.");
    check("The ship, the S.S. Minnow, sank.| Its crew of 7 swam to shore.");
    check("Ask for Lt. Cmdr. Ray at Ft. Worth.| He knows Gov. Lee.");
    check("I got an A.| She got a B.");
    check("Her boss (Ms. A. Chen) left.| 'Why?' he asked.");
    check("He lives at 12 Main St.| The house is blue.");
    check("It weighs 5 lbs.| The other one weighs 6 oz.| Both float.");
    check("A. Smith wrote this.| B. Jones read it.");
    check("Chapter 3.| The harbour at night.");
    check("Do this: 1. Install it.| 2. Run it.| 3. Smile.");
    check("a) Install it.| b) Run it.");
    check("He has a Ph.D. in physics.| She has an M.A. from Yale.| They have no B.Sc.| Nobody does.");
    check("The E.U. Commission met U.S. President Smith in Washington, D.C. on Friday.| They ate.");
    check("In the U.K. and the U.S. it rained.| In the U.S., too.");
    check("Turn left.Then right.| Stop.");
    check("This is it: the end.| (See also p. 5.)| [Ed. note: no.]| Bye.");
    check("The band Wham! was big.| Panic! at the Disco, too.");
    check("See www.quay.example.| Or https://quay.example/a?b=c.d.| Bye.");
    check("See www.quay.example.| https://quay.example is the same.");
    check("We use OpenSSL 3.0.| It is fast.");
    check("At 5 a.m. Mr. Reed went out.| He came back at 6 P.M.| Mr. Reed was tired.");
    check("1. The first item 2. The second item");
    check("Give it to Reed & Co.| They know.");
    check("I met Phil.| Maria did not.| It is in your env.| Then restart.");
    check("He left.| ...and so did she.");
    check("It was . . . odd.| That is all. . . .| The rest is lost.");
    check("She (he said it twice. Or more.) left.| This is Jr.'s book.");
    check("Turn to p. 55.| It is in N°. 12.| You and I.| Did we?");
    check("The price rose 2 per cent.| (Reuters)");
}

#[test]
fn german_hard_cases() {
    check("Der Kongress findet vom 3. bis 5. Juni in der 2. Etage statt.| Kommen Sie!");
    check("Es ist das 4. Mal in Folge.| Beim 5. Mal hört er auf.");
    check("Er kam am 12. Januar zurück.| Am 13. ging er.");
    check("Die Firma wurde 1990 gegr. und hat 40 Mitarbeiter.| Sie wächst.");
    check("Laut Art. 3 Abs. 1 GG sind alle gleich.| Das gilt auch hier.");
    check("Frau Dr. med. Hahn und Hr. Prof. Klein sind da.| Herr St. Georg fehlt.");
    check("Wir haben Äpfel, Birnen etc. im Angebot.| Dazu Käse u. v. m.| Kommen Sie vorbei!");
    check("„Kommst du?“, fragte er.| „Nein!“| Dann ging sie.");
    check("»Halt!«, rief sie.| »Warum?«| Er blieb stehen.");
    check("Max Mustermann jr. wohnt i. d. R. in Köln a. Rh. und arbeitet bei der Deutschen Bank AG.| Er pendelt.");
    check("Das kostet 5 Mrd. Euro.| Die Mehrheit zahlt 3 Mio.| Der Rest nichts.");
    check("Geöffnet Mo.–Fr. von 8 bis 18 Uhr.| Sa. und So. geschlossen.");
    check("Im 21. Jh. ist das anders.| Im 20. Jh. war es so.");
    check("Das ist Version 3.| Sie ist neu.");
    check("Er wurde 3.| Sie wurde 5.| Die anderen gaben auf.");
    check("Siehe auch Bd. II, S. 45 ff.| Dort steht mehr.");
    check("Nach Angaben von Dir. Meier (geb. 1960) kommt das Gesetz Ende Okt. 2025.| Wirklich?");
    check("Der 1. FC Hafen gewann 3:1.| Der 2. Platz geht an den SV.");
    check("Heinrich VIII. hatte sechs Frauen.| Ludwig XIV. war der Sonnenkönig.");
    check("Es gibt drei Gründe: 1. Zeit, 2. Geld und 3. Lust.| Alles fehlt.");
    check("Der sog. Turmbau dauerte ca. 5 Std. und endete um 17 Uhr.| Danach war Feierabend.");
    check("Das Papst-Zitat („Geht hinaus!“) ist alt.| Es stimmt.");
    check("Dr.-Ing. Weber, Dipl.-Kfm. Roth und Univ.-Prof. Lang kamen.| Alle gingen.");
    check("Ich danke dir.| Komm.| Maria wartet.");
    check("Dr. phil. Klara Hahn und Dr. rer. nat. Otto Bach lehren hier.| Beide sind jung.");
    check("Das ist das Ende...| Oder doch nicht?");
}

#[test]
fn french_spanish_portuguese_hard_cases() {
    check("Le 1er mai, Mme. Roux et M. É. Lambert étaient à St. Tropez.| Ils dansaient.");
    check("« Tu viens ? » demanda-t-il.| « Non ! »| Elle partit.");
    check("Il a crié : « Au feu ! »| Tout le monde est sorti.");
    check("Le rendez-vous est à 10 h.| 40 personnes sont venues.");
    check("Les prix ont augmenté de 3,5 %.| C’est beaucoup, dit l’I.N.S.E.E. dans sa note.");
    check("La S.N.C.F. a répondu.| L’O.N.U. aussi.");
    check("Cf. p. 3, al. 2, et suiv. pour la suite.| Voir aussi le t. II.");
    check("Pas de panique…| Tout va bien.| Vraiment ?!| Oui.");
    check("Tout le monde (y compris M. Roy !) a ri.| Puis on est partis.");
    check("Louis XVI et Napoléon III.| Deux destins.");
    check("¿Qué hora es?| ¡Las tres!| ¿Ya?, preguntó él.| Sí.");
    check("El Dr. J. L. Pérez y la Dra. Mª. Luisa llegaron a las 5 p.m.| Después cenaron.");
    check("Ud. tiene razón.| Uds. también.| El Excmo. Sr. D. José Ruiz lo sabe.");
    check("«¡Fuera!», gritó.| «¿Por qué?»| Nadie respondió.");
    check("La batalla fue en el s. V a. C. y duró poco.| Murieron 300.");
    check("Vive en la C/ Mayor, núm. 3, 2.º izq. y trabaja en Zara, S.A.| Gana poco.");
    check("Cuesta 3.500 ptas.| Es barato.| Véase fig. 2.");
    check("Está en el mar.| Lo vi en mayo.| Se llama Sol.");
    check("O Dr. Paulo e a Profª. Ana vivem na Av. Brasil, nº. 5.| São felizes.");
    check("V. Exa. tem razão.| O Exmo. Sr. Presidente concorda.");
    check("— Vens?| — Não.| Fico cá.");
    check("A reunião é às 15h.| Na pág. 3 há um mapa.| D. Afonso Henriques, séc. XII, ganhou.");
    check("O S. João é em junho.| S. Paulo é longe.");
    check("Custou R$ 3,5 mi.| É caro.| A Cia. das Letras publicou.");
}

#[test]
fn russian_hard_cases() {
    check("Встреча в 15 ч. 30 мин.| Не опаздывайте!");
    check("Он родился в 1950 г. в г. Пскове.| В 1960-х гг. переехал.");
    check("Это было в 5 в. до н. э.| Тогда города не было.");
    check("«Почему?» — спросил он.| «Потому!»| Она ушла.");
    check("«Мы рады!»| Он улыбнулся.");
    check("См. с. 15, т. 2, изд. 3-е.| Там всё есть.");
    check("Вес — 5 кг.| Цена — 300 руб. за шт.| Дорого!");
    check("Д. И. Менделеев и проф. Н. Н. Зинин спорили.| Кто победил?");
    check("Компания Apple Inc. представила iOS 17.5.| Все довольны.");
    check("В т. ч. дети, т. н. младшая группа и пр.| Всего 40 чел.| Больше никого.");
    check("Это правда?..| Не знаю…| Может быть!..");
    check("Ну… ладно.| Пойдём?| — Пойдём.");
    check("Он живёт в пос. Южный, ул. Ленина, д. 5, корп. 2.| Позвоните ему.");
    check("О нём.| Маша ничего не знала.");
    check("Курс вырос на 3 руб. 50 коп. и достиг 90 руб. за долл. США.| Рекорд!");
    check("И. о. директора А. Б. Ким подписал приказ.| Он в силе.");
}

#[test]
fn chinese_and_japanese_hard_cases() {
    check("“你好！”他说，“你去哪儿？”|我没有回答。");
    check("他问：“去吗？”|我说：“去。”");
    check("他走了。|“等等！”她喊道。");
    check("「你好。」她說。|「再見。」他回答。");
    check("价格为3.5元。|增长了12.8%！|真的？？|是的……");
    check("他读了《你好吗？》这本书。|很好看。");
    check("（完）下次见。");
    check("会议于2024.5.1召开。|地点在A.B.楼。");
    check("我用的是Python 3.11。|你呢？");
    check("好的！|好的！|走吧。");
    check("本报讯（记者 李明）港口昨天关闭。|重开时间未定。");
    check("港口关闭了。| 星期一开放。");
    check("我们去了St. Ives。|很美。");
    check("「本当？」|「うん。」|二人は笑った。");
    check("彼は「もう遅い。帰ろう。」と言って立ち上がった。|誰も止めなかった。");
    check("それは本当か？|　いや、違う。");
    check("Dr. Smithは来た。|Mr. Jonesは来なかった。");
    check("価格は￥3.5万です！！|安い？|いいえ。");
    check("モデルはver.2.0です。|前はver. 1.5でした。");
    check("新機能（β版！）を追加した。|使ってみてください。");
    check("ありがとう！😊✨|また来てね。");
    check("「すごい！」って叫んだ。|みんなが見た。");
    check("「はい。」|はい、そうです。");
    check("『本』を読んだ。|「『はい。』と彼は言った」と聞いた。|終わり。");
    check("今日は晴れです｡|明日は雨です｡");
    check("A社は「No.1を目指す。」とした。|B社は黙った。");
}
