"""python -m publish: render the project in the current folder."""

from __future__ import annotations

import argparse
import errno
import sys
import time
from pathlib import Path

from .build import build, build_pdf
from .errors import PublishError
from .workspace import end_like_interrupted

UNCHANGED = "Nothing was changed: the last good site, if any, is still in place."
FINDING = "finding: "  # how a command after rendering begins what must not scroll by


def main(arguments: list[str] | None = None) -> int:
    """Parse `arguments`, build, and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m publish",
        description="Render the Quarto book in a folder to an HTML site and a PDF.",
    )
    parser.add_argument("root", nargs="?", default=".", type=Path, help="the project's folder")
    parser.add_argument(
        "--engine", choices=("embedded", "quarto"), default="embedded",
        help="what renders: wheels only (the default), or the Quarto command line",
    )  # fmt: skip
    parser.add_argument("--pdf", action="store_true", help="only the PDF, apart from the site")
    parser.add_argument(
        "--review", action="store_true", help="with --pdf: numbered lines, double spacing"
    )
    options = parser.parse_args(arguments)
    if options.review and not options.pdf:
        parser.error("--review sets a PDF of its own; use it with --pdf")
    started = time.monotonic()
    findings: list[str] = []

    def say(text: str) -> None:
        """Show a line of progress at once, and keep what is to be said again at the end."""
        if text.startswith(FINDING):
            findings.append(text)
        print("  " + text, flush=True)

    end_like_interrupted()
    # A terminal whose locale lacks a letter of a message is no reason to build nothing.
    sys.stdout.reconfigure(errors="replace")
    try:
        if options.pdf:
            built = build_pdf(options.root, options.review, say)
        else:
            built = build(options.root, options.engine, say)
    except PublishError as error:
        print("\n".join(("", *error.problems)), f"\n{UNCHANGED}", sep="\n", file=sys.stderr)
        return 1
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        needed = "Free some space" if full else "Make the folder writable"
        print(f"\n{error.filename or options.root.resolve()}: {error.strerror}", file=sys.stderr)
        print(f"\n{UNCHANGED} {needed}, and build again.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted; nothing was changed", file=sys.stderr)
        return 130
    print(f"done in {time.monotonic() - started:.1f} s")
    for path in [built] if options.pdf else _shown(built):
        print(f"  {path}")
    if findings:
        print(f"{len(findings)} finding{'s' if len(findings) > 1 else ''} in the data:")
        print("\n".join(f"  {text.removeprefix(FINDING)}" for text in findings))
    return 0


def _shown(site: Path) -> list[Path]:
    pages = [site / "index.html", *sorted(site.glob("*.pdf")), site / "values.json"]
    return [page for page in pages if page.exists()]


if __name__ == "__main__":
    sys.exit(main())
