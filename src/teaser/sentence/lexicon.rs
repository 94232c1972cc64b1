//! The words that say whether a dot ends a sentence: one table of abbreviations for each language.
//!
//! Where two languages write the same abbreviation, it stands in the first of them.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

/// What a dot behind an abbreviation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Something always follows: "e.g.", "z. B.".
    Never,
    /// A name follows, else it was none: "Mr.", "ул.".
    Title,
    /// The same, but only written with a capital: "Gen.", while "col." may be a word.
    Rank,
    /// An abbreviation before a number, else a word: "No. 5", "S. 12".
    Number,
    /// A sentence goes on in most cases: "the U.S. Navy"; it ends before words that begin sentences.
    Rarely,
    /// Before a capital it mostly ends a sentence: "etc.", "Inc.", "p.m.".
    Mostly,
}

/// Looks up an abbreviation in lower case without its last dot and without spaces.
pub(super) fn kind(word: &str) -> Option<Kind> {
    static KINDS: LazyLock<HashMap<&str, Kind>> = LazyLock::new(|| {
        let mut kinds = HashMap::new();
        for (kind, words) in TABLES.iter().flat_map(|table| table.iter()) {
            for word in words.split_whitespace() {
                kinds.entry(word).or_insert(*kind);
            }
        }
        kinds
    });
    KINDS.get(word).copied()
}

type Table = &'static [(Kind, &'static str)];

const TABLES: &[Table] = &[
    ENGLISH, GERMAN, FRENCH, SPANISH, PORTUGUESE, RUSSIAN, ITALIAN, DUTCH, POLISH, CZECH, NORTHERN, TURKISH, GREEK,
    INDIAN,
];

const ENGLISH: Table = &[
    (Kind::Never, "abbr ca e.g i.e eg ie vs cf viz approx resp incl excl a.k.a f/k/a w/o"),
    (Kind::Title, "lt mr mrs ms mx messrs dr prof st ste mt ft sr fr"),
    (
        Kind::Rank,
        "dir proc natl intl inst acad biol chem phys soc trans wm geo chas thos jas det arch mag doc sto pe ir on rag gen col maj capt cpt cmdr sgt cpl pvt adm rev gov sen rep hon pres supt insp asst assoc msgr bros \
         univ dept atty amb ",
    ),
    (
        Kind::Number,
        "wk chs lect sec no nos nr fig figs vol vols p pp pg ch chap sect art para paras eq eqs ex v ver op ed min max circa \
         jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri ext tel sched ser",
    ),
    (Kind::Rarely, "u.s u.k u.n u.s.a e.u d.c l.a n.y jr ph.d m.d b.a m.a b.sc m.sc al esq st.d"),
    (Kind::Mostly, "etc inc corp ltd co llc plc a.m p.m ave blvd rd est b.c a.d b.c.e c.e"),
];

const GERMAN: Table = &[
    (
        Kind::Never,
        "z.b d.h bzw sog ggf ggfs evtl inkl exkl zzgl u.a v.a z.t vgl geb hrsg bspw d.i insb insbes einschl \
         z.zt m.a.w allg",
    ),
    (Kind::Title, "az urt kapt verf vors präs pfr stv hr fr hrn dipl ing frl"),
    (Kind::Number, "jän mär mrz okt dez nr nrn bd bde abb abs kap tab ziff jg anm aufl hs bl rn fn"),
    (Kind::Rarely, "mio mrd tsd chr n.chr v.chr i.d.r a.d a.m o.g u.u"),
    (Kind::Mostly, "usw usf u.s.w u.v.m o.ä u.ä jh jhdt std e.v ff"),
];

const FRENCH: Table = &[
    (Kind::Never, "p.ex par.ex c.-à-d "),
    (Kind::Title, "gén cdt mm mme mmes mlle mlles mgr pr dr bd av"),
    (Kind::Number, "env n° chap al tél réf janv févr avr juill sept oct déc "),
    (Kind::Rarely, "j.-c apr"),
    (Kind::Mostly, "s.a.s"),
];

const SPANISH: Table = &[
    (Kind::Never, "p.ej ej v.gr aprox"),
    (
        Kind::Title,
        "excmo excma mª profª sra sras sres srta srtas dña dra dres lic arq gral cnel ud uds vd vds avda pza sto sta fco mtro ",
    ),
    (Kind::Number, "nº núm núms pág págs cap vol tel tfno ene abr ago dic fol"),
    (Kind::Mostly, "s.a s.l s.a.u cía a.c admón depto"),
];

