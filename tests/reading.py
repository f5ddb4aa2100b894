"""A small book with everything that readers can use, for the tests that use it in a browser."""

from __future__ import annotations

import json
from pathlib import Path

from publish.build import build

from conftest import CONFIG, PICTURE

ROWS = [
    ("Älvarez", "2.5", "2.4999", "b10"), ("Baker", "10.0", "9.96", "b9"), ("Chen", "−0.1", "-0.1", "b1"),
    ("Diaz", "—", "", "b2"), ("Evans", "0.3", "0.31", "b3"), ("Fox", "0.3", "0.29", "b4"),
    ("Gray", "1.0", "1", "b5"), ("Hill", "7.0", "7", "b6"),
]  # fmt: skip
CELLS = "".join(
    f'<tr><th scope="row">{name}</th><td><span class="value" data-id="toy.{name}" data-value="{raw}">'
    f"{shown}</span></td><td>{text}</td></tr>"
    for name, shown, raw, text in ROWS
)
GROUPED = "".join(
    f'<tr><th colspan="3" scope="colgroup">Group {group}</th></tr>'
    + "".join(
        f'<tr><th scope="row">{group}{n}</th><td>{9 - n}</td><td>x{n}</td></tr>' for n in range(4)
    )
    for group in "PQ"
)
REGION = '<div class="table-scroll" data-name="{}" tabindex="0" role="region" aria-label="Table">'
HEAD = '<tr><th scope="col">Name</th><th scope="col">Number</th><th scope="col">Code</th></tr>'


def table(name: str, rows: str) -> str:
    """A table as the display layer writes it."""
    return (
        f"```{{=html}}\n{REGION.format(name)}<table><thead>{HEAD}</thead><tbody>{rows}</tbody></table>"
        "</div>\n```\n\n```{=typst}\n#table([a])\n```\n"
    )


INDEX = """\
# Abstract {.unnumbered}

See @fig-x and @sec-sub; @one2001 said so, and more stands in @tbl-long.[^note] So does
@eq-square. The estimate is
[0.82]{.value data-id="toy.estimate" data-value="0.8184"}.

[^note]: A footnote about *estimates*.

## More {.unnumbered}

Müller and τ are words that a search finds.

::: {.content-visible when-format="html"}
Only the page says peacock.
:::

::: {.content-visible unless-format="html"}
Only the PDF says ostrich.
:::

Both say [heron]{.content-hidden when-format="typst"}[egret]{.content-hidden when-format="html"}.
"""
CHAPTER = f"""\
# First chapter {{#sec-one}}

## Section {{#sec-sub}}

The section begins like this.

$$ a^2 = b $$ {{#eq-square alt="a squared is b"}}

::: {{#fig-x}}
![](/figures/x.svg){{fig-alt="What the picture shows"}}

The caption of the figure.
:::

::: {{#tbl-long}}
{table("long", CELLS)}
A long table.
:::

::: {{#tbl-groups}}
::: {{.filterable data-selects="Code|Nothing"}}
{table("groups", GROUPED)}
:::

A table with groups.
:::

::: {{.callout-warning title="Mind *this*"}}
The body of the warning.
:::

::: {{.callout-note}}
## A heading as title

The body of the note.
:::

::: {{.panel-tabset}}
## First tab

Visible at once.

## Second tab

Hidden word: kingfisher, and [1.5]{{.value data-id="toy.hidden" data-value="1.5"}}.
:::

## After the tabs

Numbered as the next section.
"""


def number(raw: float, text: str, source: str, inputs=(), **more) -> dict:
    """A value as values.json holds it."""
    found = {"raw": raw, "text": text, "source": source, "inputs": list(inputs)}
    return found | {"published": None, "status": None} | more


INPUTS = [f"toy.input.{n}" for n in range(8)]
# Of some numbers the site knows no more than the page tells.
VALUES = {
    "toy.estimate": number(
        0.8184, "0.82", "pooled effect; by hand", INPUTS,
        published="-0.83", status="different", function="ma.pool",
    ),
    "toy.unshown": number(3.25, "3.25", "what no page shows"),
    "toy.Älvarez": number(2.4999, "2.5", "effect of Älvarez", ["toy.unshown"]),
    **{name: number(n / 7, f"{n / 7:.2f}", f"effect of {n}") for n, name in enumerate(INPUTS)},
    INPUTS[0]: number(-1e-7, "0.00", "effect of the first", ["toy.unshown"]),
}  # fmt: skip
REFS = """\
# References {.unnumbered}

[The function]{#ma.pool} and [the row]{#judged-toy.estimate}.

::: {#refs}
:::
"""
STEP = """\
import json, os, pathlib
site = pathlib.Path(os.environ["QUARTO_PROJECT_OUTPUT_DIR"])
values = json.loads(pathlib.Path("values.json").read_text())
(site / "values.json").write_text(json.dumps({"values": values}))
for name, text in {"tables/long.csv": "a\\n", "data/toy.csv": "a\\n", "data/README.md": "#",
                   "figures/x.png": "png"}.items():
    (site / name).parent.mkdir(exist_ok=True)
    (site / name).write_text(text)
"""


def built(root: Path) -> Path:
    """Write the book into the folder `root`, build it with the embedded engine, and return `root`."""
    config = CONFIG.replace("book:\n", "  post-render: python step.py\nbook:\n", 1)
    for name, text in {
        "_quarto.yml": config,
        "index.qmd": INDEX,
        "chapters/one.qmd": CHAPTER,
        "chapters/refs.qmd": REFS,
        "chapters/refs.bib": "@book{one2001, author = {One, A.}, title = {A title}, year = {2001}}\n",
        "figures/x.svg": PICTURE,
        "values.json": json.dumps(VALUES),
        "step.py": STEP,
    }.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    build(root, "embedded", lambda _: None)
    return root


def look_for(page, words: str):
    """Open the search by keyboard and type `words`; return the results once they are there."""
    page.keyboard.press("/")
    page.locator("#reader-query").fill(words)
    page.locator(".reader-count:not(:empty)").wait_for()
    return page.locator("#reader-results [role=option]")
