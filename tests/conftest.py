"""Fixtures that several test files share: a small project, a copy of this one, the built site."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes is a matter of the machine's load, not of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ROOT = Path(__file__).parent.parent
SITE = ROOT / "_site"

CONFIG = """\
project:
  type: book
  output-dir: _site
  execute-dir: project
book:
  title: "Values & <signs> #in a title"
  author: A. Author
  date: "2020-02-03"
  output-file: manuscript
  chapters:
    - index.qmd
    - chapters/one.qmd
    - chapters/refs.qmd
bibliography: chapters/refs.bib
number-sections: true
execute:
  echo: false
format:
  html:
    toc: true
  typst:
    citeproc: true
"""
INDEX = """\
# Abstract {.unnumbered}

Plain `{python} 1 + 1` of it, see @fig-x, @sec-sub and @one2001.
"""
CHAPTER = """\
# Chapter title {#sec-one}

See @tbl-y.[^1]

[^1]: The footnote.

## Section {#sec-sub}

::: {#fig-x}
![](/x.svg){fig-alt="What the \\"picture\\" shows"}

The figure's caption.
:::

::: {#tbl-y}
```{python}
#| label: cell-y
class Shown:
    def _repr_markdown_(self):
        return "| a | b |\\n|---|---|\\n| c | d |"
Shown()
```

The table's caption.
:::
"""
REFERENCES = "# References {.unnumbered}\n\n::: {#refs}\n:::\n"
BIBLIOGRAPHY = "@article{one2001, author = {One, A.}, title = {A title}, year = {2001}}\n"
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 20" width="60" height="20">'
    '<text x="2" y="15" font-family="Source Sans Pro" font-size="9">in the picture</text></svg>\n'
)


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """A small project that uses every construct the embedded engine supports."""
    root = tmp_path / "toy"
    (root / "chapters").mkdir(parents=True)
    for name, text in {
        "_quarto.yml": CONFIG,
        "index.qmd": INDEX,
        "chapters/one.qmd": CHAPTER,
        "chapters/refs.qmd": REFERENCES,
        "chapters/refs.bib": BIBLIOGRAPHY,
        "x.svg": PICTURE,
    }.items():
        (root / name).write_text(text, encoding="utf-8")
    return root


def copy_project(target: Path) -> Path:
    """Copy this project, without what is built or installed, to `target`."""
    left_out = shutil.ignore_patterns(
        ".git", ".venv", "_site", ".build", "figures", "__pycache__", ".hypothesis", ".ruff_cache"
    )
    shutil.copytree(ROOT, target, ignore=left_out)
    return target


def run_build(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """Build the project in `root` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "publish", *arguments],
        cwd=root, env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def program(*names: str) -> str:
    """The path of the first of `names` that is installed; without it the test is skipped.

    In CI nothing is skipped: `.ci/run` installs what the tests read pages with.
    """
    for name in names:
        found = shutil.which(name)
        if found:
            return found
    message = f"{' or '.join(names)} is not installed (see .ci/run)"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def site() -> Path:
    """The site that `make` built."""
    assert (SITE / "index.html").is_file(), "run the tests with make test, which builds first"
    return SITE


@pytest.fixture(scope="session")
def pdfinfo() -> str:
    """Poppler's pdfinfo, which reads a tagged PDF's structure."""
    return program("pdfinfo")


@pytest.fixture(scope="session")
def chromium() -> str:
    """A Chromium that can be driven."""
    return program("chromium", "chromium-browser", "google-chrome")
