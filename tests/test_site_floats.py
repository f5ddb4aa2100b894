"""Every table and figure of the manuscript has a caption, and every figure words for its picture."""

from __future__ import annotations

from analysis.display.figure import Figure
from analysis.display.table import Table
from analysis.manuscript import REGISTRY

from paper import structure
from rendered import pages, pdf_chapters, soup


def captions(site):
    """The place and the caption of every float, page by page."""
    return [
        [
            (
                f"{page.name} {each['id']}",
                " ".join(each.select_one("figcaption").get_text().split()),
            )
            for each in soup(page).select("div.quarto-float")
        ]
        for page in pages(site)
    ]


def images(site):
    """The place and the alternative text of every picture."""
    return [
        (page.name, " ".join(image.get("alt", "").split()))
        for page in pages(site)
        for image in soup(page).select("main img")
    ]


def letters(text: str) -> str:
    """The letters of `text`, since lines of the PDF break words and drop spaces."""
    return "".join(letter for letter in text if letter.isalpha())


def test_every_float_has_a_label_and_a_caption_of_its_own(site):
    found = [each for page in captions(site) for each in page]
    for place, caption in found:
        label, _, words = caption.partition(":")
        assert label.split()[0] in ("Figure", "Table"), f"{place}: {caption}"
        assert len(words.split()) >= 4, f"{place}: {caption}"
    assert len({caption for _, caption in found}) == len(found) > 20


def test_all_that_is_computed_is_shown(site):
    text = "".join(page.read_text(encoding="utf-8") for page in pages(site))
    unseen = [f.name for f in REGISTRY.all(Figure) if f"{f.name}.svg" not in text]
    unseen += [
        t.name
        for t in REGISTRY.all(Table)
        if f"tables/{t.name}.csv" not in text and f'data-name="{t.name}"' not in text
    ]
    assert unseen == ["ledger-apart"]  # the ledger as the PDF has it


def test_every_picture_has_words_with_its_numbers(site):
    found = images(site)
    assert len(found) > 15
    for place, alt in found:
        assert len(alt.split()) >= 8 and any(c.isdigit() for c in alt), f"{place}: {alt}"


def test_the_pdf_has_the_same_captions_and_the_same_words_for_its_pictures(site):
    pdf = site / "manuscript.pdf"
    told = {" ".join(str(e["/Alt"]).split()) for e in structure(pdf) if e["/S"] == "/Figure"}
    assert told == {alt for _, alt in images(site)}
    for page, chapter in zip(captions(site), pdf_chapters(pdf), strict=True):
        paper = letters("".join(chapter))
        for place, caption in page:
            assert letters(caption) in paper, place
