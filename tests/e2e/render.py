"""A public space as pages: who sees what, nothing of a stranger runs, and only what changed is written again (SEC-09)."""
import html.parser
import xml.etree.ElementTree as etree
from urllib.parse import urlparse

from house import House, done, ok

ATOM = "{http://www.w3.org/2005/Atom}"
ELEMENTS = set("html head title meta link body header main footer nav a h1 h2 p span ul ol li article time div pre blockquote details "
               "summary bdi b".split())
VOID = {"meta", "link"}


def letter(name, who, subject, body, cites="", day=1, kind="text/plain; charset=utf-8"):
    return (f"From: {who}\nMessage-ID: <{name}@example.org>\n" + (f"References: {cites}\n" if cites else "") +
            f"Subject: {subject}\nDate: {day} May 2026 08:00:00 +0000\nMIME-Version: 1.0\nContent-Type: {kind}\n\n{body}\n").encode()


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.faults, self.links, self.anchors, self.words, self.open = [], [], set(), [], []
        self.feed(text)
        if self.open:
            self.faults.append(f"left open: {self.open}")

    def handle_starttag(self, tag, attributes):
        if tag not in ELEMENTS or any(name.startswith("on") or name == "style" for name, _ in attributes):
            self.faults.append(f"<{tag} {attributes}>")
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attributes:
            if name in ("href", "src"):
                self.links.append(value)
            if name == "id":
                self.anchors.add(value)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data):
        self.words.append(data)


