"""Run everything once; give the chapters every value, phrase, table and figure by name.

The functions are those of `display.shown`: v, p, printed, say, table, figure, what_if.
"""

from __future__ import annotations

from pathlib import Path

from .content.compose import compose
from .display.shown import Shown

ROOT = Path(__file__).parent.parent
REGISTRY = compose(ROOT / "data")
_SHOWN = Shown(REGISTRY, ROOT)

v, p, printed, say = _SHOWN.v, _SHOWN.p, _SHOWN.printed, _SHOWN.say
table, figure, what_if = _SHOWN.table, _SHOWN.figure, _SHOWN.what_if
