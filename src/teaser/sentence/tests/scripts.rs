//! Single cases of the other languages and scripts.

use super::cases::check;

#[test]
fn other_scripts() {
    check("هل الميناء مغلق؟| نعم، حتى يوم الاثنين.");
    check("बंदरगाह बंद है।| वह सोमवार को खुलेगा।");
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
    check("To kosztuje 5 tys. zł.| Kto zapłaci?");
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
    check("Նավահանգիստը փակ է:| Ոչ ոք չգիտի:");
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
