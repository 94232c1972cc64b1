//! `[bounce]`: where what comes back is fetched from, and who posts it.

use std::{collections::BTreeMap, path::Path};

use url::Url;

use super::{
    document::{Document, suggestion},
    file::{Bounce, BounceWebhook as BounceWebhookTable},
    secret::Secret,
    settings::{BounceWebhook, Mailbox, MailboxPlace},
};
use crate::{
    bounce::{self, Account, Provider},
    diagnostic::Diagnostic,
};

/// `bounce.mailbox` and what goes with it: a server, or a Maildir.
pub(super) fn mailbox(table: &Bounce, root: &Path, document: &Document<'_>) -> Result<Option<Mailbox>, Diagnostic> {
    let set = [
        ("mailbox_password_file", table.mailbox_password_file.is_some()),
        ("mailbox_password_command", table.mailbox_password_command.is_some()),
        ("mailbox_auth", table.mailbox_auth.is_some()),
        ("mailbox_tls_ca", table.mailbox_tls_ca.is_some()),
    ];
    let needless = |why: &str| {
        let key = set.iter().find(|(_, is_set)| *is_set)?.0;
        Some(document.key(&["bounce", key], format!("`bounce.{key}` means nothing {why}")))
    };
    let Some(mailbox) = &table.mailbox else { return needless("without `bounce.mailbox`").map_or(Ok(None), Err) };
    let done_folder = table.done_folder.clone().unwrap_or_else(|| "Tidings".to_owned());
    let is_name = !done_folder.trim_matches(['/', '.', ' ']).is_empty() && !done_folder.contains(char::is_control);
    let hint = "write it as `Tidings`, or `INBOX.Tidings` where the server wants that";
    document.ensure(is_name, &["bounce", "done_folder"], "`bounce.done_folder` is no folder's name", hint)?;
    if !mailbox.contains("://") {
        if let Some(wrong) = needless("for a Maildir") {
            return Err(wrong);
        }
        let place = MailboxPlace::Maildir(root.join(mailbox));
        return Ok(Some(Mailbox { place, done_folder }));
    }
    // The line is not shown where it may hold a password.
    let hidden = |what: &str| Diagnostic::new(what).below(document.place(&["bounce", "mailbox"]));
    let hint = "write it as `imaps://USER@HOST/INBOX`, or name a Maildir";
    let url = Url::parse(mailbox).map_err(|_| hidden("`bounce.mailbox` is no address of a mailbox").hint(hint))?;
    if url.password().is_some() {
        let why = "the password does not stand in the config: take `bounce.mailbox_password_file`";
        return Err(hidden("`bounce.mailbox` must not hold a password").hint(why));
    }
    let (port, is_implicit) = match url.scheme() {
        "imaps" => (993, true),
        "imap" => (143, false),
        _ => return Err(hidden("`bounce.mailbox` is neither `imaps:` nor `imap:`").hint(hint)),
    };
    let decoded = |text: &str| percent_decoded(text).filter(|text| !text.contains(char::is_control));
    let user = decoded(url.username()).filter(|user| !user.is_empty());
    let folder = decoded(url.path().trim_matches('/'));
    let host = url.host_str().filter(|host| !host.is_empty());
    let (Some(host), Some(user), Some(folder)) = (host, user, folder) else {
        return Err(hidden("`bounce.mailbox` lacks its user, its host, or a folder that can be").hint(hint));
    };
    let folder = if folder.is_empty() { "INBOX".to_owned() } else { folder };
    let is_other = folder != done_folder;
    let message = "`bounce.done_folder` is the mailbox itself";
    document.ensure(is_other, &["bounce", "done_folder"], message, "take another folder for what is done")?;
    let password = match (&table.mailbox_password_file, &table.mailbox_password_command) {
        (Some(_), Some(_)) => {
            let message = "there is a `mailbox_password_file` and a `mailbox_password_command`";
            return Err(document.key(&["bounce", "mailbox_password_command"], message));
        }
        (Some(file), None) => Secret::File(root.join(file)),
        (None, Some(command)) => Secret::Command(command.clone()),
        (None, None) => Secret::Environment,
    };
    let account = Account {
        host: host.trim_matches(['[', ']']).to_owned(),
        port: url.port().unwrap_or(port),
        is_implicit,
        tls_ca: table.mailbox_tls_ca.as_ref().map(|file| root.join(file)),
        user,
        folder,
        auth: table.mailbox_auth.unwrap_or_default(),
    };
    Ok(Some(Mailbox { place: MailboxPlace::Imap(account, password), done_folder }))
}

/// Reads `%40` as the octet that it stands for.
fn percent_decoded(text: &str) -> Option<String> {
    let (mut octets, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, after @ ..] = rest {
        let code = after.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(octet) => (octets.push(octet), rest = &after[2..]),
            None => (octets.push(*first), rest = after),
        };
    }
    String::from_utf8(octets).ok()
}

/// `[bounce.webhook.NAME]`: the secret is read when something comes, so that a new one needs no new start.
pub(super) fn webhooks(
    tables: BTreeMap<String, BounceWebhookTable>,
    root: &Path,
    document: &Document<'_>,
) -> Result<BTreeMap<String, BounceWebhook>, Diagnostic> {
    let known = || Provider::ALL.iter().map(|(name, _)| *name);
    let webhook = |(name, table): (String, BounceWebhookTable)| {
        let path = |key| ["bounce", "webhook", name.as_str(), key];
        let table_path = ["bounce", "webhook", name.as_str()];
        let is_plain = name.bytes().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'));
        let message = format!("`{name}` cannot stand in an address");
        document.ensure(is_plain && !name.is_empty(), &table_path, message, "letters, digits and hyphens")?;
        let Some(provider) = table.provider.or_else(|| Provider::named(&name)) else {
            let unknown = document.key(&table_path, format!("`{name}` is no mail provider that is known here"));
            let hint = suggestion(&name, known(), "add a `provider`, one of");
            return Err(unknown.hint(hint));
        };
        let is_ses = provider == Provider::Ses;
        if let (Some(_), true) = (&table.secret_file, is_ses) {
            let wrong = document
                .key(&path("secret_file"), "`secret_file` means nothing for SES, which signs with a certificate");
            return Err(wrong.hint("name the `topic`"));
        }
        if let (Some(_), false) = (&table.topic, is_ses) {
            return Err(document.key(&path("topic"), "`topic` means nothing but for SES"));
        }
        let hint = "write it as `arn:aws:sns:eu-west-1:123456789012:bounces`";
        match table.topic.as_deref().map(bounce::sns_host) {
            None if is_ses => {
                return Err(document.key(&table_path, "there is no `topic` that SES publishes to").hint(hint));
            }
            Some(None) => return Err(document.value(&path("topic"), "`topic` is no ARN of an SNS topic").hint(hint)),
            _ => {}
        }
        if table.secret_file.is_none() && !is_ses {
            let missing = document.key(&table_path, format!("there is no `secret_file` for `{name}`"));
            return Err(missing.hint("without one everybody could post"));
        }
        if table.secret_file.as_deref().is_some_and(bounce::is_secret) {
            // The line is not shown: it holds what nobody else is to see.
            let wrong = Diagnostic::new("`secret_file` names a file, and here is the secret itself");
            return Err(wrong
                .below(document.place(&path("secret_file")))
                .hint("put it into a file that is yours alone to read"));
        }
        let secret_file = table.secret_file.map(|file| root.join(file));
        Ok((name, BounceWebhook { provider, secret_file, topic: table.topic }))
    };
    tables.into_iter().map(webhook).collect()
}
