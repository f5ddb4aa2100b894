"""Results are kept by what they depend on: what runs again, why, and that a kept one is never wrong."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from publish.build import build
from publish.cache import Entry, Store
from publish.errors import PublishError

from conftest import append, run_build, running_in, wait_for

HERE = str(Path(__file__).parent.parent)

MODULE = "def number():\n    with open('data/number.txt') as f:\n        return int(f.read())\n"
CELL = """
```{python}
#| include: false
import tools
```

The number is `{python} tools.number()`.
"""
FIGURE = """
```{python}
#| include: false
import os
os.makedirs("figures", exist_ok=True)
with open("figures/.new.svg", "w") as f:
    f.write('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
os.replace("figures/.new.svg", "figures/drawn.svg")
```

![](/figures/drawn.svg){fig-alt="A drawing"}
"""
# The `sleep` says by a file that it has begun, and then hangs.
SLEEP = "\n```{python}\nimport subprocess\nsubprocess.run(['sh', '-c', 'touch begun; sleep 300'])\n```\n"


@pytest.fixture
def project(toy) -> Path:
    """The small project, with a module and a data file that a cell of index.qmd uses."""
    (toy / "data").mkdir()
    (toy / "data/number.txt").write_text("41", encoding="utf-8")
    (toy / "tools.py").write_text(MODULE, encoding="utf-8")
    append(toy / "index.qmd", CELL)
    return toy


def said(root: Path) -> dict[str, str]:
    """Build `root`; what it said of each chapter, without the seconds."""
    lines: list[str] = []
    build(root, "embedded", lines.append)
    chapters = [line.split("  ", 1) for line in lines if ".qmd  " in line]
    return {name: re.sub(r"ran in \S+ s", "ran", text) for name, text in chapters}


def index(root: Path) -> str:
    return (root / "_site/index.html").read_text(encoding="utf-8")


def files(root: Path) -> dict[str, bytes]:
    site = root / "_site"
    return {str(f.relative_to(site)): f.read_bytes() for f in site.rglob("*") if f.is_file()}


def test_editing_prose_executes_nothing_and_yields_what_a_first_build_would(project, tmp_path):
    assert said(project) == {
        "index.qmd": "ran (first run)",
        "chapters/one.qmd": "ran (first run)",
    }
    text = (project / "index.qmd").read_text(encoding="utf-8")
    (project / "index.qmd").write_text(text.replace("# Abstract {.unnumbered}\n", (
        "# Abstract {.unnumbered}\n\nA paragraph before all code, and a table:\n\n| a |\n|---|\n| b |\n"
    )), encoding="utf-8")  # fmt: skip
    append(project / "chapters/refs.bib", "@book{two2002, author = {Two, B.}, title = {T}}\n")
    assert said(project) == {"index.qmd": "kept", "chapters/one.qmd": "kept"}
    assert "A paragraph before all code" in index(project)
    kept = files(project)
    for path in (project / ".build/results").iterdir():
        path.unlink()
    assert said(project)["index.qmd"] == "ran (first run)"
    assert files(project) == kept


def test_what_changed_runs_again_and_is_named(project):
    said(project)
    append(project / "index.qmd", "\n`{python} 5 * 5`\n")
    assert said(project) == {"index.qmd": "ran (its code changed)", "chapters/one.qmd": "kept"}
    assert "25" in index(project)
    (project / "data/number.txt").write_text("42", encoding="utf-8")
    changed = "ran (data/number.txt changed)"
    assert said(project) == {"index.qmd": changed, "chapters/one.qmd": changed}
    assert "The number is 42." in index(project)
    (project / "tools.py").write_text(
        MODULE.replace("int(f.read())", "2 * int(f.read())"), encoding="utf-8"
    )
    (project / "data/other.txt").touch()
    assert said(project)["index.qmd"] == "ran (data/other.txt is new and 1 more)"
    assert "The number is 84." in index(project)
    (project / "data/other.txt").unlink()
    assert said(project)["index.qmd"] == "ran (data/other.txt is gone)"
    (project / "tools.py").write_text(MODULE, encoding="utf-8")
    assert said(project)["index.qmd"] == "kept", "the same content as before is the same result"
    assert "The number is 42." in index(project)


def test_a_chapter_that_succeeded_beside_a_failing_one_is_kept(project):
    append(project / "chapters/one.qmd", "\n`{python} missing`\n")
    with pytest.raises(PublishError, match="missing"):
        said(project)
    text = (project / "chapters/one.qmd").read_text(encoding="utf-8")
    (project / "chapters/one.qmd").write_text(text.replace("missing", "1"), encoding="utf-8")
    assert said(project) == {"index.qmd": "kept", "chapters/one.qmd": "ran (first run)"}


def test_figures_that_a_kept_chapter_wrote_come_back(project):
    append(project / "index.qmd", FIGURE)
    said(project)
    drawn = (project / "figures/drawn.svg").read_bytes()
    (project / "figures/drawn.svg").write_text("damaged", encoding="utf-8")
    assert said(project)["index.qmd"] == "kept"
    assert (project / "figures/drawn.svg").read_bytes() == drawn
    (project / "figures/drawn.svg").unlink()
    said(project)
    assert (project / "_site/figures/drawn.svg").read_bytes() == drawn


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-9], lambda b: b"", lambda b: b.replace(b"41", b"14")]
)
def test_a_damaged_result_is_not_used(project, damage):
    said(project)
    for path in (project / ".build/results").iterdir():
        if not path.name.startswith("latest"):
            path.write_bytes(damage(path.read_bytes()))
    assert said(project)["index.qmd"] == "ran (its last result is gone)"
    assert "The number is 41." in index(project)


def test_a_source_that_changes_while_cells_run_spoils_no_result(project):
    append(
        project / "chapters/one.qmd",
        # Whole at once: the other chapter reads the old number or the new one, never half of a file.
        "\n```{python}\n#| include: false\nimport pathlib\n"
        "p = pathlib.Path('data/new.txt')\np.write_text('43')\np.replace('data/number.txt')\n```\n",
    )
    said(project)
    assert said(project)["index.qmd"] == "ran (first run)", "what was read is not known"
    assert "The number is 43." in index(project)


def test_code_saved_twice_in_a_second_is_not_taken_for_the_first(project, monkeypatch):
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    source = project / "tools.py"
    second = 1_700_000_000
    source.write_text("def number():\n    return 1111\n", encoding="utf-8")
    os.utime(source, (second, second))
    said(project)
    (compiled,) = (project / "__pycache__").glob("tools.*.pyc")
    os.utime(compiled, (second + 0.2, second + 0.2))
    source.write_text("def number():\n    return 2222\n", encoding="utf-8")
    os.utime(source, (second + 0.5, second + 0.5))
    assert said(project)["index.qmd"] == "ran (tools.py changed)"
    assert "The number is 2222." in index(project)


def test_the_store_stays_below_its_limit_and_forgets_the_oldest(tmp_path):
    store = Store(tmp_path, limit=20_000)
    entries = [Entry(str(number), {}, ("x" * 5000,), ()) for number in range(8)]
    for number, entry in enumerate(entries):
        store.put("a chapter", entry)
        os.utime(tmp_path / entry.key, (number, number))
        store.get(entries[0].key)  # used all the time
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 20_000
    assert [bool(store.get(entry.key)) for entry in entries] == [True, *[False] * 5, True, True]


def start(root: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "publish"], cwd=root, env={**os.environ, "PYTHONPATH": HERE},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_build_that_is_ended_leaves_nothing_behind(project, number):
    said(project)
    before = files(project)
    whole = (project / "index.qmd").read_text(encoding="utf-8")
    append(project / "index.qmd", SLEEP)
    process = start(project)
    wait_for((project / "begun").exists)
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    assert "Traceback" not in errors
    wait_for(lambda: not running_in(project))
    assert files(project) == before
    if number != signal.SIGKILL:
        assert process.returncode == 130
        assert list((project / ".build").glob("tmp-*")) == []
    (project / "index.qmd").write_text(whole, encoding="utf-8")
    (project / "begun").unlink()
    assert said(project)["index.qmd"] == "kept"
    assert list((project / ".build").glob("tmp-*")) == []
    assert files(project) == before


def test_two_builds_at_once_take_turns(project):
    append(project / "index.qmd", "\n```{python}\nimport time\ntime.sleep(1)\n```\n")
    both = [start(project), start(project)]
    output = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], output
    told = [out for out, _ in output]
    assert sum("waiting for another build" in text for text in told) == 1
    assert sum("index.qmd  kept" in text for text in told) == 1
    assert "The number is 41." in index(project)


def test_a_pdf_alone_leaves_the_site_as_it_is(project):
    said(project)
    before = files(project)
    append(project / "index.qmd", "\nMore.\n")
    for arguments, name in (
        (["--pdf"], "manuscript.pdf"),
        (["--pdf", "--review"], "manuscript-review.pdf"),
    ):
        run = run_build(project, *arguments, PYTHONPATH=HERE)
        assert run.returncode == 0, run.stderr
        assert (project / "_pdf" / name).read_bytes().startswith(b"%PDF")
    assert files(project) == before
    run = run_build(project, "--review", PYTHONPATH=HERE)
    assert run.returncode == 2 and "--pdf" in run.stderr
