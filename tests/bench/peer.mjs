// What one would write in Node: rss-parser, MJML once, nodemailer's pool. Run by `delivery`, which installs the
// packages into a folder of its own.
//
//     node peer.mjs FEED SUBSCRIBERS PORT [DKIM-KEY]

import fs from "node:fs";
import mjml2html from "mjml";
import nodemailer from "nodemailer";
import Parser from "rss-parser";

const [feedFile, subscribersFile, port, key] = process.argv.slice(2);
const CONNECTIONS = 8;
// Such that the message is about as long as that of Tidings.
const TEASER = 1150;

const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");

const feed = await new Parser().parseString(fs.readFileSync(feedFile, "utf8"));
const posts = feed.items.slice(0, 10).map(({ title, link, creator, pubDate, contentSnippet, ...item }) => {
  const whole = item["content:encodedSnippet"] ?? contentSnippet;
  return { title, link, creator, pubDate, teaser: whole.slice(0, TEASER).replace(/\s+/g, " ") };
});

const card = ({ title, link, creator, pubDate, teaser }) => `
  <mj-section background-color="#ffffff" padding="12px 0"><mj-column>
    <mj-text font-size="20px" font-weight="bold"><a href="${escaped(link)}">${escaped(title)}</a></mj-text>
    <mj-text color="#666666">${escaped(creator)} · ${escaped(pubDate)}</mj-text>
    <mj-text line-height="1.5">${escaped(teaser)}</mj-text>
    <mj-button href="${escaped(link)}" background-color="#1f6f8b">Read on</mj-button>
  </mj-column></mj-section>`;
const { html } = await mjml2html(`<mjml><mj-head><mj-title>Bench Notes</mj-title></mj-head>
<mj-body background-color="#eeeeee">
  <mj-section><mj-column><mj-text>Dear %NAME%, this goes to %ADDRESS%.</mj-text></mj-column></mj-section>
  ${posts.map(card).join("")}
  <mj-section><mj-column><mj-text>1 Long Street, Lisbon. <a href="%LEAVE%">Unsubscribe</a></mj-text></mj-column></mj-section>
</mj-body></mjml>`);
const told = ({ title, link, teaser }) => `${title}\n${teaser}\n${link}\n`;
const text = `Dear %NAME%, this goes to %ADDRESS%.\n\n${posts.map(told).join("\n")}\nUnsubscribe: %LEAVE%\n`;

const transport = nodemailer.createTransport({
  pool: true,
  host: "127.0.0.1",
  port: Number(port),
  ignoreTLS: true,
  maxConnections: CONNECTIONS,
  maxMessages: Infinity,
  dkim: key && { domainName: "bench.example", keySelector: "s1", privateKey: fs.readFileSync(key, "utf8") },
});

const filled = (template, values) => template.replace(/%(NAME|ADDRESS|LEAVE)%/g, (_, name) => values[name]);
const send = async (line) => {
  const [address, name] = line.split(",");
  const leave = `https://news.bench.example/u/${Buffer.from(address).toString("base64url")}`;
  await transport.sendMail({
    from: "Bench Notes <notes@bench.example>",
    to: { name, address },
    subject: `${posts[0].title} and ${posts.length - 1} more`,
    html: filled(html, { NAME: escaped(name), ADDRESS: escaped(address), LEAVE: leave }),
    text: filled(text, { NAME: name, ADDRESS: address, LEAVE: leave }),
    headers: { "List-Unsubscribe": `<${leave}>`, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" },
  });
};

// Four messages wait for each connection: more would only take memory.
const lines = fs.readFileSync(subscribersFile, "utf8").trimEnd().split("\n").slice(1).values();
await Promise.all(
  Array.from({ length: CONNECTIONS * 4 }, async () => {
    for (const line of lines) await send(line);
  }),
);
transport.close();
