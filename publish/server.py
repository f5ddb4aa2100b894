"""The preview's web server: the built site, and in each page a script that hears of rebuilds.

What it adds is added to answers, never to the built files. It answers this machine only.
"""

from __future__ import annotations

import json
import threading
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

from .pandoc import TEMPLATES
from .policy import admitting

HOST = "127.0.0.1"
PORTS = range(4200, 4300)
EVENTS = "/__preview__"
HEARTBEAT = 10.0  # seconds between signs of life, by which a closed page is noticed

EMPTY = (
    '<!DOCTYPE html><html lang="en"><title>Preview</title><body><p>Nothing is built yet.</p></body>'
)


class State(NamedTuple):
    """What pages are told: which build they should show, and what failed since."""

    version: str
    error: str | None


class PreviewServer(ThreadingHTTPServer):
    """Serves the folder `site` on the first free port."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, site: Path, version: str) -> None:
        self.site = site
        self.state = State(version, None)
        self.changed = threading.Condition()
        self.closing = False
        for port in PORTS:
            try:
                super().__init__((HOST, port), _Handler)
                break
            except OSError:
                continue
        else:
            raise OSError(f"no port from {PORTS[0]} to {PORTS[-1]} is free")

    @property
    def address(self) -> str:
        """Where the site is to be seen."""
        return f"http://{HOST}:{self.server_port}/"

    def tell(self, state: State) -> None:
        """Let every open page know the new `state`."""
        with self.changed:
            self.state = state
            self.changed.notify_all()

    def close(self) -> None:
        """Stop answering, and end what is still being answered."""
        with self.changed:
            self.closing = True
            self.changed.notify_all()
        self.shutdown()
        self.server_close()


class _Handler(SimpleHTTPRequestHandler):
    server: PreviewServer

    def __init__(self, request, address, server: PreviewServer) -> None:
        super().__init__(request, address, server, directory=str(server.site))

    def do_GET(self) -> None:
        # Another site's name that leads here could read what is not meant for it.
        if self.headers.get("Host") not in (
            f"{HOST}:{self.server.server_port}",
            f"localhost:{self.server.server_port}",
        ):
            self.send_error(HTTPStatus.FORBIDDEN)
        elif self.path == EVENTS:
            self._tell_events()
        else:
            path = Path(self.translate_path(self.path))
            page = path / "index.html" if path.is_dir() and self.path.endswith("/") else path
            if page.suffix == ".html" and page.is_file():
                self._send_page(page.read_text(encoding="utf-8"))
            elif self.path == "/":
                self._send_page(EMPTY)
            else:
                super().do_GET()

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_) -> None:
        """Leave the terminal to what the author must see."""

    def _send_page(self, page: str) -> None:
        script = (TEMPLATES / "preview.js").read_text(encoding="utf-8")
        tag = f'<script data-version="{self.server.state.version}">{script}</script>\n'
        before, closing, after = admitting(page, script).rpartition("</body>")
        content = f"{before}{tag}{closing}{after}".encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _tell_events(self) -> None:
        """Send the state now and whenever it changes, until the page is closed."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        told = None
        self.wfile.write(b"retry: 500\n\n")
        while not self.server.closing:
            with self.server.changed:
                if self.server.state is told and not self.server.closing:
                    self.server.changed.wait(HEARTBEAT)
                state = self.server.state
            try:
                if state is told:
                    self.wfile.write(b": still here\n\n")
                else:
                    self.wfile.write(f"data: {json.dumps(state._asdict())}\n\n".encode())
                told = state
            except OSError:  # the page was closed
                return
