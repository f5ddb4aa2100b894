"""python -m publish.preview: serve the site, rebuild what a change touches, reload the browser.

Every rebuild is a whole build; what makes it quick is that results of execution are kept, and that
Pandoc's reading and writing of chapters that did not change is remembered.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from pathlib import Path

from watchfiles import watch

from .build import build
from .cache import AROUND, ENGINE, is_passed_over
from .errors import PublishError
from .jobs import FIGURES
from .project import CONFIG, output_dir
from .server import PreviewServer, State
from .workspace import end_like_interrupted

SETTLED = 30  # milliseconds without a change after which a rebuild begins
LOOK = 100  # milliseconds between looks at whether to end

# What building reads besides the sources of results.
READ = (CONFIG,)


def main(arguments: list[str] | None = None) -> int:
    """Preview the project in the folder that `arguments` name, or in the current one."""
    names = sys.argv[1:] if arguments is None else arguments
    root = Path(names[0] if names else ".")
    end_like_interrupted()
    try:
        site = (root / output_dir(root)).resolve()
    except PublishError as error:
        print(error, file=sys.stderr)
        return 1
    server = PreviewServer(site, _version())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        print(f"Preview at {server.address} (Ctrl-C ends it)", flush=True)
        _rebuild_on_change(root, site, server)
    except KeyboardInterrupt:
        print("\npreview ended")
    finally:
        server.close()
    return 0


def _rebuild_on_change(root: Path, site: Path, server: PreviewServer) -> None:
    """Build, then again whenever a file changes that the site is made of."""
    top = root.resolve()

    def matters(_, path: str) -> bool:
        parts = Path(path).relative_to(top).parts
        left_out = {str(FIGURES), *AROUND, site.relative_to(top).parts[0]} - set(READ)
        return not (set(parts[:1]) & left_out or any(map(is_passed_over, parts)))

    first = True
    for changes in watch(
        top, watch_filter=matters, step=SETTLED, debounce=10 * SETTLED, rust_timeout=LOOK,
        yield_on_timeout=True, raise_interrupt=True,
    ):  # fmt: skip
        paths = sorted({Path(path) for _, path in changes})
        if any(path.is_relative_to(ENGINE) for path in paths):
            print("the engine changed; starting again", flush=True)
            server.close()
            os.execv(sys.executable, [sys.executable, "-m", f"{__package__}.preview", str(root)])
        if paths or first:
            shown = ", ".join(str(path.relative_to(top)) for path in paths[:3])
            _rebuild(root, server, shown or "first build")
            first = False


def _rebuild(root: Path, server: PreviewServer, cause: str) -> None:
    """Build, and say in the terminal and in the open pages how it went."""
    started = time.monotonic()
    try:
        build(root, "embedded", _say_what_ran)
    except PublishError as error:
        _failed(server, cause, str(error))
    except Exception:  # a file that vanished meanwhile, or an error of ours: the author sees it
        _failed(server, cause, traceback.format_exc())
    else:
        server.tell(State(_version(), None))
        print(f"{cause}: rebuilt in {time.monotonic() - started:.1f} s", flush=True)


def _failed(server: PreviewServer, cause: str, message: str) -> None:
    server.tell(State(server.state.version, message))
    print(f"{cause}: not rebuilt\n\n{message}\n", file=sys.stderr, flush=True)


def _say_what_ran(text: str) -> None:
    if "  ran in " in text:
        print("  " + text, flush=True)


def _version() -> str:
    """A name for what pages show now; an earlier preview's pages know another."""
    return str(time.time_ns())


if __name__ == "__main__":
    sys.exit(main())
