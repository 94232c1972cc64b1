//! Cases written without a look at the rules, after these had been finished.

use super::cases::check;

#[test]
fn more_of_the_eight() {
    // English.
    check("In Q3 sales fell 4.5% to $2.3 bn.| Shares lost 3%.");
    check("The firm (NYSE: QUAY) is based in Austin, Texas.| Acme Holdings, Inc. (NASDAQ: ACME) is not.| It may be.");
    check("“We did it,” the mayor said.| “Finally!”| The crowd (some 400 people) cheered.| So did I.");
    check("Why?| Because we can.| That's why.");
    check("What's new in 4.1?| Plenty: tabs, panes, etc.| v4.1.1 fixes bug #212.| See CHANGELOG.md.");
    check("Thanks to @anna and @bob.| @carl helped, too.| #thanks to all.");
    check("Version 1.2.3 (a.k.a. “Otter”) is here!| Get it at quay.example/dl.| It is free.");
    check("She said, 'Go home.'| They went.");
    check("It opens Sat. Jan. 4 at 10 a.m. ET.| Doors close at 6.");
    check("Judge Samuel L. King ruled in Roe v. Wade.| Then came Doe vs. State of Ohio.");
    check("He's 6 ft. 2 in. tall.| She's 5 ft.| Nobody cares.");
    check("The Ph.D. student met Prof. Dr. A.B. Lee, M.D., on Fri., Nov. 22.| They talked.");
    check("Is this e.g. The Quay or i.e. Just a bar?| Who knows.");
    check("Read more on pp. 3–5, in ch. 2, sec. 4.1, and fig. B.| It is long.");
    check("We raised €1.2m.| £500k came from A. N. Onym.| ¥3m did not.");
    check("Don't panic!!!| (Or do.)| It's fine.");
    check("You know you shouldn't.| External links didn’t.| Nobody can’t.");
    check("It is no easy feat.| With care it works.");
    check("Take the variable x.| Put 3 in it.| It was Mode A.| Chrome has it.| Alice has COIN_B.| Bob has none.");
    check("Did he agree?| No.| Dr. Reed refused.");
    check("She sat.| Dr. Reed stood.");
    // German.
    check("Der Umsatz stieg um 4,5 % auf 2,3 Mrd. Euro.| Die Aktie fiel.");
    check("Am Mo., dem 3. Feb., tagt der Rat.| Um 19 Uhr.| Gäste sind willkommen.");
    check("Er wohnt in Frankfurt a. M. und arbeitet für die Siemens AG.| Sie auch.");
    check("Das ist m. E. falsch.| S. u. für Details.| Vgl. auch Kap. 3.");
    check("„Das ist toll!“, sagte Dr. Weiß.| „Wirklich?“| Sie lachte.");
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
    check("« Ah bon ? s’étonne-t-elle.| Je l’ignorais. »");
    // Spanish and Portuguese.
    check("El PIB de EE. UU. creció un 2,3 %.| La Bolsa cayó.");
    check("El S. XXI empezó mal.| Cf. pág. 3 y ss. del libro.| ¿Lo leíste, Paco?");
    check("“¿Vienes?” preguntó.| “¡No!”| Y se fue.");
    check("Dijo que no.| Luego se fue.");
    check("El Excmo. Ayto. de Vila abrió a las 9 a. m.| Cerró a las 2 p. m.");
    check("Trabaja en Telefónica, S. A., desde 1999.| Antes no.");
    check("O PIB dos E.U.A. cresceu 2,3 %.| A bolsa caiu.");
    check("O Min. da Saúde falou às 20h.| O Pres. da República, às 21h.| V. Ex.ª sabia?");
    check("Ele mora na Rua A, n. 5, apto. 3.| Ela, no bl. B.| Ninguém sabe.");
    check("Foi em 25 de abr. de 1974.| Viva!");
    // Russian.
    check("ВВП США вырос на 2,3 %.| Акции упали на 5 п. п. за день.");
    check("Адрес: г. Москва, ул. Ленина, д. 5, стр. 1, оф. 12.| Звоните.");
    check("Премьер РФ М. В. Мишин заявил: «Мы готовы».| Посмотрим.");
    check("В 2024 году (т. е. сейчас) всё иначе.| Т. к. цены растут, мы ждём.");
    check("И это всё?| — Да.| — Жаль.");
    check("В 90-х гг. XX в. завод закрыли.| Рабочих (ок. 300 чел.) уволили.");
    check("Длина 5 км.| Ширина 300 м.| Глубина 10 м.");
    // Chinese and Japanese.
    check("据《日报》报道，港口12月1日关闭。|公司CEO王先生说：“我们会回来。”");
    check("“我不同意。”李明笑着说，“但可以试试。”|大家点头。");
    check("什么是RSS？|RSS是一种格式（Really Simple Syndication）。|很简单吧！");
    check("第一章。|他说“不行！”，然后走了。|没有回头。");
    check("价格：$3.5。|运费：免费！|「真的？」|真的。");
    check("v1.2.3已发布：修复了3个问题。|详见https://quay.example/a.html。|谢谢！");
    check("他问道：“你好吗？我很好。”|她点点头。");
    check("A社（東京都、代表：山田太郎）は3日、新製品を発表した。|価格は1.5万円。");
    check("「行くぞ！」と叫ぶ声がした。|「どこへ？」|「海へ。」");
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
    check("It’s 5 o’clock.| Time to go!!! 🚢🚢| All aboard.");
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
    check("Sie fragte: „Wer war das?“| Niemand antwortete.");
    check("Vgl. dazu BGH, Urt. v. 3. Mai 2012, Az. I ZR 5/11.| Das Urteil ist alt.");
    check("Er ist Prof. h. c. Müller zufolge krank.| Az. I ZR 5.");
    check("Das Schiff ist 12 m lang.| Es wiegt 5 t.| Sein Mast ist 9 m hoch.");
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
    check("“Estás atrasado!” gritou o comandante.| “Outra vez?”| “Sim.”");
    // Russian.
    check("Паром затонул 3 окт. 1921 г. у мыса Св. Винсента.| Все 212 пассажиров спаслись.");
    check("По словам акад. И. П. Орлова, это ложь.| Проф. Лебедева согласна.");
    check("«Опять опоздал!» — крикнул капитан.| «Опять?»| «Опять».| Он ушёл.");
    check("Цена: 5 тыс. руб. за шт.| Тел.: 8 (495) 123-45-67.| Звоните с 9 до 18 ч.");
    check("В романе «Кто виноват?» есть вопрос.| Ответа нет.");
    // Chinese, Japanese.
    check("渡轮于1921年10月3日沉没。|212名乘客（包括船长）全部获救。|真是奇迹！");
    check("“你又迟到了！”船长吼道。|“又？”|“又。”|他转身走了。");
    check("王教授（Ph.D.）在No. 5会议室说：“欢迎。”|大家鼓掌。");
    check("新功能包括：1.暗色模式；2.标签页；3.搜索。|欢迎试用！");
    check("你好！|我是小明～很高兴认识你。");
    check("フェリーは1921年10月3日に沈没した。|乗客212人（船長を含む）は全員助かった。|奇跡だ！");
    check("「また遅刻か！」|船長が怒鳴った。|「また？」|「そうだ。」|彼は去った。");
    check("新機能は、1.ダークモード、2.タブ、3.検索です。|お試しください！");
    check("彼女は言った。|「さようなら。」|そして去った。");
}
