"""An experiment for the reader: the analysis in the page, with trials and methods to choose.

    WhatIf              the data of an experiment; in HTML the whole of it, elsewhere nothing
    page.html, .css     what it is made of and how it looks
    words.js            how effects are called and shown
    distributions.js    tails and quantiles of z, t, F, chi-squared
    engine.js           the engine's formulas again, for the effects that are in
    conclusions.js      sentences as rules: which of them hold for an analysis
    page.js             what the reader chose, and what is shown; the state is in the address

The data are in the page itself, so that it works from a disk. Code and style are files of the site: a
page's policy lets nothing inline run, since that could come from a study's name as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = ("words.js", "distributions.js", "engine.js", "conclusions.js", "page.js")
STYLE_FILE, SCRIPT_FILE = "what-if.css", "what-if.js"  # at the root of the site
UP = "../"  # leads there from a chapter


@dataclass(frozen=True)
class WhatIf:
    """An experiment on `data`, whose keys are those that page.js reads."""

    data: Mapping

    def html(self) -> str:
        """The experiment as HTML."""
        # A script's text ends at the first "</script", whatever the quotes around it.
        data = json.dumps(self.data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        data = data.replace("<", "\\u003c")
        return (
            f'<link rel="stylesheet" href="{UP}{STYLE_FILE}">\n{_read("page.html")}'
            f'<script type="application/json" id="what-if-data">{data}</script>\n'
            f'<script src="{UP}{SCRIPT_FILE}"></script>'
        )

    def _repr_markdown_(self) -> str:
        return f"```{{=html}}\n{self.html()}\n```\n"


def write_code(site: Path) -> None:
    """Write into the folder `site` the experiment's style, and its code in a scope of its own."""
    script = "(() => {\n'use strict';\n" + "".join(_read(name) for name in SCRIPTS) + "})();\n"
    (site / STYLE_FILE).write_text(_read("page.css"), encoding="utf-8")
    (site / SCRIPT_FILE).write_text(script, encoding="utf-8")


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
