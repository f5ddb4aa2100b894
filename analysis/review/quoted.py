"""What others wrote, as a message can show it: in short, and nothing that a terminal acts on."""

from __future__ import annotations

from reprlib import Repr

BLANKS = "\u00a0\u202f"  # within numbers
BRIEF = 80  # letters of a text that is quoted

_REPR = Repr()
_REPR.maxstring = _REPR.maxother = _REPR.maxlong = BRIEF
_REPR.maxlevel = 2


def quoted(value: object) -> str:
    """Return `value` as Python writes it, without the middle of what is long."""
    try:
        return _REPR.repr(value)
    except ValueError:  # Python writes no number of thousands of digits
        return f"a very long {type(value).__name__}"


def plain(text: str, longest: int | None = None) -> str:
    """Return `text` on one line without control characters, and without its middle if over `longest`."""
    if longest is not None and len(text) > longest:
        half = longest // 2
        text = f"{text[:half]} … {text[-half:]}"
    return "".join(c if c.isprintable() or c in BLANKS else "\ufffd" for c in text)
