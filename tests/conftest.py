"""Fixtures that several test files share: a small project, a copy of this one, the built site."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import settings
from playwright.sync_api import sync_playwright

from analysis.review import regressed

# The same examples every time, and no clock: what fails today fails tomorrow, on a busy machine too.
# `make test-long` explores others.
settings.register_profile("steady", deadline=None, derandomize=True, max_examples=25)
settings.register_profile("explore", deadline=None)
settings.load_profile("steady")

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
        cwd=root, env={**os.environ, **environment}, capture_output=True, text=True, errors="replace",
        check=False,
    )  # fmt: skip


def running_in(root: Path) -> list[str]:
    """The processes whose working folder is `root` (Linux: read from /proc)."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").resolve() == root.resolve():
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:  # ended meanwhile
            continue
    return found


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until `condition` holds; it may take as long as a slow machine needs."""
    for _ in range(1200):
        if condition():
            return
        time.sleep(0.05)
    pytest.fail("waited for a minute in vain")


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


def pytest_terminal_summary(terminalreporter) -> None:
    """Say how much was tried by the tests that count it."""
    for report in terminalreporter.getreports("passed"):
        for name, told in report.user_properties:
            if name == "tried":
                terminalreporter.write_line(f"tried: {told}")


@pytest.fixture(scope="session", autouse=True)
def hasty() -> None:
    """Edited data are composed without the search for proofs; the paper's own are, at import."""
    regressed.MOST = 0


@pytest.fixture(scope="session")
def site() -> Path:
    """The site that `make` built."""
    assert (SITE / "index.html").is_file(), "run the tests with make test, which builds first"
    return SITE


@pytest.fixture(scope="session")
def manuscript(site) -> Path:
    """The PDF of that site."""
    return site / "manuscript.pdf"


@pytest.fixture(scope="session")
def chromium() -> str:
    """A Chromium that can be driven."""
    return program("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser(chromium):
    """A headless Chromium; each test opens pages of its own in it."""
    with sync_playwright() as playwright:
        # CI runs as root, where Chromium starts only without its sandbox.
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def visit(browser):
    """A function that opens an address, with options of the browser's context, and returns the page.

    The test fails where a page writes an error to the console or asks for anything that is not on
    its own site: beside it on the disk, or on its own server.
    """
    problems: list[str] = []
    contexts = []

    def open_page(address: str, **options):
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(30_000)
        opened = context.new_page()
        origin = (
            "file://" if address.startswith("file:") else "/".join(address.split("/")[:3]) + "/"
        )
        # A browser asks for this beside a file that is no page and so cannot name its icon.
        opened.on(
            "console",
            lambda m: (
                m.type == "error"
                and not m.location["url"].endswith("/favicon.ico")
                and problems.append(m.text)
            ),
        )
        opened.on("pageerror", lambda error: problems.append(str(error)))
        opened.on(
            "request",
            lambda request: (
                request.url.startswith((origin, "data:"))
                or problems.append(f"asks for {request.url}")
            ),
        )
        opened.goto(address, timeout=60_000)
        return opened

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def opened(visit, site):
    """The page of the experiment, in the site that `make` built."""
    return visit((site / "chapters" / "17-what-if.html").as_uri())


@contextmanager
def served(folder: Path, asked: list[str] | None = None) -> Iterator[str]:
    """Serve `folder` over HTTP on this machine; yield its address. What is asked for goes to `asked`."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_) -> None:
            """Say nothing."""

        def log_request(self, *_) -> None:
            if asked is not None:
                asked.append(self.path)

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def until(page, condition: str) -> None:
    """Wait until `condition` holds in `page`, without the eval that its policy forbids."""
    wait_for(lambda: page.evaluate(condition))


WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"],
    "resultTypes": ["violations"],
}


def violations(page) -> list[str]:
    """What axe-core finds on `page`, by rule and place."""
    found = Axe().run(page, options=WCAG).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary')}"
        for rule in found
        for node in rule["nodes"]
    ]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Work in an empty folder, so that files are shown relative to it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def append(path: Path, text: str) -> None:
    """Put `text` at the end of the file at `path`."""
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def quiet(_: str) -> None:
    """Progress that nobody reads."""
