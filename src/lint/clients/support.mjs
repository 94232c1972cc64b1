// Writes support.txt anew: who shows what features.txt names, out of the public data of caniemail.com.
//
//   npm pack caniemail && tar xzf caniemail-*.tgz
//   node src/lint/clients/support.mjs package/data/caniemail.json
//
// y: shown · a: in part · n: not shown · u: nobody has tried. Of a client's platforms the newest version counts. Where
// half of them lack a feature, the client lacks it. Left out are Gmail's page for phones and Windows Mail, which hardly
// anybody reads mail with.

import { readFileSync, writeFileSync } from "node:fs";

const CLIENTS = {
  apple_mail: [["apple-mail", ["macos", "ios"]]],
  gmail: [["gmail", ["desktop-webmail", "ios", "android"]]],
  outlook_windows: [["outlook", ["windows"]]],
  outlook_web: [["outlook", ["outlook-com"]]],
  outlook_apps: [["outlook", ["ios", "android"]]],
  outlook_mac: [["outlook", ["macos"]]],
  yahoo: [["yahoo", ["desktop-webmail", "ios", "android"]], ["aol", ["desktop-webmail", "ios", "android"]]],
  samsung: [["samsung-email", ["android"]]],
  thunderbird: [["thunderbird", ["macos", "windows"]]],
  proton: [["protonmail", ["desktop-webmail", "ios", "android"]]],
  fastmail: [["fastmail", ["desktop-webmail"]]],
  hey: [["hey", ["desktop-webmail"]]],
  gmx: [["gmx", ["desktop-webmail", "ios", "android"]]],
  web_de: [["web-de", ["desktop-webmail", "ios", "android"]]],
  t_online: [["t-online-de", ["desktop-webmail"]]],
  orange: [["orange", ["desktop-webmail", "ios", "android"]]],
  laposte: [["laposte", ["desktop-webmail", "ios", "android"]]],
  mail_ru: [["mail-ru", ["desktop-webmail"]]],
};

const file = (name) => new URL(name, import.meta.url);
const data = JSON.parse(readFileSync(process.argv[2], "utf8"));
const features = new Map(data.data.map((feature) => [feature.slug, feature.stats]));
const lines = readFileSync(file("features.txt"), "utf8").split("\n").filter((line) => /^(missed|spared) /.test(line));
const wanted = [...new Set(lines.map((line) => line.split(" ")[1]))].sort();

function letter(stats, platforms) {
  const newest = platforms.flatMap(([family, names]) =>
    names.map((name) => Object.values(stats[family]?.[name] ?? {}).at(-1)?.[0] ?? "u"));
  const known = newest.filter((found) => found !== "u");
  if (!known.length) return "u";
  const lack = known.filter((found) => found === "n").length;
  if (lack * 2 >= known.length) return "n";
  return known.every((found) => found === "y") ? "y" : "a";
}

const rows = wanted.map((slug) => {
  const stats = features.get(slug);
  if (!stats) throw new Error(`caniemail.com knows no ${slug}`);
  return [slug, ...Object.values(CLIENTS).map((platforms) => letter(stats, platforms))].join(" ");
});
const head = [
  `# Made by support.mjs of the data of caniemail.com as of ${data.last_update_date.slice(0, 10)} (MIT licence, Rémi Parmentier and others).`,
  `# feature ${Object.keys(CLIENTS).join(" ")}`,
];
writeFileSync(file("support.txt"), [...head, ...rows, ""].join("\n"));
