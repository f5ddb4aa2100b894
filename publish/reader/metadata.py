"""What machines read of a page: JSON-LD (schema.org), tags for Google Scholar, and OpenGraph.

The front page is the article with its data set, every other page one of its chapters. It is described
by its first element of class `gist`, or else by its first paragraph: as it is rendered, so that numbers
in it are the computed ones. Where the site lies is not known; what would need its address (og:url,
citation_pdf_url) is left out.
"""

from __future__ import annotations

import json
import textwrap
from html import escape

from ..citation import day, person, version, whole_title
from ..project import Project
from ..record import FILE as RECORD
from .markup import Node

FRONT = "index.html"
ARTICLE, DATA = "#article", "#data"  # what the front page calls them
LONGEST = 300  # letters of a description; whoever shows one cuts off more
TYPES = {"csv": "text/csv", "json": "application/json", "pdf": "application/pdf"}
ABOUT_DATA = "What the manuscript starts from, digit for digit, and every number that it computes."

Downloads = list[tuple[str, str]]  # files of the site, each with what it holds


def tags(tree: Node, page: str, up: str, project: Project, downloads: Downloads) -> str:
    """Return the tags of the parsed `page`, from which `up` leads to the site's root."""
    title = title_of(tree) if page != FRONT else whole_title(project)
    description = described(tree) or project.description
    found = [
        ("property", "og:title", title),
        ("property", "og:description", description),
        ("property", "og:type", "article"),
        ("property", "og:site_name", project.title),
    ]
    if page == FRONT:
        found += [("name", name, content) for name, content in _scholar(project)]
        linked = _front(project, description, downloads)
    else:
        linked = _chapter(title, up, project, description)
    lines = [
        f'<meta {kind}="{name}" content="{escape(content)}">'
        for kind, name, content in found
        if content
    ]
    # A script's text ends at the first "</", whatever the quotes around it.
    text = json.dumps(_said(linked), ensure_ascii=False, separators=(",", ":")).replace(
        "<", "\\u003c"
    )
    return "\n".join([*lines, f'<script type="application/ld+json">{text}</script>', ""])


def title_of(tree: Node) -> str:
    """Return what the page `tree` is called: its last title of the first level, without its number."""
    titles = tree.all(lambda n: n.tag == "h1")
    return titles[-1].text(lambda n: n.has_class("chapter-number")) if titles else ""


def described(tree: Node) -> str:
    """Return the description of the page `tree`, cut at a word."""
    main = tree.first(lambda n: n.tag == "main")
    if main is None:
        return ""
    marked = main.first(lambda n: n.has_class("gist"))
    paragraphs = [p for p in main.all(lambda n: n.tag == "p") if not p.around(_aside)]
    shown = marked or next((p for p in paragraphs if p.text()), None)
    return textwrap.shorten(shown.text(), LONGEST, placeholder=" …") if shown else ""


def _aside(node: Node) -> bool:
    return node.tag in ("header", "nav", "figure") or node.has_class("table-scroll")


def _scholar(project: Project) -> list[tuple[str, str]]:
    return [
        ("citation_title", whole_title(project)),
        *(("citation_author", author) for author in project.authors),
        ("citation_publication_date", day(project).replace("-", "/")),
        ("citation_language", project.lang),
        *(("citation_keywords", word) for word in project.keywords),
    ]


def _front(project: Project, description: str, downloads: Downloads) -> dict:
    authors = [_author(author) for author in project.authors]
    pdf = f"{project.output_file}.pdf"
    files = dict(downloads)
    article = {
        "@type": "ScholarlyArticle",
        "@id": ARTICLE,
        "headline": project.title,
        "alternativeHeadline": project.subtitle,
        "abstract": description,
        "description": project.description,
        "author": authors,
        "datePublished": day(project),
        "version": version(project),
        "inLanguage": project.lang,
        "keywords": list(project.keywords),
        "encoding": _file("MediaObject", pdf, files[pdf]) if pdf in files else None,
        "hasPart": {"@id": DATA} if files else None,
    }
    dataset = {
        "@type": "Dataset",
        "@id": DATA,
        "name": f"Data of: {project.title}",
        "description": f"{ABOUT_DATA} {project.description}",
        "creator": authors,
        "datePublished": day(project),
        "version": version(project),
        "isPartOf": {"@id": ARTICLE},
        "distribution": [
            _file("DataDownload", file, text)
            for file, text in downloads
            if file.endswith((".csv", ".json")) and file != RECORD
        ],
    }
    return {"@context": "https://schema.org", "@graph": [article, *([dataset] if files else [])]}


def _chapter(title: str, up: str, project: Project, description: str) -> dict:
    return {
        "@context": "https://schema.org",
        "@type": "Chapter",
        "name": title,
        "abstract": description,
        "inLanguage": project.lang,
        "isPartOf": {
            "@type": "ScholarlyArticle",
            "@id": f"{up}{FRONT}{ARTICLE}",
            "headline": project.title,
            "author": [_author(author) for author in project.authors],
            "datePublished": day(project),
        },
    }


def _author(author: str) -> dict[str, str]:
    named = person(author)
    if named is None:
        return {"@type": "Organization", "name": author}
    return {"@type": "Person", "givenName": named[0], "familyName": named[1]}


def _file(kind: str, file: str, text: str) -> dict[str, str]:
    form = TYPES[file.rpartition(".")[2]]
    return {"@type": kind, "name": text, "contentUrl": file, "encodingFormat": form}


def _said(thing):
    """`thing` without what is empty."""
    if isinstance(thing, dict):
        return {key: _said(value) for key, value in thing.items() if value}
    return [_said(each) for each in thing] if isinstance(thing, list) else thing
