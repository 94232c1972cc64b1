//! German, French, Spanish, Portuguese, Russian, Italian and Dutch openers; how to read the lists stands in the module
//! above.

pub(super) const GERMAN_NOUNS: &str = "artikel beitrag wochen-newsletter wochenrückblick text bericht leitfaden woche jahr monat ausgabe newsletter seite anleitung \
    version sommer winter herbst frühling frühjahr blog podcast folge serie reihe tage tagen buch projekt tutorial \
    montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz april mai juni juli august september \
    oktober november dezember abend morgen wochenende";

pub(super) const GERMAN: &str = "er|sie|ihm|ihn|ihnen|ihr|ihre|ihrem|ihren|ihrer|sein|seine|seinem|seinen|seiner|es|+es gibt|\
    +es gab|+es war einmal|+es ist zeit|+es ist so weit|+es ist soweit|+es ist möglich|+es ist schwer|\
    +es ist leicht|+es ist wichtig|+es ist kein|+es lohnt|+es dauert|+es dauerte|+es regnet|+es regnete|+es fehlt|\
    +es fehlen|+es bleibt|+es braucht|+es wird zeit|+es wird ein|+es geht um|+es ging um|dies|@diese|@dieser|\
    @dieses|@diesem|@diesen|@in diesem|@in dieser|@in diesen|@mit diesem|@mit dieser|@für diesen|@für dieses|@für diese|\
    @zu diesem|@zu dieser|@an diesem|@an dieser|@seit diesem|@seit dieser|@ab diesem|@ab dieser|\
    das ist|das war|das sind|das wird|das wurde|das hat|das hatte|das kann|das heißt|das geht|das bedeutet|das gilt|\
    das macht|das liegt|das soll|das zeigt|das führt|das passiert|das klingt|das wäre|das hätte|das muss|das darf|\
    das bringt|das sorgt|das ermöglicht|das betrifft|das funktioniert|das gab|das gibt|das alles|das reicht|das ganze|\
    das gleiche|das selbe|das teilte|das teilten|das sagte|das sagten|das berichtet|das berichtete|das berichten|das meldet|\
    das meldete|das erklärte|das schreibt|das geht aus|das kündigte|das bestätigte|das ergab|das läuft|zwei ihrer|zwei seiner|\
    drei ihrer|drei seiner|einer ihrer|einer seiner|eine ihrer|eine seiner|eines ihrer|eines seiner|viele ihrer|viele seiner|\
    einige ihrer|einige seiner|dasselbe|derselbe|dieselbe|dieselben|die ist|die sind|der ist|der hat|der war|\
    dabei|außerdem|ausserdem|allerdings|deshalb|deswegen|daher|darum|dennoch|trotzdem|jedoch|doch|aber|und|oder|denn|\
    sondern|also|so|dann|danach|davor|dazu|damit|dadurch|davon|dafür|dagegen|darin|darüber|darauf|daran|daraus|darunter|\
    daneben|dahinter|daraufhin|demgegenüber|hier|hierzu|hierbei|hierfür|hiermit|hierdurch|hinzu|dort|dorthin|zudem|ferner|\
    weiterhin|schließlich|schliesslich|zusätzlich|auch|ebenso|ebenfalls|gleichzeitig|stattdessen|somit|folglich|\
    demnach|demzufolge|infolgedessen|indes|indessen|hingegen|vielmehr|überdies|nichtsdestotrotz|gleichwohl|&beide|beides|\
    &weder|solche|solcher|solches|jener|jene|jenes|andere|anderer|andererseits|einerseits|erstens|zweitens|drittens|\
    letztere|letzterer|letzteres|erstere|ersterer|zum beispiel|beispielsweise|etwa ,|unterdessen|währenddessen|\
    im gegensatz dazu|im übrigen|übrigens|im vergleich dazu|im anschluss|aus diesem grund|aus diesen gründen|\
    auf diese weise|in diesem fall|in diesem zusammenhang|in diesem sinne|an dieser stelle|zu diesem zweck|\
    kurz gesagt|mit anderen worten|wie bereits|wie oben|wie gesagt|wie erwähnt|anders gesagt|im ergebnis|als ergebnis|\
    zum einen|zum anderen|darüber hinaus|des weiteren|nicht zuletzt|statt dessen|trotz dessen|seitdem|seither|\
    bis dahin|von da an|zuvor ,|später|anschließend|zuletzt|zunächst|nun ,|ja ,|nein ,|gut ,|klar ,|\
    denen|deren|dessen|welche|welcher|welches|wenn er|wenn sie|wenn es|wenn dies|weil er|weil sie|weil es|da er|\
    da sie|da es|als er|als sie|ob er|ob sie|ob es|    eine davon|einer davon|eines davon|einige davon|viele davon|alle davon|alles das|all das|all dies|all diese";

