"""Read `_quarto.yml`: the subset of Quarto's book options that the embedded engine honours.

Every key is either honoured, or left to the Quarto CLI because it has no effect on content
(`QUARTO_ONLY`), or refused with its file and line. Silence would let the two engines drift apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from .errors import PublishError, at

CONFIG = "_quarto.yml"
DEFAULT_OUTPUT_DIR = "_book"  # Quarto's, for a book

# A mapping lists the keys allowed below it; a type is what a leaf must be.
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
            "toc": bool, "toc-depth": int, "theme": object, "css": object,
            "html-math-method": str, "code-tools": bool, "fig-responsive": bool,
            "respect-user-color-scheme": bool, "citations-hover": bool, "crossrefs-hover": bool,
            "footnotes-hover": bool,
        },
        "typst": {
            "toc": bool, "toc-depth": int, "papersize": str, "citeproc": bool,
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
    path = root / CONFIG
    if not path.is_file():
        raise PublishError(f"{path}: not found; run this in a folder that holds a Quarto book")
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise PublishError(at(CONFIG, line, f"not valid YAML: {error.problem}")) from None
    problems: list[str] = []
    lines: dict[tuple[str, ...], int] = {}
    _check(node, SCHEMA, (), lines, problems)
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    for keys, required in FIXED.items():
        value = _get(config, keys) if not problems else required
        if value != required:
            shown = "nothing" if value is None else repr(value)
            problems.append(
                at(CONFIG, lines.get(keys), f"{_dotted(keys)} is {shown}; write {required!r}")
            )
    if problems:
        raise PublishError(*problems)
    return _project(root, config, lines)


def output_dir(root: Path) -> Path:
    """The output folder that `_quarto.yml` in `root` names, whatever else it holds."""
    try:
        config = yaml.safe_load((root / CONFIG).read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise PublishError(f"{CONFIG}: {error}") from None
    return Path(str(_get(config, ("project", "output-dir")) or DEFAULT_OUTPUT_DIR))


def _project(root: Path, config: dict, lines: dict[tuple[str, ...], int]) -> Project:
    book, project = config.get("book", {}), config["project"]
    typst = _get(config, ("format", "typst")) or {}
    chapters = tuple(Chapter(Path(str(c))) for c in book.get("chapters", []))
    bibliography, csl = (Path(config[k]) if k in config else None for k in ("bibliography", "csl"))

    problems = []
    if not chapters or chapters[0].path != Path("index.qmd"):
        first = chapters[0].path if chapters else "nothing"
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
        if not inside or not (root / file).is_file():
            why = "not found" if inside else "outside the project"
            problems.append(at(CONFIG, lines.get(keys), f"{_dotted(keys)}: {file} is {why}"))
    output_dir = Path(project.get("output-dir", DEFAULT_OUTPUT_DIR))
    if not (root / output_dir).resolve().is_relative_to(root.resolve()) or output_dir == Path("."):
        problems.append(
            at(
                CONFIG,
                lines.get(("project", "output-dir")),
                f"project.output-dir: {output_dir} must be a folder inside the project",
            )
        )
    if problems:
        raise PublishError(*problems)
    return Project(
        root=root,
        title=book.get("title", ""),
        subtitle=book.get("subtitle", ""),
        authors=tuple(_listed(book.get("author"))),
        date=str(book.get("date", "")),
        description=book.get("description", ""),
        lang=config.get("lang", "en"),
        chapters=chapters,
        bibliography=bibliography,
        csl=csl,
        output_dir=output_dir,
        output_file=book.get("output-file", "book"),
        post_render=tuple(_listed(project.get("post-render"))),
        echo=bool(_get(config, ("execute", "echo")) is not False),
        toc_depth=int(_get(config, ("format", "html", "toc-depth")) or 3),
        papersize=str(typst.get("papersize", "a4")),
        keywords=tuple(_listed(config.get("keywords"))),
        pdf_toc=typst.get("toc") is True,
        pdf_toc_depth=int(typst.get("toc-depth", 3)),
    )


def _check(node, schema, keys, lines, problems) -> None:
    """Walk the YAML tree `node` beside `schema`; note each key's line, collect what is wrong."""
    where = _dotted(keys) or "the file"
    if not isinstance(node, yaml.MappingNode):
        line = node.start_mark.line + 1 if node else None
        problems.append(at(CONFIG, line, f"{where} must be a mapping of {_allowed(schema)}"))
        return
    for key, value in node.value:
        path = (*keys, key.value)
        lines[path] = key.start_mark.line + 1
        if key.value not in schema:
            problems.append(
                at(
                    CONFIG,
                    lines[path],
                    f"{_dotted(path)} is not supported by the embedded engine; "
                    f"{where} may hold {_allowed(schema)} (or build with ENGINE=quarto)",
                )
            )
        elif isinstance(schema[key.value], dict):
            if not (isinstance(value, yaml.ScalarNode) and value.value == "default"):
                _check(value, schema[key.value], path, lines, problems)
        else:
            _check_leaf(value, schema[key.value], path, lines, problems)


def _check_leaf(node, kinds, path, lines, problems) -> None:
    kinds = kinds if isinstance(kinds, tuple) else (kinds,)
    if object in kinds:
        return
    loaded = yaml.safe_load(yaml.serialize(node))
    # YAML reads an unquoted date or number as such; where text is asked for, its text will do.
    textual = str in kinds and isinstance(node, yaml.ScalarNode) and not isinstance(loaded, bool)
    if not textual and type(loaded) not in kinds:
        wanted = " or ".join(kind.__name__ for kind in kinds)
        problems.append(
            at(CONFIG, lines[path], f"{_dotted(path)} is {loaded!r}; it must be a {wanted}")
        )


def _get(config: dict, keys: tuple[str, ...]):
    for key in keys:
        config = config.get(key) if isinstance(config, dict) else None
    return config


def _listed(value) -> list[str]:
    return (
        [] if value is None else [str(v) for v in (value if isinstance(value, list) else [value])]
    )


def _dotted(keys: tuple[str, ...]) -> str:
    return ".".join(keys)


def _allowed(schema: dict) -> str:
    return ", ".join(sorted(schema))
