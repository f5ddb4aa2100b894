"""The preview: pages that reload by themselves, errors that show and clear, an end without traces."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from contextlib import closing, suppress
from pathlib import Path
from queue import Queue

import pytest

from conftest import running_in, wait_for

HERE = str(Path(__file__).parent.parent)
CODE = "\n```{python}\n#| include: false\nimport tools\n```\n\nThe number is `{python} tools.NUMBER`.\n"


class Preview:
    """A preview of the project in `root`, in a process of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        with (root.parent / "errors").open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "publish.preview"], cwd=root,
                env={**os.environ, "PYTHONPATH": HERE}, text=True,
                stdout=subprocess.PIPE, stderr=errors,
            )  # fmt: skip
        self.url = re.search(r"http://\S+", self.process.stdout.readline())[0]
        self.port = int(self.url.split(":")[2].rstrip("/"))
        self.states: Queue[dict] = Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        assert self.states.get(timeout=60)["error"] is None  # as it is when the page opens
        assert self.states.get(timeout=60)["error"] is None  # the first build

    def _listen(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        with closing(connection), suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/__preview__")
            for line in connection.getresponse():
                if line.startswith(b"data: "):
                    self.states.put(json.loads(line[6:]))

    def get(self, path: str = "/", host: str | None = None) -> tuple[int, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request("GET", path, headers={"Host": host} if host else {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")

    def after(self, path: str, text: str) -> dict:
        """Write `text` to the file `path` of the project; what open pages are told of it."""
        (self.root / path).write_text(text, encoding="utf-8")
        return self.states.get(timeout=60)

    def errors(self) -> str:
        return (self.root.parent / "errors").read_text()

    def end(self, number: int = signal.SIGINT) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.communicate(timeout=60)
        return self.process.returncode


@pytest.fixture
def project(toy) -> Path:
    (toy / "tools.py").write_text("NUMBER = 1001\n", encoding="utf-8")
    index = toy / "index.qmd"
    index.write_text(index.read_text(encoding="utf-8") + CODE, encoding="utf-8")
    return toy


@pytest.fixture
def preview(project):
    started = Preview(project)
    yield started
    assert started.end() == 0


def test_prose_code_and_errors_reach_the_open_page(preview):
    index = (preview.root / "index.qmd").read_text(encoding="utf-8")
    status, page = preview.get()
    assert status == 200 and "The number is 1001." in page and "EventSource" in page
    built = (preview.root / "_site/index.html").read_text(encoding="utf-8")
    assert "EventSource" not in built and "__preview__" not in built

    prose = preview.after("index.qmd", index + "\nA sentence more.\n")
    assert prose["error"] is None
    assert "A sentence more." in preview.get("/index.html")[1]
    assert f'data-version="{prose["version"]}"' in preview.get()[1]

    code = preview.after("tools.py", "NUMBER = 2002\n")
    assert code["error"] is None and code["version"] != prose["version"]
    assert "The number is 2002." in preview.get()[1]

    broken = preview.after("index.qmd", index + "\n`{python} missing`\n")
    assert "index.qmd:" in broken["error"] and "missing" in broken["error"]
    assert broken["version"] == code["version"], "the page keeps what it shows"
    assert "The number is 2002." in preview.get()[1]
    wait_for(lambda: broken["error"] in preview.errors())

    mended = preview.after("index.qmd", index)
    assert mended["error"] is None and mended["version"] != code["version"]
    assert "Traceback" not in preview.errors()


def test_it_answers_this_machine_under_its_own_name_and_takes_a_free_port(preview, tmp_path):
    assert preview.get(host="evil.example:4200")[0] == 403
    assert preview.get("/nothing.html")[0] == 404
    assert preview.get("/%2e%2e/_quarto.yml")[0] == 404
    assert preview.get("/manuscript.pdf")[1].startswith("%PDF")
    outside = {a[4][0] for a in socket.getaddrinfo(socket.gethostname(), None)} - {"127.0.0.1"}
    for address in outside:
        with pytest.raises(OSError):
            socket.create_connection((address, preview.port), timeout=2)
    second = Preview(preview.root)
    assert second.port != preview.port
    second.end()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("executing", [False, True])
def test_its_end_leaves_nothing_behind(project, number, executing):
    preview = Preview(project)
    if executing:
        sleep = (
            "\n```{python}\nopen('figures/begun', 'w').close()\nimport time\ntime.sleep(300)\n```\n"
        )
        (project / "figures").mkdir()
        index = (project / "index.qmd").read_text(encoding="utf-8")
        (project / "index.qmd").write_text(index + sleep, encoding="utf-8")
        wait_for((project / "figures/begun").exists)
    assert preview.end(number) == 0
    wait_for(lambda: not running_in(project))
    assert list((project / ".build").glob("tmp-*")) == []
    assert "Traceback" not in preview.errors()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", preview.port)), "the port is still open"


def test_an_open_page_reloads_and_shows_an_error_until_it_is_mended(preview, browser):
    index = (preview.root / "index.qmd").read_text(encoding="utf-8")
    page = browser.new_page()
    page.goto(preview.url)
    page.get_by_text("The number is 1001.").wait_for()
    preview.after("index.qmd", index + "\nA sentence more.\n")
    page.get_by_text("A sentence more.").wait_for()
    preview.after("index.qmd", index + "\n`{python} missing_name`\n")
    page.get_by_role("alert").get_by_text("missing_name").wait_for()
    preview.after("index.qmd", index)
    page.get_by_role("alert").wait_for(state="detached")
    page.get_by_text("A sentence more.").wait_for(state="detached")
    page.close()