pub(super) const FRENCH_NOUNS: &str = "article billet guide semaine année mois an tutoriel version bulletin numéro page rapport \
    livre podcast épisode série été hiver printemps automne lundi mardi mercredi jeudi vendredi samedi dimanche matin \
    soir week-end document projet blog texte jours saison";

pub(super) const FRENCH: &str = "il|+il faut|+il fallait|+il faudra|+il y a|+il y avait|+il y aura|+il n'y a|+il n'y avait|\
    +il existe|+il est temps|+il est possible|+il est important|+il est difficile|+il est facile|+il est rare|\
    +il reste|+il suffit|+il pleut|+il fait|+il était une fois|elle|ils|elles|lui|leur|leurs|cela|ça|ceci|c'est|\
    c'était|ce sont|@ce|@cet|@cette|@ces|@dans ce|@dans cet|@dans cette|@pour cette|@pour ce|@avec ce|@avec cette|@de ce|\
    @de cette|@à cette|@à ce|@en ce|+en ce moment|cependant|de plus|mais|donc|or|ainsi|et|car|ou|puis|ensuite|enfin|aussi|également|\
    toutefois|pourtant|néanmoins|en effet|par exemple|par conséquent|c'est pourquoi|en outre|d'ailleurs|au contraire|\
    en revanche|par ailleurs|du coup|alors|+alors que|celui-ci|celle-ci|ceux-ci|celles-ci|celui-là|celle-là|ce dernier|\
    cette dernière|ces derniers|ces dernières|son|sa|ses|de même|de ce fait|de cette façon|de cette manière|dès lors|\
    en conséquence|en résumé|bref|autrement dit|quant à|malgré cela|malgré tout|d'une part|d'autre part|\
    d'un autre côté|tout d'abord|premièrement|deuxièmement|finalement|entre-temps|pendant ce temps|au lieu de cela|\
    sinon|ici|là|là-bas|voici|voilà|tel|telle|tels|telles|les deux|l'un|l'autre|ni|comme mentionné|comme indiqué|\
    comme vu|à ce titre|à cet effet|pour cela|pour ce faire|après cela|depuis lors|grâce à cela|y compris|non seulement|\
    quand il|quand elle|quand ils|s'il|s'ils|si elle|lorsqu'il|lorsqu'elle|parce qu'il|qui plus est|\
    l'ensemble de ces|certains d'entre|beaucoup d'entre|oui ,|non ,";

pub(super) const SPANISH_NOUNS: &str = "artículo post entrada guía semana año mes tutorial versión boletín número página informe \
    libro episodio serie verano invierno otoño primavera lunes martes miércoles jueves viernes sábado domingo mañana \
    tarde noche documento proyecto blog texto curso días";

