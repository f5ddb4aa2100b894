"""The PDF as a reader meets it: margins, page breaks, landscape pages, the version for review."""

from __future__ import annotations

import re
import subprocess
from itertools import pairwise
from pathlib import Path

from PIL import Image

from publish.build import build, build_pdf

from conftest import SITE, append, program, quiet
from paper import BOTTOM, MM, SIDE, TOP, Line, Sheet, sheets
from rendered import pages, pdf_chapters

HANGING = 3  # points by which a hyphen or a full stop may hang into the margin
NUMBERS = 15 * MM  # how far into the side margin a reviewer's line numbers reach


def test_nothing_stands_beyond_the_margins(manuscript, tmp_path):
    for number, sheet in enumerate(sheets(manuscript), start=1):
        for line in sheet.lines:
            where = f"page {number}: {line.text!r}"
            assert line.x0 >= SIDE - 1, where
            assert line.x1 <= sheet.width - SIDE + HANGING, where
            assert line.y0 >= TOP / 3 and line.y1 <= sheet.height - BOTTOM / 4, where
    assert ink_in_the_margins(manuscript, tmp_path) == []


def ink_in_the_margins(pdf: Path, folder: Path) -> list[str]:
    """The pages of `pdf` with ink, drawn or written, in the outer margins."""
    subprocess.run(
        [program("pdftoppm"), "-r", "72", "-gray", "-png", str(pdf), str(folder / "page")],
        check=True,
    )
    found = []
    for path in sorted(folder.glob("page*.png")):
        with Image.open(path).convert("L") as image:
            side = int(SIDE) - HANGING - 1
            for box in (
                (0, 0, side, image.height),
                (image.width - side, 0, image.width, image.height),
            ):
                if image.crop(box).getextrema()[0] < 250:
                    found.append(f"{path.name} {box}")
    return found


def test_no_page_is_nearly_empty_without_need(manuscript):
    found = sheets(manuscript)
    for number, (sheet, following) in enumerate(pairwise(found), start=1):
        if sheet.width < sheet.height and following.width < following.height:
            filled = sheet.body[-1].y1 - TOP
            assert filled > 0.6 * (sheet.height - TOP - BOTTOM), f"page {number}"


def test_no_heading_is_left_alone_at_the_foot_of_a_page(toy):
    lengths = [
        max(0, (n * n) % 31 - 9) for n in range(150)
    ]  # so that pages end everywhere in a section
    sections = "".join(
        f"\n## Heading {n}\n\nWords^[A note. {'It is long. ' * (n % 9)}] {'to fill it. ' * length}\n"
        for n, length in enumerate(lengths)
    )
    append(toy / "chapters/one.qmd", sections)
    found = sheets(build(toy, "embedded", quiet) / "manuscript.pdf")
    assert len(found) > 12
    headings = 0
    for sheet in found:
        for line, below in pairwise([*sheet.body, Line(0, 0, 0, 0, 0, "the foot of the page")]):
            if re.match(r"1\.\d+ Heading", line.text):
                headings += 1
                assert below.text.startswith("Words"), f"{line.text} stands above {below.text}"
    assert headings == len(lengths)


def test_a_heading_goes_along_with_a_line_whose_footnote_has_no_room(toy):
    index = (toy / "index.qmd").read_text(encoding="utf-8")
    for lines in range(28, 40):  # one of which ends where heading and line fit but not the note
        filled = index + "\n" + "A line.\\\n" * lines + "\nEnd.\n"
        (toy / "index.qmd").write_text(filled, encoding="utf-8")
        for sheet in sheets(build_pdf(toy, review=False, progress=quiet)):
            for line, below in pairwise([*sheet.body, Line(0, 0, 0, 0, 0, "the foot")]):
                assert line.text != "1 Chapter title" or below.text.startswith("See Table")


def test_a_figure_moves_rather_than_leave_a_gap(toy):
    tall = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 120" width="400" height="800"/>'
    (toy / "x.svg").write_text(tall, encoding="utf-8")
    append(toy / "chapters/one.qmd", "\nText that flows around the figure.\n" * 80)
    found = sheets(build(toy, "embedded", quiet) / "manuscript.pdf")
    for sheet in found[:-1]:
        assert sheet.body[-1].y1 > sheet.height - BOTTOM - 40


def test_a_landscape_table_has_pages_of_its_shape(manuscript):
    wide = [sheet for sheet in sheets(manuscript) if sheet.width > sheet.height]
    captions = [
        found[1]
        for sheet in wide
        for line in sheet.lines
        if (found := re.match(r"Table \d+\.\d+: (.*)", line.text))
    ]
    assert len(captions) == sum(
        page.read_text(encoding="utf-8").count('class="landscape"') for page in pages(SITE)
    )
    assert sum(caption.startswith("Printed numbers with") for caption in captions) == 1


def test_a_title_of_a_panel_stands_above_its_figure(toy):
    tall = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 40" width="400" height="270"/>'
    (toy / "x.svg").write_text(tall, encoding="utf-8")
    figure = "::: {{#fig-p{0}}}\n\n![](/x.svg){{fig-alt='Drawn'}}\n\nCaption {0}.\n\n:::"
    panels = "".join(f"## Panel {n}\n\n{figure.format(n)}\n\n" for n in range(7))
    append(toy / "chapters/one.qmd", f"\n::: {{.panel-tabset}}\n\n{panels}:::\n\nThe end.\n")
    found = 0
    for sheet in sheets(build_pdf(toy, review=False, progress=quiet)):
        for line, below in pairwise([*sheet.body, Line(0, 0, 0, 0, 0, "the foot")]):
            if re.fullmatch(r"Panel \d", line.text):
                found += 1
                assert re.fullmatch(rf"Figure 1\.\d+: Caption {line.text[-1]}\.", below.text)
                assert below.y0 - line.y1 > 200, "the picture stands between them"
    assert found == 7


def test_the_pdf_for_review_has_numbered_lines_twice_as_far_apart(toy):
    append(toy / "chapters/one.qmd", "\n" + "Words that fill several lines. " * 60 + "\n")
    site = build(toy, "embedded", quiet)
    review = build_pdf(toy, review=True, progress=quiet)
    assert pdf_chapters(review) == pdf_chapters(site / "manuscript.pdf")
    found = sheets(review)
    margin = [
        line.text for sheet in found for line in sheet.body if line.x1 < SIDE
    ]  # fmt: skip
    assert margin == [str(number) for number in range(1, len(margin) + 1)]
    assert len(margin) > 15
    pitch = {name: distance(found) for name, found in
             (("plain", sheets(site / "manuscript.pdf")), ("review", found))}  # fmt: skip
    assert pitch["review"] >= 2 * 10.5  # the size of the text
    assert 1.15 * 10.5 < pitch["plain"] < 1.45 * 10.5
    assert all(line.x0 >= NUMBERS for sheet in found for line in sheet.lines)


def distance(found: list[Sheet]) -> float:
    """The distance between two full lines of the paragraph of words."""
    full = [a for sheet in found for a in sheet.body if a.text.count("Words that fill") >= 2]
    steps = [b.y0 - a.y0 for a, b in pairwise(full) if a.page == b.page]
    return sorted(steps)[len(steps) // 2]
