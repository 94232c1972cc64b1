//! Openers of further languages; how to read the lists stands in the module above.

pub(super) const CZECH: &str = "on ,|ona|ono|oni|jeho|její|jejich|jemu|jim|toto|@tento|@tato|@tyto|tohle|tím|tedy|proto|\
    ale|však|avšak|nicméně|přesto|kromě toho|navíc|například|poté|potom|pak|také|rovněž|naopak|tudíž|dále|zde|tam|takový|\
    taková|takové|oba|obě|a|nebo|protože|zatímco|+zatímco .|v tomto případě|díky tomu|z tohoto důvodu|na druhou stranu";

pub(super) const CZECH_NOUNS: &str = "týden měsíc rok článek příspěvek zpravodaj díl text průvodce seriál blog";

pub(super) const POLISH: &str = "on|ona|ono|oni|jego|jej|ich|jemu|ten|ta|te|to jest|to był|to była|tym samym|ale|jednak|\
    jednakże|dlatego|więc|zatem|ponadto|poza tym|na przykład|następnie|potem|również|także|natomiast|zaś|tam|tutaj|tu|\
    taki|taka|takie|obaj|obie|oba|i|oraz|lub|ponieważ|mimo to|w tym przypadku|z tego powodu|dzięki temu|z drugiej strony";

pub(super) const SCANDINAVIAN: &str = "han|hun|hon|de er|de har|de är|men|og|och|så|derfor|därför|dessuten|dessutom|likevel|\
    ändå|også|også ,|för exempel|till exempel|for eksempel|imidlertid|emellertid|deretter|därefter|derimot|däremot|hans|\
    hennes|hendes|deres|deras|denne|dette|disse|denna|detta|dessa|begge|båda|samtidig ,|samtidigt ,|der ,|dermed|därmed|\
    dog|alltså|altså|eller|fordi|på den andre siden|å andra sidan";

pub(super) const TURKISH: &str = "o ,|onlar|onun|onların|bu|+bu hafta|+bu ay|+bu yıl|+bu yazı|şu|ama|ancak|fakat|ayrıca|bu yüzden|\
    bu nedenle|örneğin|sonra ,|daha sonra|üstelik|böylece|dolayısıyla|öte yandan|yine de|ve|veya|çünkü|oysa|ikisi de";

pub(super) const GREEK: &str = "αυτός|αυτή|αυτό|αυτοί|αυτές|αυτά|εκείνος|εκείνη|εκείνο|όμως|αλλά|ωστόσο|επίσης|επιπλέον|\
    για παράδειγμα|έτσι|επομένως|συνεπώς|τότε|μετά ,|και|ή|διότι|επειδή αυτό|από την άλλη|ακόμη ,";

pub(super) const KOREAN: &str = "그는|그가|그녀는|그녀가|그들은|그들이|그의|그녀의|그들의|이것은|그것은|이는|이에|이를|이로|그러나|하지만|\
    그리고|그래서|따라서|또한|또|그런데|한편|그렇지만|예를 들어|즉|이어|반면|다만|그럼에도|왜냐하면|특히|이후|이에 따라";

pub(super) const HINDI: &str = "वह|वे|यह|ये|उसका|उसकी|उसके|उनका|उनकी|उनके|इसका|इसकी|इसके|इनका|लेकिन|परंतु|परन्तु|किंतु|मगर|हालांकि|\
    हालाँकि|इसलिए|और|या|फिर|तथा|इसके अलावा|उदाहरण के लिए|दूसरी ओर|क्योंकि|दोनों|तब|वहाँ|वहां|यहाँ|यहां";

pub(super) const ARABIC: &str = "لكن|ولكن|لكنه|لكنها|هذا|هذه|هؤلاء|ذلك|تلك|وهو|وهي|وهم|هو|هي|هم|كما|لذلك|ولذلك|ومع ذلك|مع ذلك|\
    بالإضافة إلى ذلك|على سبيل المثال|من ناحية أخرى|ثم|أيضا|أيضاً|بينما|غير أن|إلا أن|وبذلك|وهكذا|كذلك";

pub(super) const HEBREW: &str = "הוא|היא|הם|הן|זה|זאת|זו|אלה|אלו|אבל|אך|אולם|לכן|בנוסף|לדוגמה|למשל|עם זאת|מצד שני|אז|גם|כמו כן|\
    ואז|בכל זאת|שניהם|שתיהן|שם ,|כאן ,";

pub(super) const VIETNAMESE: &str = "anh ấy|cô ấy|họ|nó|điều này|điều đó|việc này|tuy nhiên|nhưng|và|vì vậy|vì thế|do đó|ngoài ra|ví dụ|\
    bên cạnh đó|hơn nữa|sau đó|mặt khác|đồng thời|cả hai|hoặc|bởi vì|trong khi đó|thế nhưng";
