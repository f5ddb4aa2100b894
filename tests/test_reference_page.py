"""The reference of functions: every public name, how it is called, an example that was run."""

from __future__ import annotations

import doctest
import json
import re
import sys
import warnings
from inspect import cleandoc
from types import FunctionType

import numpy as np
import pytest

import analysis as ma
from analysis.docstrings import Example, Words, parts
from analysis.reference import OTHERS, grouped, public, reference
from analysis.signatures import abilities, call, fields_by_kind, required, returned
from publish.build import build

from conftest import ROOT, append, quiet
from rendered import pdf_chapters, soup

PAGE = "chapters/90-software.html"
NAMES = list(public())
BCG = json.loads((ROOT / "tests/reference/metafor/bcg_rr.json").read_text(encoding="utf-8"))[
    "input"
]


class Heard(doctest.DocTestRunner):
    """Python's own runner of examples, which keeps what each of them shows."""

    def __init__(self) -> None:
        super().__init__(checker=Anything())
        self.heard: list[tuple[str, str]] = []

    def report_success(self, out, test, example, got) -> None:
        self.heard.append((example.source, got))


class Anything(doctest.OutputChecker):
    def check_output(self, want, got, optionflags) -> bool:
        return True


def heard(name: str) -> list[tuple[str, str]]:
    """The examples in the docstring of `name`, and what Python's runner hears of them."""
    runner = Heard()
    names = {"ma": ma, "np": np}
    test = doctest.DocTestParser().get_doctest(public()[name].__doc__, names, name, None, 0)
    runner.run(test, out=pytest.fail)
    return runner.heard


@pytest.fixture(scope="module")
def page(site):
    return soup(site / PAGE)


