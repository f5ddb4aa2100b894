"""The code behind figures and tables, folded below them: it is that of the chapter, and it runs."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from IPython.core.interactiveshell import InteractiveShell
from playwright.sync_api import expect

from publish.project import read_project
from publish.reader.markup import parse
from publish.reader.notebook import codes, folded

from conftest import ROOT, served, violations
from rendered import pages, soup

SOURCE = """\
# Title

```{python}
#| include: false
from somewhere import make
```

Text `{python} make(0)`.

::: {#fig-a}

`{python} make(1)`

A caption with `{python} make(2)`.

:::

:::: {.landscape}

::: {#tbl-b}

::: {.content-visible when-format="html"}

```{python}
#| label: b
x = make(3)
x
```

:::

::: {.content-visible when-format="typst"}

```{python}
make(4)
```

:::

The caption, `{python} make(5)`.

:::

::::

`{python} make(6)`
"""
IMPORT = "from somewhere import make"


def test_a_float_has_its_cells_or_its_first_expression_below_the_imports():
    assert codes(SOURCE, "x.qmd") == {
        "fig-a": f"{IMPORT}\n\nmake(1)",
        "tbl-b": f"{IMPORT}\n\nx = make(3)\nx\n\nmake(4)",
    }


def test_it_is_folded_and_stays_text():
    page = (
        '<div id="fig-a"><figure class="quarto-float"><p>x</p></figure></div><div id="fig-c"></div>'
    )
    ((place, html),) = folded(parse(page), {"fig-a": "a < '</pre>'"}, lambda figure: "Figure 1")
    assert page[place:].startswith("</figure>")
    details = BeautifulSoup(html, "html.parser").details
    assert not details.has_attr("open") and details.summary.get_text() == "Code of Figure 1"
    assert details.pre.get_text() == "a < '</pre>'"


def test_every_float_of_the_site_has_its_code_and_every_page_its_source(site):
    for chapter in read_project(ROOT).chapters:
        text = (ROOT / chapter.path).read_text(encoding="utf-8")
        page = soup(site / chapter.page)
        made = codes(text, str(chapter.path))
        shown = {d.find_parent("div", id=True)["id"]: d for d in page.select(".reader-code")}
        floats = {f["id"] for f in page.select("div.quarto-float[id]")}
        assert set(shown) == set(made) == floats, chapter.page
        assert all(shown[name].pre.get_text() == code for name, code in made.items())
        assert (site / chapter.path).read_text(encoding="utf-8") == text
        links = [a["href"].rpartition("/")[2] for a in page.select("#reader-downloads a")]
        assert chapter.path.name in links


@pytest.mark.parametrize("name", ["05-symptoms", "04-characteristics"])
def test_the_code_runs_and_shows_the_float(site, name):
    """Run as a reader would, in an IPython of its own, it returns what the page shows."""
    page = soup(site / "chapters" / f"{name}.html")
    compared = 0
    for details in page.select(".reader-code"):
        run = InteractiveShell().run_cell(details.pre.get_text(), store_history=False)
        run.raise_error()
        shown = run.result
        markdown = getattr(shown, "data", None) or shown._repr_markdown_()
        float_ = details.find_parent("figure")
        if float_.img:
            assert float_.img["src"].rpartition("/")[2] in markdown.replace("\\", "")
        else:
            ids = [value["data-id"] for value in float_.select("[data-id]")]
            assert all(f'data-id="{one}"' in markdown for one in ids)
        compared += 1
    assert compared > 1


def test_it_opens_by_keyboard_and_axe_finds_nothing(visit, site):
    with served(site) as address:
        page = visit(f"{address}/chapters/05-symptoms.html", viewport={"width": 390, "height": 800})
        summary = page.locator("#fig-forest .reader-code summary")
        code = page.locator("#fig-forest .reader-code pre")
        expect(code).not_to_be_visible()
        summary.focus()
        page.keyboard.press("Enter")
        expect(code).to_be_visible()
        assert 'figure("symptoms.forest")' in code.inner_text()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_no_page_shows_code_where_there_is_no_float(site):
    for file in pages(site):
        for details in soup(file).select(".reader-code"):
            assert details.find_parent(class_="quarto-float")
