"""The numbers on the pages are the registry's, correctly rounded, and the PDF shows the same."""

from __future__ import annotations

import re
import shutil

import pytest

import analysis as ma
from analysis.display.value import Phrase, Value
from analysis.manuscript import REGISTRY

from rendered import (
    correctly_rounded,
    differences,
    html_tokens,
    pages,
    pdf_chapters,
    registered,
    shown_values,
    soup,
    value_problems,
)


def test_values_json_is_the_registry(site):
    written = registered(site)
    reasons = {
        name: {key: entry.pop(key) for key in ("low", "high", "witness") if key in entry}
        for name, entry in written.items()
    }
    assert reasons == {
        value.id: {
            key: bound
            for key in ("low", "high", "witness")
            if value.verdict and (bound := getattr(value.verdict, key)) is not None
        }
        for value in REGISTRY.all(Value)
    }
    functions = {
        name: entry.pop("function") for name, entry in written.items() if "function" in entry
    }
    assert {name.removeprefix("ma.") for name in functions.values()} <= set(ma.__all__)
    for name, function in {
        "symptoms.egger.statistic": "egger",
        "symptoms.random.estimate": "pool",
        "symptoms.reml.g.estimate": "pool",
        "symptoms.reml.without.flagged.estimate": "pool",
        "symptoms.reml.without.isasi2010.estimate": "leave_one_out",
        "symptoms.reml.g.disorder.statistic": "meta_regression",
        "symptoms.reml.without.flagged.egger.pvalue": "egger",
        "symptoms.study.isasi2010.g.estimate": "effect_size",
        "symptoms.bayes.estimate": "bayes",
    }.items():
        assert functions[name] == f"ma.{function}"
    assert "symptoms.random.disorder.contrast.pvalue" not in functions
    assert written == {
        value.id: {
            "raw": value.raw,
            "text": value.text,
            "source": value.source,
            "inputs": list(value.inputs),
            "published": value.published,
            "status": value.status,
        }
        for value in REGISTRY.all(Value)
    }


def test_every_input_of_a_value_is_itself_a_value(site):
    values = registered(site)
    assert not [(v, i) for v, entry in values.items() for i in entry["inputs"] if i not in values]


def test_every_shown_number_is_registered_and_correctly_rounded(site):
    shown = shown_values(site)
    assert len(shown) > 150
    assert value_problems(shown, registered(site)) == []


def test_every_shown_wording_is_the_registered_one(site):
    for page in pages(site):
        for span in soup(page).select("span.phrase"):
            assert span.get_text() == REGISTRY.get(Phrase, span["data-id"]).text


def test_a_tampered_page_is_caught(site, tmp_path):
    copy = shutil.copytree(site, tmp_path / "site")
    page = copy / "index.html"
    good = page.read_text(encoding="utf-8")
    number = re.search(
        r'data-id="symptoms.random.estimate"\s+data-value="(?P<raw>[^"]+)">(?P<text>[^<]+)<', good
    )
    wrong_text = number[0].replace(f">{number['text']}<", f">{bump(number['text'])}<")
    wrong_raw = number[0].replace(number["raw"], bump(number["raw"]))
    wrong_id = number[0].replace("random.estimate", "random.estimat")
    for wrong in (wrong_text, wrong_raw, wrong_id):
        page.write_text(good.replace(number[0], wrong, 1), encoding="utf-8")
        assert len(value_problems(shown_values(copy), registered(copy))) == 1


def bump(text: str) -> str:
    """`text` with its last digit changed by one."""
    return text[:-1] + str((int(text[-1]) + 1) % 10)


@pytest.mark.parametrize(
    ("raw", "text", "right"),
    [
        (0.8184, "0.82", True), (0.8184, "0.81", False), (0.8184, "0.8184", True),
        (-0.0049, "−0.01", False), (-0.0051, "−0.01", True), (-0.0051, "0.01", False),
        (0.125, "0.12", True), (0.125, "0.13", False), (1e-9, "<\u00a00.001", True),
        (0.002, "<\u00a00.001", False), (None, "—", True), (None, "0.00", False), (18, "18", True),
        (18, "eighteen", False),
    ],
)  # fmt: skip
def test_the_rounding_check_bites(raw, text, right):
    assert correctly_rounded(raw, text) is right


@pytest.fixture(scope="module")
def both(site):
    """Each chapter's tokens, from the page and from the PDF."""
    html = [html_tokens(page) for page in pages(site)]
    return list(zip(html, pdf_chapters(site / "manuscript.pdf"), strict=True))


def test_the_pdf_says_what_the_pages_say_token_by_token(both):
    for html, pdf in both:
        assert differences(html, pdf) == []
        assert len(html) > 20


def test_a_tampered_pdf_is_caught(both):
    numbers = 0
    for html, pdf in both:
        for place, token in enumerate(pdf):
            if token[-1].isdecimal():
                numbers += 1
                tampered = [*pdf[:place], bump(token), *pdf[place + 1 :]]
                if numbers % 25 == 1:
                    assert differences(html, tampered) != []
    assert numbers > 200


def test_every_pooled_row_and_all_of_table_3_are_shown_on_the_pages_and_in_the_pdf(site, both):
    """What the publication prints in its figures' pooled rows and in Table 3 stands in a page."""
    rows = [
        judged.row["quantity"]
        for identifier, judged in REGISTRY.judged.items()
        if re.match(r"figure[2-7]\.|table3\.", identifier)
    ]
    assert len(rows) == 5 * 14 + 21 * 11
    shown = {value.id for value in shown_values(site)}
    assert [name for name in rows if name not in shown] == []


def test_a_word_may_break_over_a_page_and_nothing_else():
    assert differences(["a", "medication", "b"], ["a", "medica", "-", "tion", "b"]) == []
    assert len(differences(["a", "medication", "b"], ["a", "medica", "-", "tien", "b"])) == 1
    assert len(differences(["a", "12", "b"], ["a", "1", "-", "2", "b"])) == 1
