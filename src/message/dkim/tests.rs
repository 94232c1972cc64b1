use std::collections::BTreeMap;

use ring::signature::{ED25519, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY as RSA, UnparsedPublicKey};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::digest::{SHA256, digest};

use super::{signer::LINE, *};
use crate::diagnostic::Explain as _;

const RSA_KEY: &str = include_str!("../../../tests/fixtures/dkim/rsa.pem");
const RSA_PKCS1_KEY: &str = include_str!("../../../tests/fixtures/dkim/rsa-pkcs1.pem");
const ED25519_KEY: &str = include_str!("../../../tests/fixtures/dkim/ed25519.pem");

/// The message of RFC 8463 appendix A.3 with its two signatures.
const SIGNED: &str = "\
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
";
const BRISBANE: &str = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const TEST: &str = "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2\
    jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIK\
    T+l/K4w3QIDAQAB";

fn rfc_8463() -> String {
    SIGNED.replace('\n', "\r\n")
}

/// A verifier that follows RFC 6376 word by word, on strings: the records by name, and what each signature signs.
#[track_caller]
fn verify(message: &str, records: &[(&str, &str)]) -> Vec<Result<String, String>> {
    let (header, body) = message.split_once("\r\n\r\n").unwrap();
    let mut fields: Vec<String> = Vec::new();
    for line in header.split("\r\n") {
        match fields.last_mut() {
            Some(field) if line.starts_with([' ', '\t']) => field.push_str(line),
            _ => fields.push(line.to_owned()),
        }
    }
    let squeeze = |text: &str| {
        let text = text.replace('\t', " ");
        let mut words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        if text.starts_with(' ') {
            words.insert(0, "");
        }
        words.join(" ")
    };
    let relax = |field: &str| {
        let (name, value) = field.split_once(':').unwrap();
        format!("{}:{}", name.trim().to_lowercase(), squeeze(value).trim())
    };
    let mut lines: Vec<String> = body.split("\r\n").map(squeeze).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    let body: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    let body_hash = STANDARD.encode(digest(&SHA256, body.as_bytes()));

    let signatures = fields.iter().filter(|field| field.starts_with("DKIM-Signature:"));
    let judged = signatures.map(|signature| {
        let tags: BTreeMap<&str, String> = signature["DKIM-Signature:".len()..]
            .split(';')
            .map(|tag| tag.split_once('=').unwrap())
            .map(|(name, value)| (name.trim(), value.replace([' ', '\t'], "")))
            .collect();
        assert_eq!((tags["v"].as_str(), tags["c"].as_str(), tags.get("l")), ("1", "relaxed/relaxed", None));
        if tags["bh"] != body_hash {
            return Err("the body was changed".to_owned());
        }
        let mut left: Vec<&String> = fields.iter().collect();
        let mut signed = String::new();
        for name in tags["h"].split(':') {
            let is = |field: &&String| field.split_once(':').unwrap().0.trim().eq_ignore_ascii_case(name);
            if let Some(at) = left.iter().rposition(is) {
                signed.push_str(&format!("{}\r\n", relax(left.remove(at))));
            }
        }
        let empty = &signature[..signature.rfind(" b=").unwrap() + 3];
        signed.push_str(&relax(empty));
        let name = format!("{}._domainkey.{}", tags["s"], tags["d"]);
        let (_, record) = records.iter().find(|(known, _)| *known == name).ok_or(format!("no record {name}"))?;
        let key = STANDARD.decode(record.split_once("p=").unwrap().1).unwrap();
        let given = STANDARD.decode(&tags["b"]).unwrap();
        let verified = match tags["a"].as_str() {
            "ed25519-sha256" => {
                let hash = digest(&SHA256, signed.as_bytes());
                UnparsedPublicKey::new(&ED25519, key).verify(hash.as_ref(), &given)
            }
            "rsa-sha256" => {
                // What stands before the key in a SubjectPublicKeyInfo of 1024 or 2048 bits.
                let before = if key.len() < 200 { 22 } else { 24 };
                UnparsedPublicKey::new(&RSA, &key[before..]).verify(signed.as_bytes(), &given)
            }
            other => return Err(other.to_owned()),
        };
        verified.map(|()| signed).map_err(|_| "the signature is wrong".to_owned())
    });
    judged.collect()
}