with House("render") as house:
    house.community("weavers")
    site = house.folder / "site"
    house.run("archive", "render", "weavers", site, status=None)
    ok(house.status == 77 and "visibility public" in house.error and not site.exists(),
       "a space that not everybody may read is refused, and nothing is made", house.error)
    house.run("community", "set", "weavers", "visibility", "public")
    posts = [letter("a", "Ann <ann@example.org>", "Sett", "Which sett? Ask ann@example.org or bob.reed+x@b.example.\n-- \nann@example.org"),
             letter("b", "bob@b.example", "Re: Sett", "> Which sett?\n\nTwelve.", "<a@example.org>", 2),
             letter("c", '"<script>alert(1)</script>" <eve@example.org>', "<script>alert(2)</script> eve@example.org",
                    "<script>alert(3)</script>\n\"><svg onload=alert(4)>\nhttp://x.example/\"onmouseover=\"alert(5)\njavascript:alert(6)\n> <iframe>", day=3),
             letter("d", "Dan <dan@example.org>", "=?utf-8?Q?=22=3E=3Cimg_src=3Dx_onerror=3Dalert(7)=3E?=",
                    "<p>Hi</p><script>alert(8)</script><a href='javascript:alert(9)'>x</a><img src='http://t.example/p.gif'><style>*{}</style>",
                    day=4, kind="text/html; charset=utf-8"),
             letter("e", "=?utf-8?B?2LPYp9ix2Kk=?= <sara@example.org>", "=?utf-8?B?5omL57mU44KK5qmf?=", "\u0647\u0630\u0627 \u7e54\u6a5f", day=5)]
    for post in posts:
        house.run("archive", "import", "weavers", "-", input=post)
    (first,) = house.rows("archive", "render", "weavers", site)
    files = sorted(path for path in site.rglob("*") if path.is_file() and path.name != ".guildpost")
    ok(first == {"pages": len(files), "written": len(files), "removed": 0}, "pages are written", (first, files))
    pages = {path: Page(path.read_text()) for path in files if path.suffix == ".html"}
    ok(not [page.faults for page in pages.values() if page.faults], "of elements and attributes that are ours, each closed",
       [(path, page.faults) for path, page in pages.items() if page.faults])
    every = "".join(path.read_text() for path in files)
    ok("alert(3)" in "".join(word for page in pages.values() for word in page.words), "what strangers wrote is there to read")
    ok("<script" not in every and "<svg" not in every and "<img" not in every and "alert(8)" not in every, "as text, and no script")
    outside = [link for page in pages.values() for link in page.links if urlparse(link).scheme or urlparse(link).netloc]
    ok(outside == ["http://x.example/"], "a page leads out by a link alone, and loads nothing", outside)
    ok(not [who for who in ("ann@", "bob.reed", "bob@", "eve@", "dan@", "sara@") if who in every], "nobody's address is on any of them",
       [line for line in every.splitlines() if "@example.org" in line])
    broken = [(path.name, link) for path, page in pages.items() for link in page.links if link not in outside and not (
        (path.parent / link.split("#")[0] if link.split("#")[0] else path).resolve().exists() and
        ("#" not in link or link.split("#")[1] in pages[(path.parent / link.split("#")[0]).resolve() if link.split("#")[0] else path].anchors))]
    ok(broken == [], "every link leads somewhere", broken)
    sheet = (site / "style.css").read_text()
    ok("prefers-color-scheme: dark" in sheet and "url(" not in sheet and "@import" not in sheet, "dark where it is wanted, and nothing remote")

    # --- the feed -----------------------------------------------------------------------------------
    feed = etree.parse(site / "atom.xml").getroot()
    entries = feed.findall(ATOM + "entry")
    needs = ("id", "title", "updated")
    ok(feed.tag == ATOM + "feed" and len(entries) == 5 and all(len(each.findall(ATOM + name)) == 1 for each in [feed, *entries] for name in needs)
       and all(each.find(f"{ATOM}author/{ATOM}name").text for each in entries), "the feed has what RFC 4287 wants of it", etree.tostring(feed))
    ok(len({each.find(ATOM + "id").text for each in entries}) == 5 and feed.find(ATOM + "updated").text == "2026-05-05T08:00:00Z",
       "each entry an id of its own, and the newest its date")
    ok(not [Page(each.find(ATOM + "content").text).faults for each in entries if Page(each.find(ATOM + "content").text).faults],
       "and its HTML is ours too")

    # --- once more ----------------------------------------------------------------------------------
    before = {path: path.stat().st_mtime_ns for path in files}
    (again,) = house.rows("archive", "render", "weavers", site)
    ok(again == {"pages": len(files), "written": 0, "removed": 0} and before == {path: path.stat().st_mtime_ns for path in files},
       "nothing new: nothing is written", again)
    house.run("archive", "import", "weavers", "-", input=letter("f", "Ann <ann@example.org>", "Re: Sett", "Thank you.", "<a@example.org> <b@example.org>", 6))
    (third,) = house.rows("archive", "render", "weavers", site)
    threads = {row["subject"]: row["thread"] for row in house.rows("archive", "threads", "weavers")}
    changed = sorted(str(path.relative_to(site)) for path in files if path.stat().st_mtime_ns != before[path])
    ok(changed == sorted(["2026-05.html", "atom.xml", "index.html", f"t/{threads['Sett']}.html"]) and third["written"] == 4,
       "a new post writes its conversation, its month, the index and the feed", changed)
    house.run("archive", "remove", "weavers", "<e@example.org>")
    (gone,) = house.rows("archive", "render", "weavers", site)
    ok(gone["removed"] == 1 and "\u7e54\u6a5f" not in "".join(path.read_text() for path in site.rglob("*") if path.is_file()),
       "a post that is removed leaves the pages", gone)
    (site / "mine.html").write_text("mine")
    (pinned,) = house.rows("archive", "render", "weavers", site, "--url", "https://example.org/weavers/")
    feed = etree.parse(site / "atom.xml").getroot()
    ok(feed.attrib["{http://www.w3.org/XML/1998/namespace}base"] == "https://example.org/weavers/" and (site / "mine.html").exists() and pinned["written"] == 1,
       "--url says where the feed's links lead; what is not ours is left alone", (feed.attrib, pinned))
    house.run("archive", "render", "weavers", "/proc/nowhere", status=None)
    ok(house.status == 73 and "/proc/nowhere" in house.error, "a folder that cannot be made is told", house.error)
done()
