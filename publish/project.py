"""Read `_quarto.yml`: the subset of Quarto's book options that the embedded engine honours.

Every key is either honoured, or left to the Quarto CLI because it has no effect on content
(`QUARTO_ONLY`), or refused with its file and line. Silence would let the two engines drift apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from os.path import isfile  # which takes names that no file can have
from pathlib import Path

import yaml

from .errors import PublishError, at, brief, quoted
from .tree import DEPTH, NotYaml, compose, leaf, writable

CONFIG = "_quarto.yml"
DEFAULT_OUTPUT_DIR = "_book"  # Quarto's, for a book

LARGEST = 100_000  # bytes; to read more takes seconds

# A mapping lists the keys allowed below it; else it says what a leaf must be, as `tree.leaf` takes it.
SCHEMA = {
    "project": {"type": str, "output-dir": str, "execute-dir": str, "post-render": (str, list)},
    "book": {
        "title": str,
        "subtitle": str,
        "author": (str, list),
        "date": str,
        "description": str,
        "output-file": str,
        "chapters": list,
        "sidebar": {"style": str},
        "search": bool,
    },
    "lang": str,
    "bibliography": str,
    "csl": str,
    "keywords": (str, list),
    "execute": {"echo": bool, "warning": bool},
    "number-sections": bool,
    "link-citations": bool,
    "format": {
        "html": {
            "toc": bool, "toc-depth": DEPTH, "theme": object, "css": object,
            "html-math-method": str, "code-tools": bool, "fig-responsive": bool,
            "respect-user-color-scheme": bool, "citations-hover": bool, "crossrefs-hover": bool,
            "footnotes-hover": bool,
        },
        "typst": {
            "toc": bool, "toc-depth": DEPTH, "papersize": str, "citeproc": bool,
            "keep-typ": bool, "section-numbering": str, "pdf-standard": object,
        },
    },
}  # fmt: skip

# Options whose other values would change the content in a way that this engine does not follow.
FIXED = {
    ("project", "type"): "book",
    ("project", "execute-dir"): "project",
    ("number-sections",): True,
    ("format", "typst", "citeproc"): True,
}


@dataclass(frozen=True)
class Chapter:
    """A source file of the book; `path` is relative to the project's root."""

    path: Path

    @property
    def page(self) -> str:
        """The page it becomes, relative to the site's root, as Quarto names it."""
        return self.path.with_suffix(".html").as_posix()

    @property
    def up(self) -> str:
        """The prefix that leads from its page back to the site's root."""
        return "../" * (len(self.path.parts) - 1)


@dataclass(frozen=True)
class Project:
    """What `_quarto.yml` says, checked."""

    root: Path
    title: str
    subtitle: str
    authors: tuple[str, ...]
    date: str
    description: str
    lang: str
    chapters: tuple[Chapter, ...]
    bibliography: Path | None
    csl: Path | None
    output_dir: Path
    output_file: str
    post_render: tuple[str, ...]
    echo: bool
    toc_depth: int
    papersize: str
    keywords: tuple[str, ...]
    pdf_toc: bool
    pdf_toc_depth: int


def read_project(root: Path) -> Project:
    """Read and check `_quarto.yml` in `root`; all problems come at once in a `PublishError`."""
    if not (root / CONFIG).is_file():
        raise PublishError(
            f"{root / CONFIG}: not found; run this in a folder that holds a Quarto book"
        )
    node = _composed(root)
    problems: list[str] = []
    lines: dict[tuple[str, ...], int] = {}
    config = _mapping(node, SCHEMA, (), lines, problems)
    for keys, required in FIXED.items():
        value = _get(config, keys) if not problems else required
        if value != required:
            shown = "not set" if value is None else _written(value)
            text = f"{_dotted(keys)} is {shown}; it must be {_written(required)}"
            problems.append(at(CONFIG, lines.get(keys), text))
    if problems:
        raise PublishError(*problems)
    return _project(root, config, lines)


def output_dir(root: Path) -> Path:
    """The output folder that `_quarto.yml` in `root` names, whatever else it holds.

    Raises `PublishError` where a site cannot take its place.
    """
    node = _composed(root)
    for key in ("project", "output-dir"):
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        node = next((value for name, value in pairs if name.value == key), None)
    named = node.value if isinstance(node, yaml.ScalarNode) else ""
    try:
        folder = Path(writable(named) or DEFAULT_OUTPUT_DIR)
    except ValueError as error:
        line = node.start_mark.line + 1
        raise PublishError(at(CONFIG, line, f"project.output-dir is {error}")) from None
    why = _no_output(root, folder)
    if why:
        raise PublishError(at(CONFIG, None, f"project.output-dir: {brief(str(folder))} {why}"))
    return folder


