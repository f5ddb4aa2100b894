"""The reference of `import analysis as ma` as Markdown: every public name, out of its docstring.

    name      as it is called on `ma`: pool, batch.pool, Pooled; its anchor on the page is #ma.pool
    question  what a group of functions answers, from the list in the docstring of `analysis`
    subject   the module that a function is about; its docstring says what the words mean

A new function needs nothing here: it stands in `__all__`, in that list, and has an example in its
docstring.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from itertools import groupby, pairwise
from textwrap import indent
from types import FunctionType, ModuleType

from IPython.display import Markdown

import analysis

from .display.escape import escape_markdown
from .docstrings import Example, Part, Words, parts
from .engine.effect_size import MEASURES, effect_size
from .engine.effect_size.columns import COLUMNS
from .signatures import abilities, call, fields_by_kind, required, returned

QUESTIONS, VOCABULARY = "What there is, by question:", "Vocabulary:"
OTHERS, RESULTS = "what else there is", "results"
COLUMNS_APART = re.compile(r"\S  +\S")


def reference() -> Markdown:
    """Return the reference of all public names."""
    told = parts(analysis.__doc__, "analysis")
    shown = [_heading("How to use it"), *_start(told)]
    for question, names in grouped().items():
        shown.append(_heading(question[0].upper() + question[1:]))
        for name in names:
            shown += [f"### `{name}` {{#ma.{name} .unnumbered}}", *_entry(name)]
            others = [_link(other) for other in names if other != name]
            shown += [f"See also {', '.join(others)}."] if others else []
    shown += [_heading("Vocabulary"), _definitions(_below(told, VOCABULARY))]
    return Markdown("\n\n".join(shown))


@cache
def public() -> dict[str, object]:
    """Return everything that `ma` offers, by name; of a module, what its `__all__` lists."""
    found = {}
    for name in analysis.__all__:
        thing = getattr(analysis, name)
        if isinstance(thing, ModuleType):
            found |= {f"{name}.{inner}": getattr(thing, inner) for inner in thing.__all__}
        else:
            found[name] = thing
    return found


def grouped() -> dict[str, list[str]]:
    """Return the public names by the question that they answer; results come last."""
    results = [name for name, thing in public().items() if isinstance(thing, type)]
    asked = _below(parts(analysis.__doc__, "analysis"), QUESTIONS).meanings
    groups = {
        question: [name for name in re.findall(r"[\w.]+", " ".join(lines)) if name in public()]
        for question, lines in asked.items()
    }
    placed = {name for names in (*groups.values(), results) for name in names}
    groups |= {OTHERS: [name for name in public() if name not in placed], RESULTS: results}
    return {question: names for question, names in groups.items() if names}


def _below(told: list[Part], title: str) -> Words:
    """Return the words that follow the paragraph `title`."""
    return next(part for before, part in pairwise(told) if before == title)


def _start(told: list[Part]) -> list[str]:
    """Return how to begin, and where to find what."""
    index = {question: ", ".join(map(_link, names)) for question, names in grouped().items()}
    return [*_blocks(told[1 : told.index(QUESTIONS)]), _items(index)]


def _entry(name: str) -> list[str]:
    """Return what the reference says of `name`, below its heading."""
    thing = public()[name]
    told = parts(thing.__doc__ or "", f"ma.{name}")
    said = [part for part in told if not isinstance(part, Example)]
    examples = [part for part in told if isinstance(part, Example)]
    shown = _class(thing, said) if isinstance(thing, type) else _function(name, thing, said)
    return [*shown, _label("Example"), *_blocks(examples)] if examples else shown


def _class(cls: type, said: list[Part]) -> list[str]:
    makers = [_link(name) for name, f in public().items() if cls in _results(f)]
    made = [f"Made by {', '.join(makers)}."] if makers else []
    return [*_blocks(said), *made, *_members(cls)]


def _function(name: str, function: FunctionType, said: list[Part]) -> list[str]:
    subject = sys.modules[".".join(function.__module__.split(".")[:3])]  # analysis.engine.<subject>
    title, *words = parts(subject.__doc__, subject.__name__)
    return [
        f"*{_inline(title)}*",
        _code(call(f"ma.{name}", function), "signature"),
        *_blocks(said + words),
        *(_columns() if function is effect_size else []),
        *(block for cls in _results(function) for block in _result(cls)),
    ]


def _results(thing: object) -> list[type]:
    return returned(thing) if isinstance(thing, FunctionType) else []


def _result(cls: type) -> list[str]:
    """Return what is to know of the result `cls` of a function: where it is public, a link."""
    for name, thing in public().items():
        if thing is cls:
            return [f"{_label('Returns')} {_link(name)}."]
    said = parts(cls.__doc__ or "", cls.__name__)
    return [_label(f"Returns {cls.__name__}"), *_blocks(said), *_members(cls)]


def _members(cls: type) -> list[str]:
    """Return the fields of a result, and what it can do besides what all results can."""
    runs = groupby(fields_by_kind(cls), key=lambda field: field[1])
    kinds = [f"{', '.join(f'`{name}`' for name, _ in run)}: {_inline(kind)}" for kind, run in runs]
    said = {
        f"`{how}`": _inline(" ".join(part for part in parts(text, how) if isinstance(part, str)))
        for how, text in abilities(cls)
    }
    return [*([f"Fields: {'; '.join(kinds)}."] if kinds else []), *([_items(said)] if said else [])]


def _columns() -> list[str]:
    """Return which columns each measure asks for, where a study reports them all, and what they are."""
    measures = {f"`{m}`": f"`{', '.join(required(form))}`" for m, (form, *_) in MEASURES.items()}
    columns = {f"`{name}`": _inline(f"{c.means}; {c.allowed}") for name, c in COLUMNS.items()}
    return [
        _label("Measures, and the columns of the first form of each"), _items(measures),
        _label("Columns, and what each may hold"), _items(columns),
    ]  # fmt: skip


def _blocks(told: list[Part]) -> list[str]:
    return [one for part in told for one in block(part)]


def block(part: Part) -> list[str]:
    """Return a `part` of a docstring as blocks of Markdown."""
    if isinstance(part, Words):
        return [_definitions(part)]
    if isinstance(part, Example):
        # What is set in columns keeps its lines; words may run on below.
        kind = "example-output" if COLUMNS_APART.search(part.output) else "example-output .words"
        output = [_code(part.output, kind)] if part.output else []
        return [_code(part.source, "example-code"), *output]
    return [_code(part, "example-code") if part.startswith(" ") else _inline(part)]


def _definitions(words: Words) -> str:
    """Return `words` as a definition list; meanings that are set as columns keep their lines."""
    return _items(
        {
            _inline(word): _fenced("\n".join(lines))
            if any(map(COLUMNS_APART.search, lines))
            else _inline(" ".join(lines))
            for word, lines in words.meanings.items()
        }
    )


def _items(definitions: dict[str, str]) -> str:
    return "\n".join(
        f"{term}\n:   {indent(text, ' ' * 4).lstrip()}\n" for term, text in definitions.items()
    )


def _inline(text: str) -> str:
    """Return a docstring's text: what stands in backquotes is code, and a link where it is public."""
    pieces = text.split("`")
    return "".join(
        _link(piece) if place % 2 else escape_markdown(piece) for place, piece in enumerate(pieces)
    )


def _link(code: str) -> str:
    """Return `code` as such, linked where it names what the reference describes."""
    name = code.removeprefix("ma.").partition("(")[0]
    for known in (name, name.partition(".")[0]):
        if known in public():
            return f"[`{code}`](#ma.{known})"
    return f"`{code}`"


def _heading(text: str) -> str:
    """Return a section's heading, which tells that the section is not in the PDF."""
    return f"## {text} {{.on-the-web .unnumbered}}"


def _label(text: str) -> str:
    return f"**{text}**"


def _code(text: str, kind: str) -> str:
    # The class stands on a div: one of the block itself would make Pandoc load all its languages.
    return f"::: {{.{kind}}}\n\n{_fenced(text)}\n\n:::"


def _fenced(text: str) -> str:
    """Return a block of code; it may scroll sideways, so the keyboard must reach it."""
    return f"~~~~ {{tabindex=0}}\n{text.rstrip()}\n~~~~"