const PORTUGUESE: Table = &[
    (Kind::Title, "dep profa prof.ª eng enga exmo exma ilmo ilma arqª dr.ª sr.ª "),
    (Kind::Number, "apto apt pag págs séc séculos fev abr dez fl"),
    (Kind::Mostly, "ltda lda cia d.c"),
];

const RUSSIAN: Table = &[
    (Kind::Never, "т.е т.к т.н т.о напр ср англ лат фр ит греч тж"),
    (
        Kind::Title,
        "пгт им ул пл просп пр-т пер наб бул бульв акад проф доц инж св гр гр-н тов госп г-н г-жа кап лейт адм \
         изд ред сост пос дер оз ",
    ),
    (
        Kind::Number,
        "янв февр фев апр авг сент сен окт нояб ноя дек нач кон сер стр рис табл гл ст пп тт кв корп стр-ца тел оф эт разд прим ок ",
    ),
    (Kind::Rarely, "долл"),
    (Kind::Mostly, "т.д т.п др пр гг вв руб коп тыс трлн н.э обл чел экз час мин сек евро"),
];

const ITALIAN: Table = &[
    (Kind::Never, "p.es "),
    (Kind::Title, "amm sig sigg sig.ra sig.na dott dott.ssa avv geom mons"),
    (Kind::Number, "genn febbr giu lug sett ott dic cfr pag pagg "),
    (Kind::Rarely, "a.c"),
    (Kind::Mostly, "s.p.a s.r.l s.n.c ecc"),
];

const DUTCH: Table = &[
    (Kind::Never, "bijv bv d.w.z o.a m.b.t t.a.v i.v.m t.o.v i.p.v a.u.b m.a.w zgn"),
    (Kind::Title, "dhr mevr mw drs mr.dr jhr"),
    (Kind::Number, "blz"),
    (Kind::Mostly, "enz e.d jl"),
];

const POLISH: Table = &[
    (Kind::Never, "np tzn tj m.in tzw zob "),
    (Kind::Title, "ul inż hab ks św pl "),
    (Kind::Number, "godz str poz zał wyd"),
    (Kind::Mostly, "itd itp zł gr tys"),
];

const CZECH: Table = &[
    (Kind::Never, "např tzv popř cca"),
    (Kind::Title, "mudr judr phdr paeddr rndr csc sv nám bc pí"),
    (Kind::Number, "čp"),
    (Kind::Mostly, "atd apod aj kč"),
];

/// Swedish, Danish, Norwegian.
const NORTHERN: Table = &[
    (Kind::Never, "t.ex bl.a dvs d.v.s f.eks jf jfr s.k f.d"),
    (Kind::Number, "kl sid "),
    (Kind::Mostly, "osv m.m m.fl o.s.v mv"),
];

const TURKISH: Table = &[
    (Kind::Never, "örn bkz krş yakl"),
    (Kind::Title, "sn doç yrd öğr mah cad sok "),
    (Kind::Number, "sf"),
    (Kind::Mostly, "vb vd "),
];

const GREEK: Table = &[
    (Kind::Never, "π.χ δηλ βλ λ.χ"),
    (Kind::Title, "κα κος κκ δρ καθ αγ"),
    (Kind::Number, "αρ σελ τηλ εικ κεφ"),
    (Kind::Mostly, "κ.λπ κλπ κ.ά κ.ο.κ π.μ μ.μ"),
];

/// Hindi, Bengali, Marathi: titles before names.
const INDIAN: Table = &[(Kind::Title, "डॉ प्रो श्री सुश्री कु पं मो ডা ড মো প্রফে"), (Kind::Number, "रु सं क्र টা নং")];

type Set = LazyLock<HashSet<&'static str>>;

