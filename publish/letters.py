"""Letters that no typeface of the PDF has: a sign stands for each, as PDF/UA wants a shape for all.

Typst has typefaces of its own, which no list tells; so each letter is tried.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import font_source_sans_pro
import typst

FONTS = {"font_paths": [font_source_sans_pro.font_directory], "ignore_system_fonts": True}
STANDARD = "ua-1"
INSTEAD = "\ufffd"
# They shape the letters beside them; in a drawing they become a shape that tells no letter.
SHAPING = dict.fromkeys([0x200C, 0x200D, 0x200E, 0x200F, 0x2060, *range(0xFE00, 0xFE10)])
DRAWING = re.compile(r'"/([^"]+\.svg)"')
TRIAL = '#set document(title: "x")\n#set text(lang: "en", font: "Source Sans Pro")\n#"{}"'


def displayable(source: str, root: Path, folder: Path) -> str:
    """Return the Typst `source` with a sign for each letter that has no shape, in its drawings too.

    The drawings lie in the project's `root`; those shown instead are written into a `folder` in it.
    """
    names = sorted({name for name in DRAWING.findall(source) if _is_in(root, name)})
    drawings = {name: (root / name).read_text(encoding="utf-8") for name in names}
    letters = {c for text in (source, *drawings.values()) for c in text if not c.isascii()}
    lost = {letter: INSTEAD for letter in letters if not has_shape(letter)}
    signs = str.maketrans(lost) | SHAPING
    text = source.translate(signs)
    place = folder.resolve().relative_to(root.resolve()).as_posix()
    for number, (name, drawing) in enumerate(drawings.items()):
        (folder / f"{number}.svg").write_text(drawing.translate(signs), encoding="utf-8")
        text = text.replace(f'"/{name}"', f'"/{place}/{number}.svg"')
    return text


def _is_in(root: Path, name: str) -> bool:
    file = root / name
    return file.is_file() and file.resolve().is_relative_to(root.resolve())


@cache
def has_shape(letter: str) -> bool:
    """Whether a typeface that the PDF may use has the `letter`."""
    try:
        typst.compile(TRIAL.format(letter).encode(), format="pdf", pdf_standards=STANDARD, **FONTS)
    except typst.TypstError:
        return False
    return True
