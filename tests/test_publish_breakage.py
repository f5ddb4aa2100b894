"""What a machine may do to a build: kill it, fill its disk, lock its folder, run out of memory."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from publish.build import build

from conftest import append, quiet, run_build, running_in, wait_for

HERE = str(Path(__file__).parent.parent)
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc, mounts")
CELL = """
```{python}
from pathlib import Path
```

It is `{python} Path('number.txt').read_text()`.
"""


def files(root: Path) -> dict[str, bytes]:
    site = root / "_site"
    return {str(f.relative_to(site)): f.read_bytes() for f in site.rglob("*") if f.is_file()}


def build_of(root: Path, number: str) -> dict[str, bytes]:
    """Build `root` with `number` as its data; all files of the site."""
    (root / "number.txt").write_text(number, encoding="utf-8")
    build(root, "embedded", quiet)
    return files(root)


@LINUX
@pytest.mark.parametrize("kills", [4, pytest.param(100, marks=pytest.mark.long)])
def test_kills_at_random_moments_leave_a_whole_site_and_a_cache_that_is_right(toy, kills):
    """The site is the last one or the new one, to the byte; the next build is that of a fresh folder."""
    append(toy / "index.qmd", CELL)
    whole = {number: build_of(toy, number) for number in ("41", "42")}
    started = time.monotonic()
    assert run_build(toy, PYTHONPATH=HERE).returncode == 0
    takes = time.monotonic() - started
    draw, seen = random.Random(kills), set()
    for n in range(kills):
        number = ("41", "42")[n % 2]
        (toy / "number.txt").write_text(number, encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "publish"], cwd=toy, env={**os.environ, "PYTHONPATH": HERE},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        time.sleep(draw.uniform(0, 1.1 * takes))
        # Now the process alone, whose children must notice, now all of them at once.
        (os.killpg if n % 3 else os.kill)(process.pid, signal.SIGKILL)
        process.wait()
        wait_for(lambda: not running_in(toy))
        found = [name for name, site in whole.items() if site == files(toy)]
        assert found, f"half a site after kill {n}"
        seen.add(found[0] == number)
    assert kills < 20 or seen == {True, False}, "no kill came before the end of a build, or all did"
    for number, site in whole.items():
        assert build_of(toy, number) == site
    assert list((toy / ".build").glob("tmp-*")) == []


@contextmanager
def small_disk(folder: Path, size: str):
    """A disk of its own at `folder`, or the test is skipped where none can be mounted."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a disk takes rights that these tests do not have")
    try:
        yield lambda options: subprocess.run(
            ["mount", "-o", f"remount,{options}", str(folder)], check=True
        )
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@LINUX
def test_a_full_disk_and_a_locked_folder_are_told_and_change_nothing(toy, tmp_path):
    append(toy / "index.qmd", CELL)
    with small_disk(tmp_path / "disk", "200m") as remount:
        root = copy_project_of(toy, tmp_path / "disk/book")
        before = build_of(root, "41")
        (root / "number.txt").write_text("42", encoding="utf-8")
        free = os.statvfs(root)
        (root / "filler").write_bytes(b"\0" * (free.f_bavail * free.f_frsize - 100_000))
        run = run_build(root, PYTHONPATH=HERE)
        assert run.returncode == 1 and "Traceback" not in run.stderr, run.stderr
        assert "No space left on device" in run.stderr and "Free some space" in run.stderr
        assert "the last good site, if any, is still in place" in run.stderr
        assert files(root) == before
        (root / "filler").unlink()
        remount("ro")
        run = run_build(root, PYTHONPATH=HERE)
        assert run.returncode == 1 and "Traceback" not in run.stderr, run.stderr
        assert "Read-only file system" in run.stderr and "writable" in run.stderr
        assert files(root) == before
        remount("rw")
        after = build_of(root, "42")
        assert b"It is 42." not in before["index.html"] and after.keys() == before.keys()
        assert b"42" in after["index.html"]


def copy_project_of(source: Path, target: Path) -> Path:
    subprocess.run(["cp", "-r", str(source), str(target)], check=True)
    return target


def test_a_cell_that_takes_all_memory_is_named_and_the_last_site_stays(toy):
    append(toy / "index.qmd", CELL)
    before = build_of(toy, "41")
    greedy = (
        "\n```{python}\nimport resource\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2**31, resource.getrlimit(resource.RLIMIT_AS)[1]))\n"
        "held = bytearray(2**33)\n```\n"
    )
    append(toy / "index.qmd", greedy)
    run = run_build(toy, PYTHONPATH=HERE)
    assert run.returncode == 1 and "MemoryError" in run.stderr and "index.qmd:" in run.stderr
    assert files(toy) == before