fn signers() -> Vec<Signer> {
    [("s2026", RSA_KEY), ("e2026", ED25519_KEY)]
        .map(|(selector, pem)| Signer::new("harbour.example", selector, pem).unwrap())
        .into()
}

fn sign_with(signers: &[Signer], message: &str) -> String {
    let mut octets = message.as_bytes().to_vec();
    sign(signers, &mut octets).unwrap();
    String::from_utf8(octets).unwrap()
}

/// Verifies a message with the signers' own records.
#[track_caller]
fn check(signers: &[Signer], signed: &str) -> Vec<Result<String, String>> {
    let records: Vec<(String, String)> = signers.iter().map(|one| (one.record_name(), one.record())).collect();
    let records: Vec<(&str, &str)> = records.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let judged = verify(signed, &records);
    assert_eq!(judged.len(), signers.len());
    judged
}

const MESSAGE: &str = "Date: Sun, 22 Nov 2026 08:00:00 +0000\r\nFrom: Harbour  Notes\r\n <notes@harbour.example>\r\nTo: \
    a@b.example\r\nSubject: Tides\r\nMessage-ID: <1@harbour.example>\r\nList-Unsubscribe: <https://x.example/u/1>,\r\n \
    <mailto:l@x.example>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nMIME-Version: 1.0\r\nContent-Type: \
    text/plain\r\n\r\nTides  and\t boats \r\n\r\n\r\n";

#[test]
fn the_signatures_of_rfc_8463_are_made_again() {
    let records =
        [("brisbane._domainkey.football.example.com", BRISBANE), ("test._domainkey.football.example.com", TEST)];
    let judged = verify(&rfc_8463(), &records);
    assert_eq!(judged.len(), 2);
    assert!(judged.iter().all(Result::is_ok), "{judged:?}");

    let seed = STANDARD.decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=").unwrap();
    let der = [&[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20][..], &seed].concat();
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der));
    let signer = Signer::new("football.example.com", "brisbane", &pem).unwrap();
    assert_eq!(signer.record(), BRISBANE);
    let signature = STANDARD.encode(signer.key.sign(judged[0].as_ref().unwrap().as_bytes()).unwrap());
    assert_eq!(signature, "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==");
}

