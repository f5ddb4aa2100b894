"""What every page gets: style and script, tools by figures and tables, citation, downloads.

`Place` is the site's files and how they are named from one page. All is plain HTML that works
without the script; what needs it has the class `reader-scripted` and shows only where it runs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

from ..citation import FILE, whole_title
from ..project import Project
from ..record import FILE as RECORD
from .markup import Node
from .metadata import tags
from .notebook import codes, folded

FOLDER = "site_libs/reader"  # beside what Quarto lets pages share
OURS = re.compile(r"^reader-")

# Runs before the page is drawn, so that a reader who chose dark never sees a white flash.
THEME = (
    "(function(){var kept=null;try{kept=localStorage.getItem('reader-theme')}catch(e){}"
    "document.documentElement.dataset.theme=kept||"
    "(matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light')})()"
)
# A square and a diamond on a line, as in a forest plot; inline, or browsers would ask for favicon.ico.
ICON = (
    '<link rel="icon" href="data:image/svg+xml,'
    "%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Cpath d='M1 4.5h14M6 2h5v5H6zM8 9.5l5 2.5-5 2.5L3 12z' fill='%231a5787' stroke='%231a5787'/%3E"
    '%3C/svg%3E">'
)
SEARCH_ICON = (
    '<svg aria-hidden="true" viewBox="0 0 16 16"><circle cx="7" cy="7" r="4.5"/>'
    '<path d="m10.5 10.5 4 4"/></svg>'
)
THEME_ICON = (
    '<svg aria-hidden="true" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6"/>'
    '<path class="fill" d="M8 2a6 6 0 0 1 0 12z"/></svg>'
)


@dataclass(frozen=True)
class Place:
    """The folder of the site, and a page's name in it."""

    site: Path
    page: str

    @property
    def up(self) -> str:
        """The prefix that leads from the page to the site's root."""
        return "../" * self.page.count("/")

    def has(self, file: str) -> bool:
        """Whether the site holds `file`, named from its root."""
        return (self.site / file).is_file()

    def from_root(self, reference: str) -> str:
        """The `reference` of the page to a file, named from the root."""
        file = (self.site / self.page).parent / reference
        return Path(file).resolve().relative_to(self.site.resolve()).as_posix()


def is_ours(node: Node) -> bool:
    """Whether this step put the element there."""
    return any(OURS.match(name) for name in node.attributes.get("class", "").split())


def with_features(source: str, tree: Node, place: Place, project: Project) -> str:
    """Return the page `source`, whose parsed form is `tree`, with everything that it gets."""
    if tree.first(lambda n: n.tag == "script" and FOLDER in n.attributes.get("src", "")):
        return source
    additions = [
        *_head(tree, place, project),
        *_bar(tree, place, project),
        *_actions(tree, place, project),
        *_float_tools(tree, place),
        *folded(tree, _codes(place, project), float_name),
        *_foot(tree, place, project),
    ]
    pieces, position = [], 0
    for offset, html in sorted(additions, key=lambda addition: addition[0]):
        pieces += [source[position:offset], html]
        position = offset
    return "".join([*pieces, source[position:]])


def float_name(node: Node) -> str:
    """What the caption of the float `node` calls it, for example Figure 2.1."""
    caption = node.first(lambda n: n.tag == "figcaption")
    found = re.match(r"\w+\s[\w.]+(?=:)", caption.text() if caption else "")
    return found[0] if found else ""


def _head(tree: Node, place: Place, project: Project) -> list[tuple[int, str]]:
    head = tree.first(lambda n: n.tag == "head")
    told = tags(tree, place.page, place.up, project, downloads(place, project))
    return [
        (
            head.inner_end,
            f"{told}<script>{THEME}</script>\n{ICON}\n"
            f'<link rel="stylesheet" href="{place.up}{FOLDER}/reader.css">\n'
            f'<script defer src="{place.up}{FOLDER}/reader.js" data-up="{place.up}"></script>\n',
        )
    ]


def _bar(tree: Node, place: Place, project: Project) -> list[tuple[int, str]]:
    """Search, colour scheme and PDF; in the masthead, or above the page where there is none."""
    bar = (
        '<div class="reader-bar">\n'
        '<button type="button" class="reader-search reader-scripted" aria-haspopup="dialog" '
        f'aria-keyshortcuts="/ Control+K">{SEARCH_ICON}<span>Search</span><kbd>/</kbd></button>\n'
        '<button type="button" class="reader-theme reader-scripted" aria-label="Dark colours" '
        f'aria-pressed="false">{THEME_ICON}</button>\n'
        f"{_pdf(place, project, 'PDF', 'reader-pdf')}</div>\n"
    )
    masthead = tree.first(lambda n: n.has_class("masthead-inner"))
    if masthead:
        return [(masthead.inner_end, bar)]
    content = tree.first(lambda n: n.id == "quarto-content")
    return [(content.start, bar)] if content else []


def _actions(tree: Node, place: Place, project: Project) -> list[tuple[int, str]]:
    """The front page's links to what can be taken away."""
    block = tree.first(lambda n: n.id == "title-block-header")
    if place.page != "index.html" or block is None:
        return []
    links = (
        _pdf(place, project, "Read as PDF", "reader-action"),
        '<a class="reader-action" href="#reader-cite">Cite</a>',
        '<a class="reader-action" href="#reader-downloads">Data and downloads</a>',
    )
    return [(block.inner_end, f'<p class="reader-actions">{" ".join(links)}</p>\n')]


def _pdf(place: Place, project: Project, text: str, kind: str) -> str:
    pdf = f"{project.output_file}.pdf"
    return f'<a class="{kind}" href="{place.up}{pdf}">{text}</a>\n' if place.has(pdf) else ""


