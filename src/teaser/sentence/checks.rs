//! Single cases, one line each, and what must hold for every text.

use proptest::prelude::*;

use super::{is_ended, sentences};

/// A text with `|` where a sentence ends.
#[track_caller]
fn check(marked: &str) {
    let text = marked.replace('|', "");
    let expect: Vec<&str> = marked.split('|').map(str::trim).collect();
    assert_eq!(sentences(&text).collect::<Vec<_>>(), expect);
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
    check("Wait... what happened?| Well… Nothing did.".replace("… Nothing", "…| Nothing").as_str());
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
fn other_scripts() {
    check("هل الميناء مغلق؟| نعم، حتى يوم الاثنين.");
    check("बंदरगाह बंद है।| वह सोमवार को खुलेगा।");
}

#[test]
fn english_hard_cases() {
    check(
        "The dog shook its head. \"Eleven!\" He left.".replace("\" He", "\"| He").replace("head. ", "head.| ").as_str(),
    );
    check("He finished in 2:05:11.3. Nobody was faster.".replace("11.3. ", "11.3.| ").as_str());
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
    check("Elizabeth II.| was here".replace("| was", " was").as_str());
    check("World War II. It ended in 1945.".replace("II. ", "II.| ").as_str());
    check(
        "Smith et al. (2019) disagree.| So do we [3].| See Jones et al. They say more."
            .replace("al. They", "al.| They")
            .as_str(),
    );
    check(
        "The quay is closed.[1] It opens soon.[2][3] See below."
            .replace("[1] ", "[1]| ")
            .replace("[3] ", "[3]| ")
            .as_str(),
    );
    check("Rock ’n’ roll vs. Jazz is the theme.| Come!");
    check("He said he would… but he didn’t.| She did…| Then it rained.");
    check("“…and so it ends.”| The crowd cheered.");
    check("That’s all, folks! :) See you.".replace(":) ", ":)| ").as_str());
    check("New: dark mode 🌙.| Fixed: crash 🐛.| Thanks!! 🙏🏽🎉 See you 👋.".replace("🎉 ", "🎉| ").as_str());
    check("🚀 We launched.| 🐛 We fixed bugs.| 🎉 Enjoy.");
    check("It runs on arm64 and x86_64.| macOS is next.| iOS too.");
    check("Mr. and Mrs. Smith of Acme Co. left at 9.| The rest (approx. 40) stayed.");
    check("The ship, the S.S. Minnow, sank.| Its crew of 7 swam to shore.");
    check("Ask for Lt. Cmdr. Ray at Ft. Worth.| He knows Gov. Lee.");
    check("I got an A. She got a B.".replace("A. ", "A.| ").as_str());
    check("Her boss (Ms. A. Chen) left. 'Why?' he asked.".replace("left. ", "left.| ").as_str());
    check("He lives at 12 Main St.| The house is blue.");
    check("It weighs 5 lbs.| The other one weighs 6 oz.| Both float.");
    check("A. Smith wrote this.| B. Jones read it.");
    check("Chapter 3. The harbour at night.".replace("3. ", "3.| ").as_str());
    check("Do this: 1. Install it.| 2. Run it.| 3. Smile.");
    check("a) Install it.| b) Run it.");
    check("He has a Ph.D. in physics.| She has an M.A. from Yale.| They have no B.Sc.| Nobody does.");
    check("The E.U. Commission met U.S. President Smith in Washington, D.C. on Friday.| They ate.");
    check("In the U.K. and the U.S. it rained.| In the U.S., too.");
    check("Turn left.Then right.| Stop.");
    check("This is it: the end.| (See also p. 5.)| [Ed. note: no.]| Bye.");
    check("The band Wham! was big.| Panic! at the Disco, too.");
    check("See www.quay.example.| Or https://quay.example/a?b=c.d.| Bye.");
    check("See www.quay.example. https://quay.example is the same.".replace("example. h", "example.| h").as_str());
    check("We use OpenSSL 3.0. It is fast.".replace("3.0. ", "3.0.| ").as_str());
    check(
        "At 5 a.m. Mr. Reed went out.| He came back at 6 P.M. Mr. Reed was tired.".replace("P.M. ", "P.M.| ").as_str(),
    );
    check("1. The first item 2. The second item");
    check("Give it to Reed & Co. They know.".replace("Co. ", "Co.| ").as_str());
    check(
        "I met Phil. Maria did not.| It is in your env. Then restart."
            .replace("Phil. ", "Phil.| ")
            .replace("env. ", "env.| ")
            .as_str(),
    );
    check("He left. ...and so did she.".replace("left. ", "left.| ").as_str());
    check("It was . . . odd.| That is all. . . . The rest is lost.".replace(". The", ".| The").as_str());
    check("She (he said it twice. Or more.) left.| This is Jr.'s book.");
    check("Turn to p. 55.| It is in N°. 12.| You and I. Did we?".replace("I. ", "I.| ").as_str());
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
    check("»Halt!«, rief sie.| »Warum?« Er blieb stehen.".replace("« Er", "«| Er").as_str());
    check("Max Mustermann jr. wohnt i. d. R. in Köln a. Rh. und arbeitet bei der Deutschen Bank AG.| Er pendelt.");
    check("Das kostet 5 Mrd. Euro.| Die Mehrheit zahlt 3 Mio.| Der Rest nichts.");
    check("Geöffnet Mo.–Fr. von 8 bis 18 Uhr.| Sa. und So. geschlossen.");
    check("Im 21. Jh. ist das anders.| Im 20. Jh. war es so.");
    check("Das ist Version 3. Sie ist neu.".replace("3. ", "3.| ").as_str());
    check("Er wurde 3.| Sie wurde 5.| Die anderen gaben auf.");
    check("Siehe auch Bd. II, S. 45 ff.| Dort steht mehr.");
    check("Nach Angaben von Dir. Meier (geb. 1960) kommt das Gesetz Ende Okt. 2025.| Wirklich?");
    check("Der 1. FC Hafen gewann 3:1.| Der 2. Platz geht an den SV.");
    check("Heinrich VIII. hatte sechs Frauen.| Ludwig XIV. war der Sonnenkönig.");
    check("Es gibt drei Gründe: 1. Zeit, 2. Geld und 3. Lust.| Alles fehlt.");
    check("Der sog. Turmbau dauerte ca. 5 Std. und endete um 17 Uhr.| Danach war Feierabend.");
    check("Das Papst-Zitat („Geht hinaus!“) ist alt.| Es stimmt.");
    check("Dr.-Ing. Weber, Dipl.-Kfm. Roth und Univ.-Prof. Lang kamen.| Alle gingen.");
    check("Ich danke dir. Komm. Maria wartet.".replace(". ", ".| ").as_str());
    check("Dr. phil. Klara Hahn und Dr. rer. nat. Otto Bach lehren hier.| Beide sind jung.");
    check("Das ist das Ende... Oder doch nicht?".replace("... ", "...| ").as_str());
}

#[test]
fn french_spanish_portuguese_hard_cases() {
    check("Le 1er mai, Mme. Roux et M. É. Lambert étaient à St. Tropez.| Ils dansaient.");
    check("« Tu viens ? » demanda-t-il.| « Non ! »| Elle partit.");
    check("Il a crié : « Au feu ! » Tout le monde est sorti.".replace("» Tout", "»| Tout").as_str());
    check("Le rendez-vous est à 10 h. 40 personnes sont venues.".replace("h. 40", "h.| 40").as_str());
    check("Les prix ont augmenté de 3,5 %.| C’est beaucoup, dit l’I.N.S.E.E. dans sa note.");
    check("La S.N.C.F. a répondu.| L’O.N.U. aussi.");
    check("Cf. p. 3, al. 2, et suiv. pour la suite.| Voir aussi le t. II.");
    check("Pas de panique…| Tout va bien.| Vraiment ?! Oui.".replace("?! ", "?!| ").as_str());
    check("Tout le monde (y compris M. Roy !) a ri.| Puis on est partis.");
    check("Louis XVI et Napoléon III. Deux destins.".replace("III. ", "III.| ").as_str());
    check("¿Qué hora es?| ¡Las tres!| ¿Ya?, preguntó él.| Sí.");
    check("El Dr. J. L. Pérez y la Dra. Mª. Luisa llegaron a las 5 p.m.| Después cenaron.");
    check("Ud. tiene razón.| Uds. también.| El Excmo. Sr. D. José Ruiz lo sabe.");
    check("«¡Fuera!», gritó.| «¿Por qué?» Nadie respondió.".replace("» Nadie", "»| Nadie").as_str());
    check("La batalla fue en el s. V a. C. y duró poco.| Murieron 300.");
    check("Vive en la C/ Mayor, núm. 3, 2.º izq. y trabaja en Zara, S.A.| Gana poco.");
    check("Cuesta 3.500 ptas.| Es barato.| Véase fig. 2.");
    check("Está en el mar.| Lo vi en mayo.| Se llama Sol.");
    check("O Dr. Paulo e a Profª. Ana vivem na Av. Brasil, nº. 5.| São felizes.");
    check("V. Exa. tem razão.| O Exmo. Sr. Presidente concorda.");
    check("— Vens? — Não.| Fico cá.".replace("? —", "?| —").as_str());
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
    check("«Мы рады!» Он улыбнулся.".replace("» Он", "»| Он").as_str());
    check("См. с. 15, т. 2, изд. 3-е.| Там всё есть.");
    check("Вес — 5 кг. Цена — 300 руб. за шт.| Дорого!".replace("кг. ", "кг.| ").as_str());
    check("Д. И. Менделеев и проф. Н. Н. Зинин спорили.| Кто победил?");
    check("Компания Apple Inc. представила iOS 17.5.| Все довольны.");
    check("В т. ч. дети, т. н. младшая группа и пр.| Всего 40 чел.| Больше никого.");
    check("Это правда?..| Не знаю…| Может быть!..");
    check("Ну… ладно.| Пойдём?| — Пойдём.");
    check("Он живёт в пос. Южный, ул. Ленина, д. 5, корп. 2.| Позвоните ему.");
    check("О нём. Маша ничего не знала.".replace("нём. ", "нём.| ").as_str());
    check("Курс вырос на 3 руб. 50 коп. и достиг 90 руб. за долл. США.| Рекорд!");
    check("И. о. директора А. Б. Ким подписал приказ.| Он в силе.");
}

#[test]
fn chinese_and_japanese_hard_cases() {
    check("“你好！”他说，“你去哪儿？”|我没有回答。");
    check("他问：“去吗？”我说：“去。”".replace("”我说", "”|我说").as_str());
    check("他走了。“等等！”她喊道。".replace("。“", "。|“").as_str());
    check("「你好。」她說。|「再見。」他回答。");
    check("价格为3.5元。|增长了12.8%！|真的？？|是的……");
    check("他读了《你好吗？》这本书。|很好看。");
    check("（完）|下次见。".replace("|", "").as_str());
    check("会议于2024.5.1召开。|地点在A.B.楼。");
    check("我用的是Python 3.11。|你呢？");
    check("好的！好的！|走吧。".replace("！好", "！|好").as_str());
    check("本报讯（记者 李明）港口昨天关闭。|重开时间未定。");
    check("港口关闭了。 星期一开放。".replace("。 ", "。| ").as_str());
    check("我们去了St. Ives。|很美。");
    check("「本当？」「うん。」|二人は笑った。".replace("」「", "」|「").as_str());
    check("彼は「もう遅い。帰ろう。」と言って立ち上がった。|誰も止めなかった。");
    check("それは本当か？　いや、違う。".replace("？　", "？|　").as_str());
    check("Dr. Smithは来た。|Mr. Jonesは来なかった。");
    check("価格は￥3.5万です！！|安い？|いいえ。");
    check("モデルはver.2.0です。|前はver. 1.5でした。");
    check("新機能（β版！）を追加した。|使ってみてください。");
    check("ありがとう！😊✨また来てね。".replace("✨", "✨|").as_str());
    check("「すごい！」って叫んだ。|みんなが見た。");
    check("「はい。」はい、そうです。".replace("」は", "」|は").as_str());
    check("『本』を読んだ。|「『はい。』と彼は言った」と聞いた。|終わり。");
    check("今日は晴れです｡明日は雨です｡".replace("｡明", "｡|明").as_str());
    check("A社は「No.1を目指す。」とした。|B社は黙った。");
}

#[test]
fn more_of_the_eight() {
    // English.
    check("In Q3 sales fell 4.5% to $2.3 bn. Shares lost 3%.".replace("bn. ", "bn.| ").as_str());
    check("The firm (NYSE: QUAY) is based in Austin, Texas.| Acme Holdings, Inc. (NASDAQ: ACME) is not.| It may be.");
    check("“We did it,” the mayor said.| “Finally!”| The crowd (some 400 people) cheered.| So did I.");
    check("Why? Because we can.| That's why.".replace("Why? ", "Why?| ").as_str());
    check("What's new in 4.1?| Plenty: tabs, panes, etc.| v4.1.1 fixes bug #212.| See CHANGELOG.md.");
    check("Thanks to @anna and @bob.| @carl helped, too.| #thanks to all.");
    check("Version 1.2.3 (a.k.a. “Otter”) is here!| Get it at quay.example/dl.| It is free.");
    check("She said, 'Go home.' They went.".replace("' They", "'| They").as_str());
    check("It opens Sat. Jan. 4 at 10 a.m. ET.| Doors close at 6.");
    check("Judge Samuel L. King ruled in Roe v. Wade.| Then came Doe vs. State of Ohio.");
    check("He's 6 ft. 2 in. tall.| She's 5 ft. Nobody cares.".replace("5 ft. ", "5 ft.| ").as_str());
    check("The Ph.D. student met Prof. Dr. A.B. Lee, M.D., on Fri., Nov. 22.| They talked.");
    check("Is this e.g. The Quay or i.e. Just a bar?| Who knows.");
    check("Read more on pp. 3–5, in ch. 2, sec. 4.1, and fig. B.| It is long.");
    check("We raised €1.2m.| £500k came from A. N. Onym.| ¥3m did not.");
    check("Don't panic!!! (Or do.) It's fine.".replace("!!! ", "!!!| ").replace("do.) ", "do.)| ").as_str());
    check("You know you shouldn't. External links didn’t. Nobody can’t.".replace(". ", ".| ").as_str());
    check("It is no easy feat. With care it works.".replace("feat. ", "feat.| ").as_str());
    check(
        "Take the variable x. Put 3 in it.| It was Mode A. Chrome has it.| Alice has COIN_B. Bob has none."
            .replace("x. ", "x.| ")
            .replace("A. ", "A.| ")
            .replace("_B. ", "_B.| ")
            .as_str(),
    );
    check("Did he agree?| No. Dr. Reed refused.".replace("No. ", "No.| ").as_str());
    check("She sat. Dr. Reed stood.".replace("sat. ", "sat.| ").as_str());
    // German.
    check("Der Umsatz stieg um 4,5 % auf 2,3 Mrd. Euro.| Die Aktie fiel.");
    check("Am Mo., dem 3. Feb., tagt der Rat.| Um 19 Uhr.| Gäste sind willkommen.");
    check("Er wohnt in Frankfurt a. M. und arbeitet für die Siemens AG.| Sie auch.");
    check("Das ist m. E. falsch.| S. u. für Details.| Vgl. auch Kap. 3.");
    check("„Das ist toll!“, sagte Dr. Weiß.| „Wirklich?“ Sie lachte.".replace("“ Sie", "“| Sie").as_str());
    check("Die Uhr zeigt 12.| Der Zug fährt um 13.15 Uhr.| Er hält in St. Pölten.");
    check("Bis zum 30. 6. 2025 gilt der alte Preis.| Danach zahlt man mehr.");
    check("Im 1. und 2. Stock ist Platz.| Im 3. nicht.");
    check("Der Art. 5 des Abk. wurde gestrichen.| Warum, weiß Hr. Dr. Kern.");
    // French.
    check("Le C.A. atteint 2,3 Mds d’euros, soit +4,5 %.| L’action recule.");
    check("J.-C. Martin et Mme É. Roy ont dit : « Oui ! »| Puis ils sont partis.");
    check("Le procès de l’ex-P.-D.G. s’ouvre le 12 févr. prochain.| À suivre…");
    check("Rendez-vous au 3, pl. de la Gare, à 9 h 30.| Entrée libre !");
    check("Qui a dit « Pourquoi pas ? » hier ?| Moi.");
    check("« Ah bon ? s’étonne-t-elle. Je l’ignorais. »".replace("elle. ", "elle.| ").as_str());
    // Spanish and Portuguese.
    check("El PIB de EE. UU. creció un 2,3 %.| La Bolsa cayó.");
    check("El S. XXI empezó mal.| Cf. pág. 3 y ss. del libro.| ¿Lo leíste, Paco?");
    check("“¿Vienes?” preguntó.| “¡No!”| Y se fue.");
    check("Dijo que no. Luego se fue.".replace("no. ", "no.| ").as_str());
    check("El Excmo. Ayto. de Vila abrió a las 9 a. m.| Cerró a las 2 p. m.");
    check("Trabaja en Telefónica, S. A., desde 1999.| Antes no.");
    check("O PIB dos E.U.A. cresceu 2,3 %.| A bolsa caiu.");
    check("O Min. da Saúde falou às 20h.| O Pres. da República, às 21h.| V. Ex.ª sabia?");
    check("Ele mora na Rua A, n. 5, apto. 3.| Ela, no bl. B. Ninguém sabe.".replace("bl. B. ", "bl. B.| ").as_str());
    check("Foi em 25 de abr. de 1974.| Viva!");
    // Russian.
    check("ВВП США вырос на 2,3 %.| Акции упали на 5 п. п. за день.");
    check("Адрес: г. Москва, ул. Ленина, д. 5, стр. 1, оф. 12.| Звоните.");
    check("Премьер РФ М. В. Мишин заявил: «Мы готовы».| Посмотрим.");
    check("В 2024 году (т. е. сейчас) всё иначе.| Т. к. цены растут, мы ждём.");
    check("И это всё?| — Да. — Жаль.".replace("Да. ", "Да.| ").as_str());
    check("В 90-х гг. XX в. завод закрыли.| Рабочих (ок. 300 чел.) уволили.");
    check("Длина 5 км. Ширина 300 м. Глубина 10 м.".replace("км. ", "км.| ").replace("300 м. ", "300 м.| ").as_str());
    // Chinese and Japanese.
    check("据《日报》报道，港口12月1日关闭。|公司CEO王先生说：“我们会回来。”");
    check("“我不同意。”李明笑着说，“但可以试试。”|大家点头。");
    check("什么是RSS？|RSS是一种格式（Really Simple Syndication）。|很简单吧！");
    check("第一章。|他说“不行！”，然后走了。|没有回头。");
    check("价格：$3.5。|运费：免费！|「真的？」|真的。");
    check("v1.2.3已发布：修复了3个问题。|详见https://quay.example/a.html。|谢谢！");
    check("他问道：“你好吗？我很好。”|她点点头。");
    check("A社（東京都、代表：山田太郎）は3日、新製品を発表した。|価格は1.5万円。");
    check("「行くぞ！」と叫ぶ声がした。|「どこへ？」「海へ。」".replace("」「", "」|「").as_str());
    check("詳細はこちら→https://quay.example/。|お楽しみに♪");
    check("それは、彼が言った「もういい。」が始まりだった。|みんな黙った。");
    check("え、本当に！？|はい、本当です。|ver.1.2.3で直りました。");
    check("「本日は晴天なり」。|放送が始まった。");
    check("〈港へ。〉という詩がある。|とても短い。");
}

#[test]
fn still_more_of_the_eight() {
    // English.
    check("The ferry sank on Oct. 3, 1921, off Cape St. Vincent.| All 212 aboard, incl. Capt. R. Dunn, survived.");
    check("Quayside Labs, Inc., today announced v2.0 of Otter.| “It’s our best yet,” said Dana Roe, Ph.D., its CTO.");
    check("Rates rose 0.25 pct. pts. in Dec. 2024.| Analysts at Reed, Hall & Co. expect more.");
    check("Should I use .env or config.yml?| Either works, e.g. for tests.| See README.md § 3.2.");
    check("“You’re late!” the captain barked.| “Again?”| “Again.”| He turned away.");
    check("She works at 10 Downing St. in London.| He works at No. 11.");
    check("It’s 5 o’clock.| Time to go!!!| 🚢🚢 All aboard.".replace("!!!| 🚢🚢 All", "!!! 🚢🚢| All").as_str());
    check("What a day... and what a night.| Let me start over: it rained.");
    check("Tickets cost $5 (approx. €4.60).| Kids under 12 get in free.| Dogs, too!");
    check("The U.N. Security Council met at 10 a.m. on Monday.| The U.S. and the U.K. voted no.| So did the E.U.");
    check("In 1999 he moved to Boston.| There he met Samuel T. Coleridge IV.| They got along.");
    check("Use the Map.of() method.| Call foo.bar().| Then stop.");
    // German.
    check("Die Fähre sank am 3. Okt. 1921 vor Kap St. Vinzenz.| Alle 212 Passagiere, inkl. Kapitän, überlebten.");
    check("Der Vorstand der Hafen AG, Dr. h. c. Otto Kahn, trat am 31.12.2024 zurück.| Die Gründe sind unklar.");
    check("Rufen Sie uns an: Tel. 0123/456-789.| Wir sind Mo. bis Fr. erreichbar.");
    check("Im 2. Halbjahr stieg der Absatz um 3,5 %.| Für das 1. Quartal rechnet man mit weniger.");
    check("Sie fragte: „Wer war das?“ Niemand antwortete.".replace("“ Niemand", "“| Niemand").as_str());
    check("Vgl. dazu BGH, Urt. v. 3. Mai 2012, Az. I ZR 5/11.| Das Urteil ist alt.");
    check("Er ist Prof. h. c. Müller zufolge krank.| Az. I ZR 5.");
    check("Das Schiff ist 12 m lang.| Es wiegt 5 t. Sein Mast ist 9 m hoch.".replace("5 t. ", "5 t.| ").as_str());
    // French.
    check("Le bac a coulé le 3 oct. 1921 au large du cap St-Vincent.| Les 212 passagers ont survécu.");
    check("D’après M. le Ministre, c’est faux.| Mgr. Blanc le confirme.| Le Pr Noir, non.");
    check("« Vous êtes en retard ! » lança le capitaine.| « Encore ? »| « Encore. »| Il partit.");
    check("L’entreprise Quai & Cie. emploie env. 300 pers. en Bretagne.| Elle recrute.");
    check("Ouvert du lun. au ven. de 9 h à 18 h.| Fermé le dim. et les jours fériés.");
    check("Qu’est-ce que c’est ?| Un port !| Vraiment…?| Oui.");
    // Spanish, Portuguese.
    check("El ferry se hundió el 3 de oct. de 1921.| Los 212 pasajeros, incl. el capitán, se salvaron.");
    check("—¿Llegas tarde? —gritó el capitán—.| ¡Otra vez!| —Otra vez.| Se fue.");
    check("Según el Sr. Ministro, es falso.| La Sra. Vda. de Gil lo confirma.| ¿Y Ud.?");
    check("El libro (vol. II, cap. 3, págs. 12 y ss.) lo explica.| Léalo.");
    check("O ferry afundou a 3 de out. de 1921.| Os 212 passageiros, incl. o comandante, salvaram-se.");
    check("Segundo o Exmo. Sr. Ministro, é falso.| A Sra. D. Maria confirma.| E V. Exa.?");
    check("O livro (vol. II, cap. 3, págs. 12 e segs.) explica tudo.| Leia-o.");
    check("“Estás atrasado!” gritou o comandante.| “Outra vez?” “Sim.”".replace("?” “S", "?”| “S").as_str());
    // Russian.
    check("Паром затонул 3 окт. 1921 г. у мыса Св. Винсента.| Все 212 пассажиров спаслись.");
    check("По словам акад. И. П. Орлова, это ложь.| Проф. Лебедева согласна.");
    check("«Опять опоздал!» — крикнул капитан.| «Опять?»| «Опять».| Он ушёл.");
    check("Цена: 5 тыс. руб. за шт.| Тел.: 8 (495) 123-45-67.| Звоните с 9 до 18 ч.");
    check("В романе «Кто виноват?» есть вопрос.| Ответа нет.");
    // Chinese, Japanese.
    check("渡轮于1921年10月3日沉没。|212名乘客（包括船长）全部获救。|真是奇迹！");
    check("“你又迟到了！”船长吼道。|“又？”|“又。”|他转身走了。".replace("|“又。", "|“又。").as_str());
    check("王教授（Ph.D.）在No. 5会议室说：“欢迎。”|大家鼓掌。");
    check("新功能包括：1.暗色模式；2.标签页；3.搜索。|欢迎试用！");
    check("你好！我是小明～|很高兴认识你。".replace("！我", "！|我").replace("～|很", "～很").as_str());
    check("フェリーは1921年10月3日に沈没した。|乗客212人（船長を含む）は全員助かった。|奇跡だ！");
    check(
        "「また遅刻か！」船長が怒鳴った。|「また？」|「そうだ。」|彼は去った。".replace("！」船", "！」|船").as_str(),
    );
    check("新機能は、1.ダークモード、2.タブ、3.検索です。|お試しください！");
    check("彼女は言った。「さようなら。」そして去った。".replace("。「", "。|「").replace("」そ", "」|そ").as_str());
}

#[test]
fn italian_and_dutch() {
    check("Il Sig. Rossi e la Sig.ra Bianchi arrivano alle 10.| Il Dott. Verdi no.");
    check("Vendiamo reti, ami, ecc. a prezzi bassi.| Venite!");
    check("La Fiat S.p.A. ha chiuso.| Perché?| L'Avv. Neri tace (cfr. pag. 4).");
    check("Dhr. Jansen en mevr. De Vries komen om 8 uur.| Wie nog meer?");
    check("Dat geldt bijv. voor boten, d.w.z. alles wat drijft.| Zie blz. 5.");
    check("Drs. P. van Dam schreef het in nr. 4.| Het was goed.");
}

#[test]
fn polish_and_czech() {
    check("Prof. Nowak mieszka przy ul. Długiej 5 w Krakowie.| Pracuje np. w soboty.");
    check("Port powstał w 1990 r. i zamknięto go w 2001 r.| Dlaczego?");
    check("To kosztuje 5 tys. zł. Kto zapłaci?".replace("zł. ", "zł.| ").as_str());
    check("Ing. Novák přijel 12. března.| Zůstal do 3. dubna.");
    check("Platí to např. pro lodě, čluny atd. v přístavu.| Viz str. 4.");
    check("MUDr. Jana Malá a PhDr. Karel Velký mlčeli.| Proč?");
}

#[test]
fn northern_and_turkish() {
    check("Hamnen stänger kl. 18.| Den öppnar t.ex. på måndag.");
    check("Det gäller båtar, dvs. allt som flyter.| Varför det?");
    check("Mødet er d. 3. maj kl. 10.| Alle er velkomne!");
    check("Sn. Yılmaz ve Doç. Dr. Kaya geldi.| Kim gelmedi?");
    check("Tekne, ağ vb. satılır.| Bkz. s. 12.");
    check("Liman 3. katta değil.| Nerede?");
}

#[test]
fn greek_and_georgian() {
    check("Το λιμάνι έκλεισε.| Γιατί;| Κανείς δεν ξέρει.");
    check("Ο κ. Παπαδόπουλος ήρθε στις 5 μ.μ. χθες.| Πού είναι τώρα;| Εδώ.");
    check("Βλ. σελ. 4, π.χ. τον χάρτη.| Τι λέτε\u{37e}| Ναι.");
    check("One; two; three.| No end; here.");
    check("პორტი დაკეტილია.| რატომ?| არავინ იცის.");
}

#[test]
fn arabic_and_hebrew() {
    check("أغلق الميناء.| لماذا؟| لا أحد يعلم!");
    check("وصل د. أحمد إلى الميناء.| ثم غادر.");
    check("بندرگاہ بند ہے۔| کیوں؟| کسی کو معلوم نہیں۔");
    check("הנמל סגור.| למה?| איש אינו יודע!");
    check("ד\"ר כהן הגיע בשעה 5.30.| הוא הלך.");
    check("המחיר הוא 3.5 ש\"ח.| יקר.");
}

#[test]
fn indian() {
    check("डॉ. शर्मा आए।| क्या वे रुकेंगे?| हाँ!");
    check("कीमत 3.5 रुपये है।| बहुत सस्ता है।।| अच्छा।");
    check("श्री. वर्मा ने कहा, “रुको।”| वह चला गया।");
    check("বন্দর বন্ধ।| কেন?| কেউ জানে না।");
    check("ডা. রায় এলেন।| তিনি ৩.৫ টাকা দিলেন।| ধন্যবাদ!");
    check("துறைமுகம் மூடப்பட்டது.| ஏன்?| யாருக்கும் தெரியாது.");
}

#[test]
fn armenian_and_ethiopic() {
    check("Նավահանգիստը փակ է։| Ինչո՞ւ։| Ոչ ոք չգիտի։");
    check("Նավահանգիստը փակ է: Ոչ ոք չգիտի:".replace("է: ", "է:| ").as_str());
    check("ወደቡ ተዘግቷል።| ለምን?| ማንም አያውቅም።");
    check("ወደቡ ተዘግቷል።| ለምን፧| ማንም አያውቅም።");
}

#[test]
fn burmese_khmer_tibetan_thai() {
    check("ဆိပ်ကမ်း ပိတ်ထားသည်။|ဘာကြောင့်လဲ။| မသိပါ။");
    check("ကျွန်ုပ်၊ သူ၊ သင်။| အားလုံး။");
    check("កំពង់ផែបិទ។|ហេតុអ្វី?| គ្មាននរណាដឹង។");
    check("យើងលក់ត្រី បង្គា ។ល។| មកមើល។");
    check("གྲུ་ཁ་བརྒྱབ་སོང་། | ག་རེ་ཡིན་ནམ། | སུས་ཀྱང་མི་ཤེས།");
    check("ท่าเรือปิดแล้ว เปิดวันที่ 5 ม.ค. เวลา 10.30 น. ทุกคนรออยู่");
    check("ดร. สมชาย มาแล้ว");
    check("ท่าเรือปิดไหม?| ปิดแล้ว");
}

#[test]
fn korean() {
    check("항구가 닫혔다.| 왜 그럴까?| 아무도 모른다.");
    check("가격은 3.5달러입니다.| 비싸요!| 정말요?");
    check("그는 “가자.”라고 말했다.| 배가 떠났다.");
}

#[test]
fn ends_are_seen() {
    for ended in [
        "He said “Go.”",
        "終わり。」",
        "Really?",
        "(It rained.)",
        "We sell nets, etc.",
        "She left at 5 p.m.",
        "It shipped! 🎉",
        "It shipped.🎉🎉 ",
        "It is known.[3]",
        "It is known.³",
        "Il est venu. »",
        "Qui ?",
        "Γιατί;",
        "बंद है।",
        "قف؟",
        "Ինչո՞ւ։",
        "ท่าเรือปิดแล้ว",
        "Thanks! :)",
        "Wait…",
    ] {
        assert!(is_ended(ended), "{ended}");
    }
    for open in [
        "Here is why:",
        "cut in the mid",
        "see Node.js",
        "He came (and left)",
        "One; two;",
        "1.",
        "2024.",
        "…",
        "?!",
        "",
        "🎉",
        "“Stop!” he said, and",
        "朝の港",
        "A list [3]",
    ] {
        assert!(!is_ended(open), "{open}");
    }
}

#[test]
fn the_work_grows_with_the_length_alone() {
    use std::time::{Duration, Instant};
    #[track_caller]
    fn check(text: &str, bound: Duration) -> Duration {
        let start = Instant::now();
        let parts = sentences(text).count() + usize::from(is_ended(text));
        let taken = start.elapsed();
        assert!(taken < bound, "{parts} parts of {:?}… took {taken:?}", text.get(..20));
        taken
    }
    let long = |unit: &str, length: usize| unit.repeat(length / unit.len());
    // What is quadratic takes thousands of times as long as prose of the same length.
    let prose = long("The quay is closed, e.g. on Monday. It opens again. ", 200_000);
    let bound = (check(&prose, Duration::MAX) * 60).max(Duration::from_secs(2));
    for unit in ["a ", "a", ".", "?!", "\"", "”", "(", "a. a. a. ", "「", "“你", "。", "🎉", " "] {
        check(&format!("他{}。", long(unit, 200_000)), bound);
    }
    let units = "…|. |! |.  |“|)|[|«| »|. »|A. |1. |『|「。|（|。（|a.\u{a0}|! 🎉|!🎉|EE. UU. |p. |z. B. |¿|—|. —|[1]|.[1]|. (|(a. \
                 |a\"你|。\"|।|ท.|α;|: 1. |“a.”b|Yahoo! |\u{301}|.\u{301}|'|.'|.*|*|_a.|. a|」と。|说。”|“说。”|他”。|«。";
    check(&long(".", 200_000), bound);
    check(&long("「", 200_000), bound);
    for unit in units.split('|') {
        check(&format!("a{}", long(unit, 20_000)), bound);
    }
}

proptest! {
    #[test]
    fn nothing_is_lost_and_nothing_panics(text in foreign()) {
        // Each sentence is a part of the text, and only space lies between two.
        let mut at = 0;
        for sentence in sentences(&text) {
            prop_assert_eq!(sentence, sentence.trim());
            prop_assert!(!sentence.is_empty());
            let from = sentence.as_ptr() as usize - text.as_ptr() as usize;
            prop_assert!(text.is_char_boundary(from));
            prop_assert_eq!(text[at..from].trim(), "");
            at = from + sentence.len();
        }
        prop_assert_eq!(text[at..].trim(), "");
        is_ended(&text);
    }

    #[test]
    fn a_sentence_is_one_sentence(words in proptest::collection::vec("[A-Z][a-z]{3,9}( [a-z]{4,9}){1,6}[.?!]", 1..6)) {
        let text = words.join(" ");
        prop_assert_eq!(sentences(&text).collect::<Vec<_>>(), words);
        for sentence in sentences(&text) {
            prop_assert_eq!(sentences(sentence).collect::<Vec<_>>(), vec![sentence]);
        }
    }

    #[test]
    fn cutting_again_cuts_no_further(text in plain()) {
        for sentence in sentences(&text) {
            prop_assert_eq!(sentences(sentence).count(), 1, "{}", sentence);
        }
    }
}

/// Signs of all kinds, and pieces of hard cases.
fn foreign() -> impl Strategy<Value = String> {
    let signs = "[a-zA-Z0-9 .!?…“”»«\"'()é。．！「」『』（）と说他你《》;αท។ལ\n\u{a0}\u{3000}🎉:\\[\\]—¿]{0,60}";
    prop_oneof![signs, plain(), "\\PC{0,40}"]
}

/// The same without quotations and brackets, which bind what stands between them.
fn plain() -> impl Strategy<Value = String> {
    "((Dr|etc|U|z|B|5|12|said|He|The|он|г|1990|。|と|说|ок|EE|UU|a|m|p|Reed|boats)(\\.|\\. | |！|!|! |\\?|。)?){0,30}"
}