def entry(page, name: str):
    """The section of `name`."""
    return page.find("section", {"id": f"ma.{name}"})


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_has_an_example(name):
    found = doctest.DocTestParser().get_examples(public()[name].__doc__ or "")
    assert found, f"end the docstring of ma.{name} with an example: lines that begin with >>>"
    typed = [example.source for example in found if example.want]
    assert typed == [], "leave out what the example shows: it is computed when the site is built"


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_answers_a_question(name):
    assert name not in grouped().get(OTHERS, []), (
        f"ma.{name} belongs on the list of the docstring of analysis/__init__.py, by its question"
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_page_shows_each_example_and_what_python_s_own_runner_hears(page, name):
    section = entry(page, name)
    assert section.find("h3").get_text() == name
    code, output = (
        [block.get_text() for block in section.select(f".{kind} pre")]
        for kind in ("example-code", "example-output")
    )
    ran = heard(name)
    assert "\n".join(code) == "".join(source for source, _ in ran).rstrip("\n")
    assert output == [got.rstrip() for _, got in ran if got] != []


@pytest.mark.parametrize(
    "name", [n for n, thing in public().items() if isinstance(thing, FunctionType)]
)
def test_the_page_shows_how_a_function_is_called_and_what_its_docstring_says(page, name):
    section = entry(page, name)
    shown = section.select_one(".signature pre").get_text()
    assert shown == call(f"ma.{name}", public()[name])
    first = cleandoc(public()[name].__doc__).split("\n\n")[0].replace("`", "")
    assert " ".join(first.split()) in " ".join(section.get_text().split())
    assert section.find(string=re.compile("^Returns")) or not returned(public()[name])


def test_the_vocabulary_is_on_the_page(page):
    terms = [term.get_text() for term in page.select("#vocabulary dt")]
    assert terms[:3] == ["yi, vi", "k, p", "estimate"] and "feasible" in terms


def test_functions_that_answer_the_same_question_are_linked(page):
    targets = {link["href"] for link in entry(page, "egger").select("a")}
    assert {"#ma.begg", "#ma.trim_fill", "#ma.meta_regression"} <= targets
    assert "#ma.egger" not in targets


def test_the_search_knows_the_functions(site):
    text = (site / "site_libs/reader/search.js").read_text(encoding="utf-8")
    entries = json.loads(re.search(r"'search': (.*) };", text)[1])["entries"]
    assert {f"ma.{name}" for name in NAMES} <= {entry[2] for entry in entries}


def test_the_pdf_has_the_chapter_but_not_the_reference(manuscript):
    (chapter,) = [told for told in pdf_chapters(manuscript) if told[0] == "Software"]
    assert 20 < len(chapter) < 150


def test_headings_without_a_number_may_stand_in_content_by_format(toy):
    heading = "## Peacock {#pea.cock .unnumbered}\n\nBlue."
    append(
        toy / "chapters/one.qmd",
        f'\n::: {{.content-visible when-format="html"}}\n\n{heading}\n\n:::\n',
    )
    built = build(toy, "embedded", quiet)
    assert soup(built / "chapters/one.html").find("section", {"id": "pea.cock"})
    assert "Peacock" in soup(built / "chapters/one.html").select_one("#TOC").get_text()
    assert "Peacock" not in str(pdf_chapters(built / "manuscript.pdf"))


def test_the_markdown_needs_nothing_that_only_one_engine_has():
    text = reference().data
    headings = re.findall(r"(?m)^#+ .*$", re.sub(r"(?s)~~~~.*?~~~~", "", text))
    assert len(headings) > len(NAMES)
    assert [line for line in headings if not line.endswith(".unnumbered}")] == []
    assert set(re.findall(r"(?m)^~~~~ (.*)$", text)) == {"{tabindex=0}"}
    assert not re.search(r"(?m)^<|^```", text)


def test_a_docstring_is_parted_into_text_words_and_examples():
    docstring = """One sentence.

        word      what it means,
                  on two lines
        two, of   them

        Text with  two spaces
        on its lines.

        >>> value = 2
        >>> value + 1
        3 + 4 is wanted

        After.

        >>> if value:
        ...     print(np.arange(value))
        >>> value = None
        """
    first, words, text, one, after, two, rest = parts(docstring, "this")
    assert (first, text) == ("One sentence.", "Text with  two spaces\non its lines.")
    assert words == Words({"word": ("what it means,", "on two lines"), "two, of": ("them",)})
    assert one == Example("value = 2\nvalue + 1\n", "3\n")
    assert after == "After."
    assert two == Example("if value:\n    print(np.arange(value))\n", "[0 1]\n")
    assert rest == Example("value = None\n", "")


@pytest.mark.parametrize(
    "code", ["ma.pool([1], vi=[0])", "np.log(0.0)", "import warnings; warnings.warn('x')", "1 +"]
)
def test_an_example_that_raises_or_warns_stops_the_build_with_its_name(code):
    hook = sys.displayhook
    with (
        warnings.catch_warnings(),
        pytest.raises(RuntimeError, match=r"docstring of ma\.this") as raised,
    ):
        warnings.simplefilter("ignore")
        parts(f"A sentence.\n\n>>> {code}\n", "ma.this")
    assert code in str(raised.value)
    assert sys.displayhook is hook


def function(yi, *, vi: np.ndarray, word: str = "a", n: int | None = None, **more) -> ma.Pooled:
    """A function with every kind of argument."""


def test_a_call_is_shown_with_its_types_and_defaults():
    lines = call("ma.f", function).split("\n")
    assert (lines[0], lines[-1]) == ("ma.f(", ") -> ma.Pooled")
    assert [line.strip() for line in lines[1:-1]] == [
        "yi,", "*,", "vi: np.ndarray,", 'word: str = "a",', "n: int | None = None,", "**more,",
    ]  # fmt: skip
    assert call("f", lambda x, *y, z=1: x).startswith("f(x, *y, z=1)")
    assert required(lambda a, *, b, c=1: a) == ["a", "b"]
    assert returned(ma.pool) == [ma.Pooled] and returned(ma.example) == []


def test_a_result_tells_its_fields_and_what_it_can_do():
    assert fields_by_kind(ma.Interval)[0] == ("low", "number")
    assert dict(fields_by_kind(ma.Pooled))["df"] == "number or None"
    told = dict(abilities(ma.Pooled))
    assert 'prediction_interval(level=None, df="k-2")' in told and "tau2_se" in told
    assert not {"report()", "to_dict()", "to_frame()"} & set(told)


def test_the_example_data_are_those_that_r_has():
    bcg, raw, moderators = ma.example("bcg"), BCG["raw"], BCG["mods"]
    assert bcg.events_treated.tolist() == raw["ai"] and bcg.n_treated.tolist() == raw["n1i"]
    assert bcg.events_control.tolist() == raw["ci"] and bcg.n_control.tolist() == raw["n2i"]
    assert bcg.latitude.tolist() == moderators["ablat"]
    assert bcg.year.tolist() == moderators["year"]
    assert bcg.allocation.tolist() == moderators["alloc"]
    surnames = [name.split()[0].rstrip(",") for name in BCG["slab"]]
    assert [trial.split()[0] for trial in bcg.trial] == surnames
    np.testing.assert_allclose(bcg.yi, BCG["yi"], rtol=1e-9)
    np.testing.assert_allclose(bcg.vi, BCG["vi"], rtol=1e-9)


def test_example_data_are_the_caller_s_own_and_an_unknown_name_is_refused():
    own = ma.example("bcg")
    own.loc[0, "yi"] = 99
    assert ma.example("bcg").yi[0] != 99
    with pytest.raises(ValueError, match="name is 'abc'; allowed: bcg"):
        ma.example("abc")
