"""A content security policy in every page: nothing from outside, and no inline code but the page's own.

A meta element, since pages opened from a disk come without headers. What it allows inline it names by
the hash of the text, so that markup that slipped in as text could still run nothing.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from .project import Project
from .reader.markup import Node, parse

# A page's own site: `file:` where it is opened from a disk, which some browsers do not count as 'self'.
OWN = "'self' file:"
CHARSET = re.compile(r'<meta charset="utf-8"\s*/?>', re.IGNORECASE)
TAG = '<meta http-equiv="Content-Security-Policy" content="{}">'
CODE = ("", "module", "text/javascript")  # types of a script that runs; others are data


def add_policies(site: Path, project: Project) -> None:
    """Write into each page of `project`, finished in the folder `site`, what it may load and run."""
    for chapter in project.chapters:
        page = site / chapter.page
        page.write_text(with_policy(page.read_text(encoding="utf-8")), encoding="utf-8")


def with_policy(source: str) -> str:
    """Return the finished page `source` with its policy, ahead of all that it governs."""
    charset = CHARSET.search(source)
    return f"{source[: charset.end()]}\n{TAG.format(policy(source))}{source[charset.end() :]}"


def policy(source: str) -> str:
    """Return the policy of the page `source`."""
    tree = parse(source)
    scripts = _hashes(source, tree.all(_is_inline_script))
    styles = _hashes(source, tree.all(lambda node: node.tag == "style"))
    allowed = {
        "default-src": "'none'",
        "script-src": " ".join([OWN, *scripts]),
        "style-src": " ".join([OWN, *styles]),
        "img-src": f"{OWN} data:",  # the icon is a data: address
        "font-src": OWN,
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{kind} {sources}" for kind, sources in allowed.items())


def admitting(page: str, script: str) -> str:
    """Return the `page` whose policy lets the inline `script` run, too, and ask its own server."""
    return page.replace("script-src ", f"connect-src 'self'; script-src {_hash(script)} ", 1)


def _hash(text: str) -> str:
    """How a policy names the inline script or style `text`."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _hashes(source: str, nodes: list[Node]) -> list[str]:
    return sorted({_hash(source[node.inner : node.inner_end]) for node in nodes})


def _is_inline_script(node: Node) -> bool:
    attributes = node.attributes
    return node.tag == "script" and "src" not in attributes and attributes.get("type", "") in CODE
