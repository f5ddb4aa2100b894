"""A content security policy in every page of the embedded engine: its site's files, no inline code.

A meta element, since pages opened from a disk come without headers. Inline it allows one script, a
constant of the publisher, so that markup that slipped into the text, as from a study's name, can run
nothing of its own; what a chapter needs to run is a file of the site. Quarto's pages get no policy:
they hold inline code that is Quarto's, and another with each of its versions.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from .project import Project
from .reader.pages import THEME

# A page's own site: `file:` where it is opened from a disk, which some browsers do not count as 'self'.
OWN = "'self' file:"
CHARSET = re.compile(r'<meta charset="utf-8"\s*/?>', re.IGNORECASE)
TAG = '<meta http-equiv="Content-Security-Policy" content="{}">'


def _hash(script: str) -> str:
    """How a policy names the inline `script`."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


POLICY = "; ".join((
    "default-src 'none'",
    f"script-src {OWN} {_hash(THEME)}",
    f"style-src {OWN}",
    f"img-src {OWN} data:",  # the icon is a data: address
    f"font-src {OWN}",
    "base-uri 'none'",
    "form-action 'none'",
))  # fmt: skip


def add_policies(site: Path, project: Project) -> None:
    """Write into each page of `project`, finished in the folder `site`, what it may load and run."""
    for chapter in project.chapters:
        page = site / chapter.page
        page.write_text(with_policy(page.read_text(encoding="utf-8")), encoding="utf-8")


def with_policy(source: str) -> str:
    """Return the page `source` with the policy, ahead of all that it governs."""
    charset = CHARSET.search(source)
    return f"{source[: charset.end()]}\n{TAG.format(POLICY)}{source[charset.end() :]}"


def admitting(page: str, script: str) -> str:
    """Return the `page` whose policy lets the inline `script` run, too, and ask its own server."""
    return page.replace("script-src ", f"connect-src 'self'; script-src {_hash(script)} ", 1)