def _float_tools(tree: Node, place: Place) -> list[tuple[int, str]]:
    main = tree.first(lambda n: n.tag == "main")
    if main is None:
        return []
    additions = []
    for node in main.walk():
        outer = node.around(_is_float) or node.around(lambda n: n.tag == "p")
        name = float_name(outer) if outer else ""
        if node.tag == "img" and outer:
            links = _image_links(node.attributes.get("src", ""), place)
            if links:
                enlarge = (
                    '<li><button type="button" class="reader-zoom reader-scripted">Enlarge'
                    f"{_hidden(name or 'figure')}</button></li>"
                )
                menu = _menu(name or "Figure", enlarge + _items(links, name or "figure"))
                # In a float before its end; a paragraph may hold no list, so after it.
                additions.append((outer.end if outer.tag == "p" else outer.inner_end, menu))
        elif node.attributes.get("data-name") and outer:
            file = f"tables/{node.attributes['data-name']}.csv"
            if place.has(file):
                links = [("CSV", place.up + file)]
                additions.append((outer.inner_end, _menu(name, _items(links, name))))
    return additions


def _codes(place: Place, project: Project) -> dict[str, str]:
    path = source_of(place.page, project)
    return codes((project.root / path).read_text(encoding="utf-8"), str(path)) if path else {}


def source_of(page: str, project: Project) -> Path | None:
    """Return the file of `project` that the `page` was made from."""
    return next((chapter.path for chapter in project.chapters if chapter.page == page), None)


def _is_float(node: Node) -> bool:
    return node.tag == "figure" and node.has_class("quarto-float")


def _image_links(source: str, place: Place) -> list[tuple[str, str]]:
    if re.match(r"[a-z]+:|//", source) or not source.endswith(".svg"):
        return []
    stem = source.removesuffix(".svg")
    found = [("SVG", source), ("PNG", f"{stem}.png")]
    return [(kind, link) for kind, link in found if place.has(place.from_root(link))]


def _items(links: list[tuple[str, str]], name: str) -> str:
    return "".join(
        f'<li><a href="{escape(link)}" download>{kind}{_hidden(name)}</a></li>'
        for kind, link in links
    )


def _menu(name: str, items: str) -> str:
    return f'<ul class="reader-menu" aria-label="{escape(name)}: tools">{items}</ul>\n'


def _hidden(name: str) -> str:
    return f'<span class="reader-hidden"> {escape(name)}</span>'


def _foot(tree: Node, place: Place, project: Project) -> list[tuple[int, str]]:
    """How to cite the manuscript, and everything that can be downloaded."""
    content = tree.first(lambda n: n.id == "quarto-content")
    if content is None:
        return []
    year = project.date[:4]
    authors = ", ".join(project.authors)
    title = whole_title(project)
    known = (authors, f"({year})" if year else "")
    text = ". ".join(filter(None, (" ".join(filter(None, known)), title))) + "."
    key = "".join(re.findall(r"\w+", project.authors[0])) if project.authors else "manuscript"
    bibtex = (
        f"@misc{{{key}{year},\n  author = {{{' and '.join(f'{{{a}}}' for a in project.authors)}}},\n"
        f"  title = {{{{{title}}}}},\n  year = {{{year}}}\n}}"
    )
    copy = (
        '<button type="button" class="reader-copy reader-scripted" data-copies="{}">Copy{}</button>'
    )
    return [
        (
            content.end,
            '\n<footer class="reader-foot">\n<div class="reader-foot-inner">\n'
            '<section id="reader-cite" aria-labelledby="reader-cite-title">\n'
            '<h2 id="reader-cite-title">How to cite</h2>\n'
            f'<p id="reader-citation">{escape(text)}</p>\n'
            f"{copy.format('reader-citation', _hidden('the citation'))}\n"
            "<details><summary>BibTeX</summary>\n"
            f'<pre id="reader-bibtex" tabindex="0">{escape(bibtex)}</pre>\n'
            f"{copy.format('reader-bibtex', _hidden('the BibTeX entry'))}\n</details>\n"
            f'</section>\n{_downloads(place, project)}'
            '<p class="reader-status" role="status"></p>\n</div>\n</footer>',
        )
    ]  # fmt: skip


def downloads(place: Place, project: Project) -> list[tuple[str, str]]:
    """Return the files that the site offers, named from its root, each with what it holds."""
    whole = [
        (f"{project.output_file}.pdf", "All pages as PDF"),
        ("values.json", "Every number with its source and inputs (JSON)"),
        ("ledger.csv", "Every printed number with its verdict (CSV)"),
        (FILE, "How to cite (CFF)"),
        ("data/README.md", "Codebook of the data"),
        (RECORD, "What the site was made from: files, versions (JSON)"),
    ]
    data = sorted((place.site / "data").glob("*.csv"))
    return [(file, text) for file, text in whole if place.has(file)] + [
        (f"data/{file.name}", f"Data: {file.stem} (CSV)") for file in data
    ]


def _downloads(place: Place, project: Project) -> str:
    items = downloads(place, project)
    if not items:
        return ""
    source = source_of(place.page, project)
    if source and place.has(source.as_posix()):
        items.append((source.as_posix(), "Source of this page, with its code (Quarto)"))
    listed = "".join(
        f'<li><a href="{place.up}{escape(file)}" download>{escape(text)}</a></li>\n'
        for file, text in items
    )
    return (
        '<section id="reader-downloads" aria-labelledby="reader-downloads-title">\n'
        f'<h2 id="reader-downloads-title">Download</h2>\n<ul>\n{listed}</ul>\n'
        "<p>Each figure and table offers its own files below it.</p>\n</section>\n"
    )