fn set(words: &'static str) -> HashSet<&'static str> {
    words.split_whitespace().collect()
}

/// Says whether `word` seldom follows an initial or an abbreviation but often begins a sentence.
pub(super) fn is_starter(word: &str) -> bool {
    static SET: Set = Set::new(|| set(STARTERS));
    SET.contains(word)
}

const STARTERS: &str = "\
    The This That These Those It He She We They You I In On At But And If When As For There A An Our Its His Her My \
    Their Your Now So Some Many Most All No Not Nobody Nothing Both Each Every After Before While Since Then Still Yet \
    Here How What Why Who Where With Without By From To Of Or Also Even Once One Two Only Other Others Such Another \
    Today Yesterday Tomorrow However Although Though Because Last Meanwhile Instead Is Are Was Were Do Does Did Can \
    Could Will Would Should Please Let Click See Read \
    Thus Hence Therefore Moreover Furthermore Similarly Additionally Next First Second Third Finally Perhaps Maybe \
    Recently Soon Given Note Which Whose During Until Between Among Under Over Through Three Four Five Several Few More \
    Whether Again Just Never Always Sometimes Often Usually Whatever Either Neither \
    Der Die Das Den Dem Es Er Sie Wir Ihr Ich Ein Eine Einen Im Am Aber Und Auch Doch Dann Danach Dort Hier Jetzt Nun \
    Nach Bei Mit Ohne Wenn Als Weil Wer Wie Wo Warum Was Dabei Dafür Damit Darum Dazu Deshalb Heute Gestern Morgen Man \
    Mehr Viele Alle Diese Dieser Dieses Sein Seine Kein Keine Niemand Nichts Noch Nur Seit Zum Zur Vom Für So Später \
    Le La Les L Un Une Des Il Elle Ils Elles Nous Vous On Ce Cet Cette Ces C Mais Et Dans Pour Avec Sans Sur Selon \
    Depuis Après Avant Quand Si Personne Rien Tout Tous Son Sa Ses Notre Leur Aujourd Hier Demain Puis Ainsi \
    El Los Las Uno Una Unos Él Ella Ellos Nosotros Este Esta Estos Esto Ese Esa Pero Y En Con Sin Para Por Según Desde \
    Cuando Como Sólo Solo También Ahora Después Luego Hoy Ayer Nadie Nada Todo Todos Su Sus Nuestro No Al Del Lo \
    O Os As Um Uma Ele Eles Elas Nós Isto Isso Esse Essa Mas E Em No Na Nos Nas Com Sem Segundo Quando Só Também \
    Agora Depois Hoje Ontem Ninguém Seu Sua Ao Não \
    Это Этот Эта Эти Он Она Оно Они Мы Вы Я Но А И В Во На По С Со К У О Об Из За От До Для При Под Над Без После Перед \
    Все Всё Теперь Так Как Если Когда Однако Его Её Их Там Тут Здесь Затем Потом Сегодня Вчера Завтра Также Тогда \
    Кто Что Где Почему Никто Ничего Тем Не Ни Мой Наш Свой Сейчас Ещё Уже Только \
    Gli Lo I Ma Che Questo Questa Nel Nella Poi Oggi Ieri Non \
    De Het Een Hij Zij Ze Dit Dat Maar Ook Daarna Vandaag To Ten Ta Nie Ale W Z Na Po Potem Dziś To Ten Ta Ale V Ve Na \
    Pak Dnes Det Den Detta Han Hon Vi Men Och Sedan Bu O Ve Ama Bir Sonra Η Ο Το Τα Οι Αυτό Αλλά Και";

/// Says whether `word` is an article, preposition or the like that may also begin a name: "M. Le Goff", "Mr. De Vries".
pub(super) fn is_particle(word: &str) -> bool {
    static SET: Set = Set::new(|| set(PARTICLES));
    SET.contains(word)
}

const PARTICLES: &str = "\
    Le La Les L De Des El Los Las An So O E A Al Lo Y Do Son Sa Si Van Von Den Das Sun No Ten Ta Man One My Each \
    Will Can See Read I Han Vi Last Both";

/// Words behind which a single letter is a name and no initial: "plan B", "Halle C".
pub(super) fn is_label(word: &str) -> bool {
    static SET: Set = Set::new(|| set(LABELS));
    SET.contains(word)
}

const LABELS: &str = "\
    plan mode variable parameter value function argument vitamin vitamins option type grade class team group section appendix exhibit terminal gate pier dock berth \
    building block zone level hepatitis series phase version step case point figure variant side unit hall room row \
    category tier annex panel letter channel platform model route line part than \
    typ klasse gruppe halle gebäude anlage variante fall teil gleis kai steg linie stufe kategorie ebene zimmer \
    groupe classe vitamine quai bâtiment annexe catégorie salle porte ligne niveau \
    grupo tipo clase opción vitamina muelle edificio anexo categoría sala puerta línea \
    plano classe opção cais bloco edifício categoria porta linha \
    план плана плану группа группы группе тип типа класс класса витамин витамина корпус корпуса вариант варианта причал \
    причала зал категории";

/// Words before which German writes an ordinal with its dot: "am 9. Januar", "der 2. Platz".
pub(super) fn is_before_ordinal(word: &str) -> bool {
    static SET: Set = Set::new(|| set(BEFORE_ORDINALS));
    let pronoun = || {
        let stems = ["ein", "kein", "mein", "dein", "sein", "ihr", "unser", "euer", "eur"];
        let ends = |stem| word.strip_prefix(stem).is_some_and(|end| matches!(end, "e" | "en" | "em" | "er" | "es"));
        stems.into_iter().any(ends)
    };
    SET.contains(word) || pronoun()
}

const BEFORE_ORDINALS: &str = "\
    am vom zum zur beim im ins der die das den dem des bis ab seit und jeder jede jedes jeden jedem dieser diesem \
    diesen diese";

/// Nouns that German counts with ordinals, and its months; in lower case.
pub(super) fn is_counted(word: &str) -> bool {
    static SET: Set = Set::new(|| set(COUNTED));
    SET.contains(word)
}

const COUNTED: &str = "\
    januar jänner februar feber märz april mai juni juli august september oktober november dezember jan feb mär \
    apr jun jul aug sep sept okt nov dez jahrhundert jahrhunderts jh mal platz auflage ausgabe geburtstag \
    geburtstages jahrestag runde klasse etage stock liga bundesliga weltkrieg weltkriegs quartal halbjahr spieltag \
    sitzung staffel sinfonie jubiläum lebensjahr stelle rang";

/// Weekdays, months and time zones, which follow "5 p.m." in the same sentence.
pub(super) fn is_behind_hour(word: &str) -> bool {
    static SET: Set = Set::new(|| set(BEHIND_HOURS));
    SET.contains(word)
}

const BEHIND_HOURS: &str = "\
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday Mondays Tuesdays Wednesdays Thursdays Fridays \
    Saturdays Sundays January February March April June July August September October November December Jan Feb \
    Mar Apr Aug Sept Oct Nov Dec ET EST EDT CT CST CDT MT MST MDT PT PST PDT GMT UTC BST CET CEST IST JST AEST \
    AEDT Eastern Central Pacific Mountain";

/// What follows the form of a company in the same sentence: "Acme Inc. CEO Jane Doe", "Müller GmbH & Co. KG".
pub(super) fn is_behind_company(word: &str) -> bool {
    static SET: Set = Set::new(|| set(BEHIND_COMPANIES));
    SET.contains(word)
}

const BEHIND_COMPANIES: &str = "\
    CEO CFO COO CTO CIO President Chairman Chairwoman Chair Chief Vice Director KG KGaA OHG Ltd Inc LLC Limited";

/// Says whether `word` reports speech behind a quotation: "“Why?” Ms. Reed asked."
pub(super) fn is_attribution(word: &str) -> bool {
    static SET: Set = Set::new(|| set(ATTRIBUTIONS));
    SET.contains(word)
}

const ATTRIBUTIONS: &str = "\
    said says asked asks cried cries shouted shouts replied replies whispered added adds wrote writes exclaimed \
    answered called yelled tweeted joked wondered wonders screamed muttered demanded explained continued posted";

/// Names that keep their lower case at the beginning of a sentence; those with a capital inside need no list.
pub(super) fn is_lower_name(word: &str) -> bool {
    static SET: Set = Set::new(|| set(LOWER_NAMES));
    SET.contains(word)
}

const LOWER_NAMES: &str = "\
    npm pnpm npx git curl wget pip cargo rustc rustup nginx systemd kubectl ffmpeg vim neovim emacs zsh bash grep \
    sed awk ssh rsync sudo apt brew conda numpy pandas pytest webpack esbuild vite eslint redis sqlite etcd \
    containerd adidas serde tokio clippy rustfmt gcc clang libc glibc musl";

/// Names that end with an exclamation mark.
pub(super) fn is_exclaimed_name(word: &str) -> bool {
    matches!(word, "Yahoo" | "Joomla" | "Jeopardy" | "Wham" | "Yum" | "Kahoot" | "Chips")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_as_the_look_up_needs_them() {
        for (_, words) in TABLES.iter().flat_map(|table| table.iter()) {
            for word in words.split_whitespace() {
                assert_eq!(word, word.to_lowercase());
                assert!(!word.ends_with('.'), "{word}: the last dot is not part of the look-up");
                assert!(word.len() <= super::super::abbreviation::LONGEST, "{word}");
            }
        }
    }
}