pub(super) const SPANISH: &str = "él|ella|ellos|ellas|le|les|esto|eso|ello|aquello|@este|@esta|@estos|@estas|ese|esa|esos|esas|aquel|\
    aquella|aquellos|aquellas|@en este|@en esta|@en estos|@en estas|@con este|@con esta|@para esta|@para este|@de esta|\
    @de este|@por este|@por esta|@a este|@a esta|su|sus|sin embargo|además|+además de|además de esto|además de eso|pero|y|\
    e|o|u|ni|por eso|por ello|por esto|por lo tanto|por tanto|por consiguiente|así que|así|también|tampoco|no obstante|\
    en cambio|por ejemplo|de hecho|por otro lado|por otra parte|por un lado|por una parte|por último|finalmente|\
    entonces|luego|después ,|después de eso|después de esto|mientras tanto|en consecuencia|como resultado|asimismo|\
    igualmente|aun así|incluso así|a pesar de ello|a pesar de esto|a pesar de eso|ambos|ambas|dicho|dicha|dichos|\
    dichas|aquí|allí|ahí|allá|tal|tales|lo mismo|el mismo|la misma|los mismos|las mismas|con ello|con esto|con eso|\
    es decir|o sea|pues|en resumen|en conclusión|en otras palabras|de este modo|de esta manera|de esta forma|\
    de esa manera|de ese modo|en este caso|en ese caso|en este sentido|en ese sentido|en primer lugar|en segundo lugar|\
    primero ,|segundo ,|sino|porque|más aún|es más|con todo|ahora bien|desde entonces|hasta entonces|\
    a su vez|al mismo tiempo|de lo contrario|en lugar de eso|en vez de eso|para ello|para eso|para esto|como se mencionó|\
    como se indicó|como vimos|este último|esta última|estos últimos|el primero|el segundo|otro|otra|otros|otras|\
    algunos de ellos|muchos de ellos|todo esto|todo eso|todo ello|uno de ellos|una de ellas|    cuando ella|si ella|sí ,|no ,|bueno ,|ya que";

pub(super) const PORTUGUESE_NOUNS: &str = "artigo post guia semana ano mês tutorial versão boletim número página relatório livro \
    episódio série verão inverno outono primavera segunda terça quarta quinta sexta sábado domingo manhã tarde noite \
    documento projeto projecto blog texto edição dias";

pub(super) const PORTUGUESE: &str = "ele|ela|eles|elas|lhe|lhes|isto|isso|aquilo|@este|@esta|@estes|@estas|@esse|@essa|esses|essas|\
    aquele|aquela|aqueles|aquelas|@neste|@nesta|@nestes|@nestas|@nesse|@nessa|nesses|nessas|@deste|@desta|desse|dessa|\
    seu|sua|seus|suas|dele|dela|deles|delas|no entanto|entretanto|contudo|porém|todavia|mas|e|ou|nem|por isso|\
    portanto|assim|+assim que|logo ,|também|tampouco|além disso|além disto|por exemplo|de fato|de facto|\
    em vez disso|por outro lado|por um lado|por fim|finalmente|então|depois ,|depois disso|enquanto isso|\
    como resultado|em consequência|ainda assim|mesmo assim|apesar disso|ambos|ambas|tal|tais|aqui|ali|lá|aí|daí|\
    ou seja|isto é|dessa forma|desta forma|deste modo|desse modo|dessa maneira|desta maneira|neste caso|nesse caso|\
    neste sentido|nesse sentido|com isso|com isto|para isso|para isto|por esse motivo|por este motivo|\
    por essa razão|por esta razão|em primeiro lugar|em segundo lugar|primeiro ,|segundo ,|porque|aliás|ademais|\
    igualmente|da mesma forma|do mesmo modo|ao mesmo tempo|por sua vez|desde então|até então|em suma|em resumo|\
    em outras palavras|por outras palavras|pelo contrário|caso contrário|senão|afinal|este último|esta última|o mesmo|\
    a mesma|os mesmos|as mesmas|outro|outra|outros|outras|tudo isso|tudo isto|um deles|uma delas|alguns deles|\
    muitos deles|o seu|a sua|os seus|as suas|quando ele|quando ela|se ele|\
    se ela|sim ,|não ,|bem ,|pois|já que|como mencionado|como vimos";

pub(super) const RUSSIAN_NOUNS: &str = "статья статье статью статьи пост посте текст тексте неделе неделя неделю неделю году год \
    месяц месяце лето летом зимой весной осенью выпуск выпуске номер номере руководство руководстве обзор обзоре книга \
    книге серия серии проект раз сезоне дни утром вечером выходные";

