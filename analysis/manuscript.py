"""Run everything once; give the chapters every value, phrase, table and figure by name.

The functions are those of `display.shown`: v, p, printed, say, table, figure, what_if; and

    trials()       a section a trial, in HTML
"""

from __future__ import annotations

import re
from pathlib import Path

from IPython.display import Markdown

from .content.compose import compose
from .display.sections import Sections
from .display.shown import Shown

ROOT = Path(__file__).parent.parent
BIBLIOGRAPHY = ROOT / "chapters/references.bib"
REGISTRY = compose(ROOT / "data")
_SHOWN = Shown(REGISTRY, ROOT)

v, p, printed, say = _SHOWN.v, _SHOWN.p, _SHOWN.printed, _SHOWN.say
table, figure, what_if = _SHOWN.table, _SHOWN.figure, _SHOWN.what_if


def trials() -> Markdown:
    """Return a section on each trial."""
    text = BIBLIOGRAPHY.read_text(encoding="utf-8")
    entries = re.findall(r"^@\w+\{([^,\s]+),", text, re.MULTILINE)
    return Markdown(REGISTRY.get(Sections, "trials").markdown(entries))
