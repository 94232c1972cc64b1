"""The inputs of `run`: projects with posts, a feed and subscribers, the same on every machine and in every year."""

import datetime
import shutil

CONFIG = """\
[publication]
name = "Bench Notes"
from = "Bench Notes <notes@bench.example>"
reply_to = "editor@bench.example"
language = "en"
timezone = "Europe/Lisbon"
address = "1 Long Street, Lisbon"

[[source]]
name = "blog"
{source}

[digest.weekly]
subject = "{{{{ posts[0].title }}}} and {{{{ posts | length - 1 }}}} more"
schedule = "weekly mon 07:30"
{digest}
[smtp]
url = "file:outbox"

[web]
public_url = "https://news.bench.example"

[fetch]
max_bytes = "64MB"
allow_private = true
{more}"""

NEWEST = datetime.datetime(2026, 11, 21, 9, 0, tzinfo=datetime.timezone.utc)

SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu an el in or us ast ent ing old ure".split()


class Chance:
    """A generator of numbers of our own (Knuth's MMIX constants), so that no version of Python gives others."""

    def __init__(self, seed):
        self.state = seed * 2_654_435_761 % 2**64

    def below(self, most):
        self.state = (self.state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % 2**64
        return (self.state >> 33) * most >> 31

    def pick(self, items):
        return items[self.below(len(items))]


def make_words():
    chance = Chance(1)
    words = {"".join(chance.pick(SYLLABLES) for _ in range(1 + chance.below(3))) for _ in range(3_000)}
    return sorted(words)


WORDS = make_words()


def sentence(chance):
    words = [chance.pick(WORDS) for _ in range(6 + chance.below(14))]
    if len(words) > 12:
        words[5] += ","
    words[0] = words[0].capitalize()
    return " ".join(words) + "."


def paragraph(chance):
    return " ".join(sentence(chance) for _ in range(2 + chance.below(4)))


def title(chance, number):
    return f"{' '.join(chance.pick(WORDS) for _ in range(3 + chance.below(4))).capitalize()} {number}"


def day(number):
    """Three hours lie between a post and the next."""
    return NEWEST - datetime.timedelta(hours=3 * number)


def project(scratch, name, source, digest="", more=""):
    folder = scratch / name
    folder.mkdir(exist_ok=True)
    (folder / "tidings.toml").write_text(CONFIG.format(source=source, digest=digest, more=more))
    return folder


def harbour(root, scratch, _):
    """The example; its picture is read and named, because coding it is not what is measured."""
    folder = scratch / "harbour"
    if not folder.exists():
        leave = shutil.ignore_patterns("tidings.db*", "outbox", "preview.*")
        shutil.copytree(root / "examples" / "harbour", folder, ignore=leave)
        config = folder / "tidings.toml"
        config.write_text(config.read_text().replace('image = "embed"', 'image = "link"'))
    return folder


def markdown(number):
    """A post of 2 to 4 KB: front matter, headings, paragraphs, a list, a link."""
    chance = Chance(1_000_000 + number)
    parts = [f"---\ntitle: {title(chance, number)}\ndate: {day(number).isoformat()}\nauthor: Jane Doe\n"]
    parts.append(f"tags: [{chance.pick(WORDS)}, {chance.pick(WORDS)}]\n")
    if number % 2:
        parts.append(f"description: {sentence(chance)} {sentence(chance)}\n")
    parts.append("---\n\n")
    size, target = 0, 2_000 + chance.below(2_000)
    while size < target:
        kind = chance.below(8)
        if kind == 0:
            part = f"## {title(chance, number)}\n\n"
        elif kind == 1:
            part = "".join(f"- {sentence(chance)}\n" for _ in range(4)) + "\n"
        elif kind == 2:
            part = f"{sentence(chance)} *{sentence(chance)}* [{chance.pick(WORDS)}](/other/{number}/) and `code`.\n\n"
        elif kind == 3:
            part = f"> {paragraph(chance)}\n\n"
        else:
            part = paragraph(chance) + "\n\n"
        parts.append(part)
        size += len(part)
    return "".join(parts)


def folder(_, scratch, __):
    """1,000 Markdown posts."""
    made = project(scratch, "folder", 'folder = "posts"\nbase_url = "https://bench.example/notes/"')
    posts = made / "posts"
    if not posts.exists():
        posts.mkdir()
        for number in range(1_000):
            (posts / f"post-{number:04}.md").write_text(markdown(number))
    return made


def entry(number):
    """An entry whose `content:encoded` is a little less than 4 KB of HTML."""
    chance = Chance(2_000_000 + number)
    link = f"https://bench.example/news/{number:05}/"
    parts = []
    size = 0
    while size < 3_350:
        kind = chance.below(8)
        if kind == 0:
            part = f"<h2>{title(chance, number)}</h2>\n"
        elif kind == 1:
            part = "<ul>" + "".join(f"<li>{sentence(chance)}</li>" for _ in range(4)) + "</ul>\n"
        elif kind == 2:
            part = f'<p class="wide">{sentence(chance)} <em>{sentence(chance)}</em> <a href="/other/{number}?a=1&amp;b=2">{chance.pick(WORDS)}</a>.</p>\n'
        elif kind == 3:
            part = f"<blockquote><p>{paragraph(chance)}</p></blockquote>\n"
        elif kind == 4:
            part = f'<figure><img src="/img/{number}.jpg" alt="{sentence(chance)}" width="800" height="450"><figcaption>{sentence(chance)}</figcaption></figure>\n'
        else:
            part = f"<p>{paragraph(chance)}</p>\n"
        parts.append(part)
        size += len(part)
    summary = f"{sentence(chance)} {sentence(chance)}"
    return (
        f"<item><title>{title(chance, number)}</title><link>{link}</link>"
        f'<guid isPermaLink="true">{link}</guid><dc:creator>Jane Doe</dc:creator>'
        f"<pubDate>{day(number).strftime('%a, %d %b %Y %H:%M:%S +0000')}</pubDate>"
        f"<category>{chance.pick(WORDS)}</category><description>{summary}</description>"
        f"<content:encoded><![CDATA[{''.join(parts)}]]></content:encoded></item>\n"
    )


def feed_file(scratch):
    path = scratch / "feed.xml"
    if not path.exists():
        part = scratch / "feed.part"
        with open(part, "w", encoding="utf-8") as out:
            out.write(
                '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"'
                ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
                ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Bench News</title>'
                "<link>https://bench.example/</link><description>News</description><language>en</language>\n"
            )
            for number in range(10_000):
                out.write(entry(number))
            out.write("</channel></rss>\n")
        part.rename(path)
    return path


def feed(_, scratch, __):
    """A feed of 10,000 entries and 40 MB in a file."""
    feed_file(scratch)
    return project(scratch, "feed", 'feed = "../feed.xml"')


def feed_over_http(_, scratch, port):
    """The same feed from a server on this machine."""
    feed_file(scratch)
    return project(scratch, "http", f'feed = "http://127.0.0.1:{port}/feed.xml"')


# Long teasers make a message of about 75 KB.
LONG = '[digest.weekly.teaser]\nfrom = ["description"]\nmax_chars = 2600\nmax_sentences = 60\n'


def ten_posts(made):
    posts = made / "posts"
    if posts.exists():
        return
    posts.mkdir()
    for number in range(10):
        chance = Chance(4_000_000 + number)
        head = f"---\ntitle: {title(chance, number)}\ndate: {day(number).isoformat()}\nauthor: Jane Doe\ndescription: "
        told = sentence(chance)
        while len(told) < 2_200:
            told += " " + sentence(chance)
        (posts / f"post-{number:04}.md").write_text(f"{head}{told}\n---\n\n{paragraph(chance)}\n")


def subscribers(path, count):
    """Writes `count` subscribers with names, of fifty domains, in no order."""
    if path.exists():
        return
    chance = Chance(3)
    with open(path, "w", encoding="utf-8") as out:
        out.write("email,name\n")
        for number in range(count):
            first, last = chance.pick(WORDS), chance.pick(WORDS)
            name = f"{first.capitalize()} {last.capitalize()}"
            out.write(f"{first}.{last}.{number}@mail{number % 50}.example,{name}\n")


def mailing(_, scratch, __):
    """Ten posts and 10,000 subscribers."""
    source = 'folder = "posts"\nbase_url = "https://bench.example/notes/"'
    made = project(scratch, "mailing", source, LONG, '\n[subscribers]\nfile = "subscribers.csv"\n')
    ten_posts(made)
    subscribers(made / "subscribers.csv", 10_000)
    return made


def delivery(scratch, name, port, count, key=None, file=True):
    """Ten posts for `count` subscribers over SMTP, five places in each message their own, signed with `key`."""
    intro = 'intro = "Dear {{ subscriber.name }}, this goes to {{ subscriber.address }}."\n'
    more = '\n[subscribers]\nfile = "subscribers.csv"\n' if file else ""
    if key:
        more += f'\n[[dkim]]\ndomain = "bench.example"\nselector = "s1"\nkey_file = "{key}"\n'
    source = 'folder = "posts"\nbase_url = "https://bench.example/notes/"'
    made = project(scratch, name, source, intro + LONG, more)
    config = made / "tidings.toml"
    smtp = f'url = "smtp://127.0.0.1:{port}"\ntls = "none"\nhelo = "bench.example"\nconnections = 8'
    config.write_text(config.read_text().replace('url = "file:outbox"', smtp))
    ten_posts(made)
    subscribers(made / "subscribers.csv", count)
    return made


def peer(scratch, count):
    """The same ten posts as a feed and as many subscribers, for programs that are not ours."""
    made = scratch / "peer"
    made.mkdir(exist_ok=True)
    feed = '<?xml version="1.0"?>\n<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    feed += ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Bench News</title>\n'
    feed += "".join(entry(number) for number in range(10)) + "</channel></rss>\n"
    (made / "feed.xml").write_text(feed, encoding="utf-8")
    subscribers(made / f"subscribers-{count}.csv", count)
    return made
