"""The same bytes in other folders, for other users, in other places, on other machines."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from conftest import ROOT, append, copy_project, run_build
from same_bytes import differences, files, locales, surroundings

DRAWN = """
```{python}
#| label: drawn
import matplotlib
matplotlib.use("svg")
import os
import time
import pandas
from matplotlib import pyplot
os.makedirs("figures", exist_ok=True)
pyplot.plot([1, 2, 4])
pyplot.savefig("figures/drawn.png")
print({"one", "two", "three", "four"}, "τ² − ß İ", pandas.DataFrame([range(100000, 100030)]))
print(time.strftime("%H:%M", time.localtime(0)))
```

![](/figures/drawn.png){fig-alt="A line"}
"""
COMMAND = """
import os
print("finding: τ² ≥ 0 in “ß”")
folder = os.environ["QUARTO_PROJECT_OUTPUT_DIR"]
with open(os.path.join(folder, "told.txt"), "w", encoding="utf-8") as file:
    file.write("τ²")
"""


def built(root: Path, **environment: str) -> Path:
    """The site of the project in `root`, built in that `environment`."""
    run = run_build(root, **environment)
    assert run.returncode == 0, run.stdout + run.stderr
    return root / "_site"


def other_places(folder: Path) -> dict[str, dict[str, str]]:
    """Variables of two surroundings by name, made in `folder`."""
    known = locales(folder)
    turkish, german = (known.get(name, {"LC_ALL": "C"}) for name in ("tr_TR", "de_DE"))
    return {
        "anna": surroundings(
            folder / "anna", 1, TZ="Pacific/Kiritimati", PYTHONHASHSEED="1", COLUMNS="40", **turkish
        ),
        "böe b": surroundings(
            folder / "böe b", 2, TZ="America/Caracas", PYTHONHASHSEED="2", COLUMNS="200", **german
        ),
    }


def test_a_small_book_has_the_same_bytes_in_other_surroundings(toy, tmp_path):
    append(toy / "chapters/one.qmd", DRAWN)
    (toy / "told.py").write_text(COMMAND, encoding="utf-8")
    config = toy / "_quarto.yml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("book:", "  post-render: told.py\nbook:", 1), encoding="utf-8")
    places = other_places(tmp_path)
    sites = []
    for name, environment in places.items():
        environment["PYTHONPATH"] += f"{os.pathsep}{ROOT}"
        sites.append(built(shutil.copytree(toy, tmp_path / "at" / name / "x"), **environment))
    assert differences(*sites) == []
    assert {"index.html", "manuscript.pdf", "figures/drawn.png", "told.txt"} <= files(
        sites[0]
    ).keys()


@pytest.mark.long
def test_the_manuscript_has_the_same_bytes_in_other_surroundings(site, tmp_path):
    for name, environment in other_places(tmp_path).items():
        copy = copy_project(tmp_path / "at" / name / "x")
        assert differences(site, built(copy, **environment)) == []
    assert (site / "manuscript.pdf").is_file()


def test_a_difference_is_told_with_file_offset_and_bytes(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    for folder, text in ((one, "the same 12.5 and on"), (other, "the same 12.6 and on")):
        (folder / "in").mkdir(parents=True)
        (folder / "in/page.html").write_text(text, encoding="utf-8")
    (other / "more.txt").write_text("", encoding="utf-8")
    assert differences(one, other) == [
        f"more.txt: only in {other}",
        "in/page.html: differs from byte 12 on: b'the same 12.5 and on' and b'the same 12.6 and on'",
    ]
    assert differences(one, one) == []
