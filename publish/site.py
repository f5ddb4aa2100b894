"""Write the numbered document as HTML pages that follow Quarto's ids and classes.

Pages need no server and no network: links are relative, the style sheet lies beside them.
"""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from .document import Document, chapters
from .kept import Kept
from .pandoc import FILTERS, TEMPLATES, pandoc
from .project import Chapter, Project

ASSETS = Path("site_libs")  # where Quarto, too, puts what pages share
STYLES = (Path(__file__).parent / "reader" / "assets" / "colours.css", TEMPLATES / "site.css")


def write_site(document: Document, project: Project, target: Path, kept: Kept) -> None:
    """Write the pages of `document`, their style sheet and the files that they show to `target`.

    Pages are those `kept`, unless they changed.
    """
    html = json.loads(
        pandoc(
            json.dumps(document),
            "--from=json",
            "--to=json",
            f"--lua-filter={FILTERS / 'html.lua'}",
            cwd=project.root,
        )
    )
    bodies = chapters(html)
    titles = [_title(blocks) for blocks in bodies]
    with ThreadPoolExecutor() as threads:
        futures = [
            threads.submit(_page, html, project, number, bodies[number], titles, kept)
            for number in range(len(bodies))
        ]
        for chapter, future in zip(project.chapters, futures, strict=True):
            page = target / chapter.page
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(future.result(), encoding="utf-8")
    (target / ASSETS).mkdir(exist_ok=True)
    style = "".join(file.read_text(encoding="utf-8") for file in STYLES)
    (target / ASSETS / "site.css").write_text(style, encoding="utf-8")
    for image in sorted(set(_images(document["blocks"]))):
        (target / image).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(project.root / image, target / image)


def _page(
    html: Document, project: Project, number: int, blocks: list, titles: list, kept: Kept
) -> str:
    chapter, title = project.chapters[number], titles[number]
    # As in Quarto, the front page heads the book; the other pages head their chapter.
    front = number == 0
    body = [block for block in blocks if front or block is not title["block"]]
    meta = {
        "lang": _string(project.lang),
        "pagetitle": _string(_plain(title["inlines"]) + " – " + project.title),
        "book": _string(project.title),
        "description": _string(project.description),
        "home": _string(chapter.up + project.chapters[0].page),
        "assets": _string(chapter.up + ASSETS.as_posix()),
        "sidebar": {"t": "MetaList", "c": [
            _entry(other, chapter, entry) for other, entry in zip(project.chapters, titles, strict=True)
        ]},
    }  # fmt: skip
    if front:
        meta["booktitle"] = _string(project.title)
        meta["subtitle"] = _string(project.subtitle)
        meta["date"] = _string(_day(project.date, project.lang))
        meta["author"] = {"t": "MetaList", "c": [_string(name) for name in project.authors]}
    else:
        meta["title"] = {"t": "MetaInlines", "c": title["inlines"]}
        meta["number"] = _string(title["number"])
        meta["identifier"] = _string(title["identifier"])
    for key, index in (("previous", number - 1), ("next", number + 1)):
        if 0 <= index < len(titles):
            meta[key] = _entry(project.chapters[index], chapter, titles[index])
    page = {**html, "meta": {k: v for k, v in meta.items() if v}, "blocks": body}
    return kept.pandoc(
        json.dumps(page), "--from=json", "--to=html5", "--section-divs", "--mathml", "--toc",
        f"--toc-depth={project.toc_depth}", f"--template={TEMPLATES / 'page.html'}",
        cwd=project.root,
    )  # fmt: skip


def _title(blocks: list[dict]) -> dict:
    """The level-one heading of a chapter: its block, inlines, number and identifier."""
    for block in blocks:
        if block["t"] == "Header" and block["c"][0] == 1:
            _, (identifier, _, attributes), inlines = block["c"]
            number = dict(attributes).get("number")
            return {"block": block, "inlines": inlines, "number": number, "identifier": identifier}
    return {"block": None, "inlines": [], "number": None, "identifier": ""}


def _entry(other: Chapter, here: Chapter, title: dict) -> dict:
    entry = {
        "href": _string(here.up + other.page),
        "title": {"t": "MetaInlines", "c": title["inlines"]},
    }
    if title["number"]:
        entry["number"] = _string(title["number"])
    if other == here:
        entry["active"] = _string("active")
    return {"t": "MetaMap", "c": entry}


def _images(node) -> list[str]:
    """The project's own images in `node`, relative to its root."""
    if isinstance(node, dict) and node.get("t") == "Image":
        source = node["c"][2][0]
        return [source[1:]] if source.startswith("/") else []
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [image for child in children for image in _images(child)]


def _plain(node) -> str:
    """The text of inlines, without footnotes and raw code."""
    if isinstance(node, dict):
        kind, content = node.get("t"), node.get("c")
        if kind in ("Space", "SoftBreak", "LineBreak"):
            return " "
        if kind in ("Str", "Code", "Math"):
            return content if kind == "Str" else content[-1]
        if kind == "Quoted":
            left, right = "“”" if content[0]["t"] == "DoubleQuote" else "‘’"
            return left + _plain(content[1]) + right
        return "" if kind in ("Note", "RawInline") else _plain(content)
    return "".join(map(_plain, node)) if isinstance(node, list) else ""


def _day(text: str, lang: str) -> str:
    """An ISO date in words where the book is in English, as in the PDF; other text as it is."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.day} {day:%B %Y}" if lang.split("-")[0] == "en" else text


def _string(text: str | None) -> dict | None:
    return {"t": "MetaString", "c": text} if text else None