#[test]
fn our_canonical_form_is_the_one_that_rfc_8463_signed() {
    let message = rfc_8463();
    let (header, text) = canonical::split(message.as_bytes());
    let hash = STANDARD.encode(digest(&SHA256, &canonical::body(text)));
    assert_eq!(hash, "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
    let from = canonical::fields(header).into_iter().find(|field| field.is("from")).unwrap();
    assert_eq!(from.relaxed(), b"from:Joe SixPack <joe@football.example.com>");
}

#[test]
fn every_signature_verifies() {
    let signers = signers();
    let signed = sign_with(&signers, MESSAGE);
    assert!(signed.ends_with(MESSAGE));
    assert!(signed.split("\r\n\r\n").next().unwrap().split("\r\n").all(|line| line.len() <= LINE), "{signed}");
    for judged in check(&signers, &signed) {
        judged.unwrap();
    }
    assert_eq!(signed, sign_with(&signers, MESSAGE), "the same message has the same octets");
}

#[test]
fn both_forms_of_an_rsa_key_are_the_same_key() {
    let [a, b] = [RSA_KEY, RSA_PKCS1_KEY].map(|pem| [Signer::new("harbour.example", "s2026", pem).unwrap()]);
    assert_eq!(sign_with(&a, MESSAGE), sign_with(&b, MESSAGE));
    assert_eq!(a[0].record(), b[0].record());
}

#[test]
fn what_is_covered_cannot_be_changed() {
    let signers = signers();
    let signed = sign_with(&signers, MESSAGE);
    let added = |field: &str| signed.replacen("\r\nDate:", &format!("\r\n{field}\r\nDate:"), 1);
    for changed in [
        signed.replace("Subject: Tides", "Subject: Boats"),
        signed.replace("One-Click", "No-Click"),
        signed.replace("/u/1", "/u/2"),
        signed.replace("text/plain", "text/html"),
        signed.replace("boats", "goats"),
        added("From: other@harbour.example"),
        added("Subject: other"),
        added("To: other@b.example"),
        added("Date: Mon, 23 Nov 2026 08:00:00 +0000"),
        added("Reply-To: other@b.example"),
        added("Cc: other@b.example"),
        added("Sender: other@b.example"),
    ] {
        assert_ne!(changed, signed);
        assert!(check(&signers, &changed).iter().all(Result::is_err), "{changed}");
    }
    for same in [
        signed.replace("Subject: Tides", "SUBJECT:   Tides  "),
        signed.replace("\r\n <mailto", " <mailto"),
        signed.replace("Tides  and\t boats \r\n", "Tides and   boats\r\n"),
        added("Received: from relay.example"),
    ] {
        assert_ne!(same, signed);
        assert!(check(&signers, &same).iter().all(Result::is_ok), "{same}");
    }
}

#[test]
fn long_names_are_folded() {
    let domain = format!("{}.{}.example", "a".repeat(60), "b".repeat(60));
    let signers = [Signer::new(&domain, &"s".repeat(60), ED25519_KEY).unwrap()];
    check(&signers, &sign_with(&signers, MESSAGE))[0].as_ref().unwrap();
}

#[test]
fn keys_that_cannot_sign_are_refused() {
    #[track_caller]
    fn check(pem: &str, expect: &str) {
        let shown = Signer::new("harbour.example", "s", pem).unwrap_err().diagnostic();
        let text = format!("{}\n{}", shown.message, shown.hint.unwrap_or_default());
        assert!(text.contains(expect), "{text}");
    }
    check("", "no private key");
    check("-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n", "cannot be used");
    check(include_str!("../../../tests/fixtures/dkim/locked.pem"), "no passphrase");
    check(include_str!("../../../tests/fixtures/dkim/short.pem"), "less than 2048 bits");
    check(include_str!("../../../tests/fixtures/dkim/ec.pem"), "neither RSA nor Ed25519");
}

#[test]
fn the_record_to_publish_fits_a_zone_file() {
    let [rsa, ed] = &signers()[..] else { unreachable!() };
    assert_eq!(
        ed.zone_line(),
        "e2026._domainkey.harbour.example TXT \"v=DKIM1; k=ed25519; p=6ZJ7+Nz/IZJlVLT0ui+9RY3Hvw1JS5J/y7aw+3KF/MY=\""
    );
    // As `openssl rsa -pubout` writes it.
    assert!(rsa.record().starts_with("v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAw86xNeCPogdwRbx/"));
    let line = rsa.zone_line();
    let strings: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
    assert_eq!((strings.concat(), strings[0].len()), (rsa.record(), 255));
}

#[test]
fn published_records_are_judged() {
    let [rsa, ed] = &signers()[..] else { unreachable!() };
    let check = |texts: &[&str], expect| assert_eq!(rsa.compare(texts.iter().copied()), expect, "{texts:?}");
    let (own, other) = (rsa.record(), ed.record());
    let value = own.split_once("p=").unwrap().1;
    check(&[], Published::Missing);
    check(&["v=spf1 -all"], Published::Missing);
    check(&[&own], Published::Same);
    check(&["v=spf1 -all", &own], Published::Same);
    check(&[&format!("p={}", value.replace('Q', "Q \t"))], Published::Same);
    check(&[&format!("v=DKIM1;p={}", STANDARD.encode(&rsa.key.public()[1]))], Published::Same);
    check(&[&other], Published::Different);
    check(&[&own.replace("k=rsa", "k=ed25519")], Published::Different);
    check(&["v=DKIM1; k=rsa; p=*"], Published::Different);
    check(&["v=DKIM1; p="], Published::Revoked);
    check(&[&own, &other], Published::Different);
}

#[test]
fn keys_are_never_shown() {
    for signer in signers() {
        let shown = format!("{signer:?}");
        assert!(!shown.contains("MII") && shown.len() < 1_500, "{shown}");
    }
}