def _composed(root: Path) -> yaml.Node | None:
    content = (root / CONFIG).read_bytes()
    if len(content) > LARGEST:
        raise PublishError(at(CONFIG, None, f"is larger than {LARGEST} bytes"))
    try:
        return compose(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PublishError(at(CONFIG, line, "is not UTF-8; save it with that encoding")) from None
    except NotYaml as error:
        raise PublishError(at(CONFIG, error.line, f"not valid YAML: {error}")) from None


def _project(root: Path, config: dict, lines: dict[tuple[str, ...], int]) -> Project:
    book, project = config.get("book", {}), config["project"]
    typst = _get(config, ("format", "typst")) or {}
    chapters = tuple(Chapter(Path(name)) for name in book.get("chapters", []))
    bibliography, csl = (
        Path(config[k]) if config.get(k) else None for k in ("bibliography", "csl")
    )

    problems = []
    if not chapters or chapters[0].path != Path("index.qmd"):
        first = brief(str(chapters[0].path)) if chapters else "nothing"
        problems.append(
            at(
                CONFIG,
                lines.get(("book", "chapters")),
                f"book.chapters starts with {first}; Quarto needs index.qmd first",
            )
        )
    named = [*((c.path, ("book", "chapters")) for c in chapters)]
    named += [(p, (k,)) for p, k in ((bibliography, "bibliography"), (csl, "csl")) if p]
    for file, keys in named:
        inside = (root / file).resolve().is_relative_to(root.resolve())
        if not inside or not isfile(root / file):
            why = "not found" if inside else "outside the project"
            problems.append(
                at(CONFIG, lines.get(keys), f"{_dotted(keys)}: {brief(str(file))} is {why}")
            )
    output_dir = Path(project.get("output-dir") or DEFAULT_OUTPUT_DIR)
    output_file = book.get("output-file") or "book"
    for keys, named, why in (
        (("project", "output-dir"), output_dir, _no_output(root, output_dir)),
        (("book", "output-file"), output_file, _no_name(output_file)),
    ):
        if why:
            text = f"{_dotted(keys)}: {brief(str(named))} {why}"
            problems.append(at(CONFIG, lines.get(keys), text))
    if problems:
        raise PublishError(*problems)
    return Project(
        root=root,
        title=book.get("title", ""),
        subtitle=book.get("subtitle", ""),
        authors=tuple(_listed(book.get("author"))),
        date=book.get("date", ""),
        description=book.get("description", ""),
        lang=config.get("lang") or "en",
        chapters=chapters,
        bibliography=bibliography,
        csl=csl,
        output_dir=output_dir,
        output_file=output_file,
        post_render=tuple(_listed(project.get("post-render"))),
        echo=_get(config, ("execute", "echo")) is not False,
        toc_depth=_get(config, ("format", "html", "toc-depth")) or 3,
        papersize=typst.get("papersize") or "a4",
        keywords=tuple(_listed(config.get("keywords"))),
        pdf_toc=typst.get("toc") is True,
        pdf_toc_depth=typst.get("toc-depth", 3),
    )


def _no_output(root: Path, folder: Path) -> str:
    """Why the site cannot take the place of `folder`; nothing where it can.

    What stands there is removed, so it must be a site: with "data" an author would lose work.
    """
    target = root / folder
    try:
        inside = target.resolve().is_relative_to(root.resolve()) and folder != Path(".")
        holds_files = target.is_file() or (target.is_dir() and any(target.iterdir()))
    except OSError as error:  # of a name that is too long, or a folder that cannot be read
        return f"cannot be the folder of a site: {error.strerror}"
    if not inside:
        return "must be a folder inside the project"
    if holds_files and not (target / "index.html").is_file():
        return "exists and is no site; building would replace it: name another folder"
    return ""


def _no_name(name: str) -> str:
    """Why no file of the site can have this `name`; nothing where one can."""
    plain = Path(name).name == name and "\\" not in name and not name.startswith(".")
    return "" if plain else "must be the name of a file, without a folder and without its ending"


def _mapping(node, schema, keys, lines, problems) -> dict:
    """Read the YAML tree `node` beside `schema`; note each key's line, collect what is wrong."""
    where = _dotted(keys) or "the file"
    if not isinstance(node, yaml.MappingNode):
        line = node.start_mark.line + 1 if node else None
        problems.append(at(CONFIG, line, f"{where} must hold keys with values: {_allowed(schema)}"))
        return {}
    found = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        name = key.value if isinstance(key, yaml.ScalarNode) else "a list or a mapping as a key"
        path = (*keys, name)
        if path in lines:
            problems.append(
                at(CONFIG, line, f"{_dotted(path)} is set in line {lines[path]} as well")
            )
            continue
        lines[path] = line
        if name not in schema:
            problems.append(
                at(
                    CONFIG,
                    line,
                    f"{_dotted(path)} is not supported by the embedded engine; "
                    f"{where} may hold {_allowed(schema)} (or build with ENGINE=quarto)",
                )
            )
        elif isinstance(schema[name], dict):
            default = isinstance(value, yaml.ScalarNode) and value.value == "default"
            if not (default and keys == ("format",)):
                found[name] = _mapping(value, schema[name], path, lines, problems)
        elif schema[name] is not object:
            try:
                kinds = schema[name] if isinstance(schema[name], tuple) else (schema[name],)
                found[name] = leaf(value, kinds)
            except ValueError as error:
                problems.append(at(CONFIG, line, f"{_dotted(path)} is {error}"))
    return found


def _get(config: dict, keys: tuple[str, ...]):
    for key in keys:
        config = config.get(key) if isinstance(config, dict) else None
    return config


def _written(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else quoted(value)


def _listed(value: str | list[str] | None) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []


def _dotted(keys: tuple[str, ...]) -> str:
    return ".".join(map(brief, keys))


def _allowed(schema: dict) -> str:
    return ", ".join(sorted(schema))