pub(super) const RUSSIAN: &str = "он|она|оно|они|его|её|ее|их|ему|ей|им|ими|него|нее|неё|них|@это|@этот|@эта|@эти|@эту|@этой|@этого|\
    этому|этим|этих|тот|та|те|того|тому|@в этом|@в этой|@на этой|@на этот|@в эту|@в этот|@в эти|@об этом|@об этой|@к этому|\
    @с этим|@с этой|@для этого|@от этого|@из этого|@из-за этого|@после этого|@до этого|@кроме этого|@вместо этого|\
    однако|но|и|а|+а .|или|да|поэтому|потому|также|тоже|затем|потом|кроме того|более того|к тому же|тем не менее|\
    например|таким образом|в результате|в связи с этим|при этом|с другой стороны|с одной стороны|итак|зато|впрочем|причем|\
    причём|притом|наконец|во-первых|во-вторых|в-третьих|здесь|там|туда|тут|тогда|отсюда|оттуда|такой|такая|такое|такие|\
    таких|оба|обе|тем временем|так|+так называемый|+так называемая|+так называемые|вот|то есть|именно|следовательно|\
    иначе|иначе говоря|другими словами|напротив|наоборот|между тем|помимо этого|помимо того|дальше|далее|позже|\
    тем самым|тем более|кстати|словом|короче|в частности|в итоге|в то же время|в этом случае|в таком случае|в свою очередь|\
    с тех пор|до сих пор|как уже|как было|как упоминалось|если он|если она|если они|если это|когда он|когда она|когда они|\
    хотя он|хотя она|хотя это|потому что|последний из|один из них|одна из них|многие из них|некоторые из них|все они|\
    все это|всё это|свой|своя|своё|свое|свои|ведь|же|либо|зачем это|почему это|нет ,|да ,";

pub(super) const ITALIAN_NOUNS: &str = "articolo post guida settimana anno mese tutorial versione numero pagina rapporto libro \
    episodio serie estate inverno autunno primavera mattina sera documento progetto blog testo giorni";

pub(super) const ITALIAN: &str = "lui|lei|egli|ella|essi|esse|esso|essa|loro|ciò|@questo|@questa|@questi|@queste|@quest'|quello|quella|\
    quelli|quelle|@in questo|@in questa|@per questo|@per questa|suo|sua|suoi|sue|il suo|la sua|i suoi|le sue|tuttavia|però|\
    ma|e|ed|o|oppure|anche|inoltre|quindi|dunque|perciò|pertanto|così|infatti|invece|per esempio|ad esempio|di conseguenza|\
    d'altra parte|d'altronde|infine|poi|allora|nel frattempo|entrambi|entrambe|qui|qua|lì|là|tale|tali|cioè|ossia|\
    in altre parole|al contrario|in questo modo|in questo caso|per questo motivo|nonostante ciò|comunque|ecco|    dopo di che|da allora|lo stesso|la stessa";

pub(super) const DUTCH_NOUNS: &str = "artikel bericht week jaar maand gids handleiding versie nieuwsbrief pagina rapport boek \
    aflevering serie zomer winter herfst lente ochtend avond weekend project blog tekst dagen";

pub(super) const DUTCH: &str = "hij|zij|ze|hem|haar|hun|hen|zijn|het is|het was|het heeft|het wordt|het kan|+het is tijd|@dit|@deze|\
    dat|die|@in dit|@in deze|@met dit|@met deze|maar|en|of|dus|ook|echter|daarom|daardoor|daarnaast|bovendien|toch|\
    hierdoor|hier|daar|daarbij|daarna|vervolgens|dan|toen|bijvoorbeeld|verder|tevens|zo|zulke|beide|niettemin|\
    desondanks|integendeel|kortom|met andere woorden|aan de andere kant|als gevolg|intussen|ondertussen|want|immers|\
    tenslotte|ten slotte|uiteindelijk|anders|sindsdien|hetzelfde|dezelfde";
