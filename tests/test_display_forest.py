"""The forest plot shows every number as text, in order, and every mark where its number belongs."""

from __future__ import annotations

import re

import numpy as np
import pytest

from analysis.display.figure import FAMILY
from analysis.display.forest import forest, forest_axis
from analysis.display.forest_layout import JAMA, LAYOUTS, PLAIN, REVMAN
from analysis.display.forest_parts import ForestRow, Group, Limits, Summary, Words
from analysis.display.scale import DIFFERENCE, RATIO

from svg import centre, corners, ids, outlines, texts

WORDS = Words("SMD", "95% CI", "Favours a", "Favours b", ("Heterogeneity: Q = 1.00",))


def two(x: float) -> str:
    return f"{x:.2f}".replace("-", "−")


def limits(low: float, high: float) -> Limits:
    return Limits(low, high, two(low), two(high))


SUMMARY = Summary(
    "Random effects", 0.5, "0.50", limits(0.3, 0.7), "2", prediction=limits(-0.1, 1.1)
)
ABSENT = ForestRow("Gone", None, "—", Limits(None, None, "—", "—"))


def row(label: str, estimate: float, half: float = 0.3, weight: float = 10.0) -> ForestRow:
    spread = limits(estimate - half, estimate + half)
    return ForestRow(label, estimate, two(estimate), spread, weight, f"{weight:.1f}%")


def one(*rows: ForestRow) -> list[Group]:
    return [Group(rows)]


GROUPS = [
    Group((row("A1", 0.4, 0.3, 5), row("A2", -0.2, 0.1, 20)), "Group A",
          (Summary("Total", 0.1, "0.10", limits(-0.5, 0.6), "2", "25.0%"),), ("Q = 1.50",)),
    Group((row("B1", 1.1, 0.4, 75),), "Group B",
          (Summary("Total", 1.1, "1.10", limits(0.7, 1.5), "1", "75.0%"),), ("One study",)),
]  # fmt: skip

FIGURE = forest("f", GROUPS, [SUMMARY], WORDS)


def effect_at(svg: str, x: float) -> float:
    """The effect at the place `x`, by the ticks of the axis and their labels."""
    numbers = [t for t in texts(svg) if re.fullmatch(r"−?\d+(\.\d+)?", t)]
    places = [centre(svg, gid)[0] for gid in ids(svg, "tick-")]
    labels = [float(t.replace("−", "-")) for t in numbers[-len(places) :]]
    slope, start = np.polyfit(places, labels, 1)
    return start + slope * x


def test_text_is_text_and_stands_in_reading_order():
    found = texts(forest("f", one(row("One", 0.4), row("Two", 0.6)), [SUMMARY], WORDS).svg)
    assert found[:12] == [
        "Study", "SMD", "95% CI", "Weight", "One", "0.40", "[0.10, 0.70]", "10.0%",
        "Two", "0.60", "[0.30, 0.90]", "10.0%",
    ]  # fmt: skip
    assert found[12:17] == [
        "Random effects (k = 2)", "0.50", "[0.30, 0.70]", "Prediction interval", "[−0.10, 1.10]",
    ]  # fmt: skip
    assert found[-3:] == ["←\u00a0Favours a", "Favours b\u00a0→", "Heterogeneity: Q = 1.00"]


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_every_mark_stands_where_its_number_belongs(layout):
    svg = forest("f", GROUPS, [SUMMARY], WORDS, layout).svg
    rows = [r for group in GROUPS for r in group.rows]
    tolerance = {"abs": 1e-5}
    for n, shown in enumerate(rows, 1):
        assert effect_at(svg, centre(svg, f"study-{n}")[0]) == pytest.approx(
            shown.estimate, **tolerance
        )
        ends = corners(svg, f"interval-{n}")[:, 0]
        assert [effect_at(svg, x) for x in (ends.min(), ends.max())] == pytest.approx(
            [shown.limits.low, shown.limits.high], **tolerance
        )
    for gid, shown in (
        ("total-1-1", GROUPS[0].totals[0]), ("total-2-1", GROUPS[1].totals[0]),
        ("summary-1", SUMMARY),
    ):  # fmt: skip
        points = corners(svg, gid)
        tip = points[points[:, 1].argmin(), 0]
        places = [effect_at(svg, x) for x in (points[:, 0].min(), tip, points[:, 0].max())]
        expected = [shown.limits.low, shown.estimate, shown.limits.high]
        assert places == pytest.approx(expected, **tolerance)
    bar = corners(svg, "prediction-summary-1")[:, 0]
    assert [effect_at(svg, x) for x in (bar.min(), bar.max())] == pytest.approx([-0.1, 1.1])


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_what_shows_an_interval_ends_at_its_limits_without_an_outline(layout):
    """Nor does a diamond whose limit is hardly above none touch the line of no effect."""
    near = Summary("Near", 0.2, "0.20", limits(0.003, 0.39), prediction=limits(-0.2, 0.6))
    svg = forest("f", GROUPS, [near], WORDS, layout).svg
    for gid in ("total-1-1", "total-2-1", "summary-1", "prediction-summary-1"):
        assert outlines(svg, gid) == [0]
    tips = corners(svg, "summary-1")[:, 0]
    found = [effect_at(svg, x) for x in (tips.min(), tips.max())]
    assert found == pytest.approx([0.003, 0.39], abs=1e-5)


def test_a_row_and_its_numbers_stand_on_one_line():
    svg = forest("f", GROUPS, [SUMMARY], WORDS).svg
    heights = [centre(svg, f"study-{n}")[1] for n in (1, 2, 3)]
    assert heights == sorted(heights)
    assert centre(svg, "interval-2")[1] == pytest.approx(heights[1], abs=1e-5)


def test_a_square_is_as_large_as_its_weight():
    svg = forest("f", GROUPS, [SUMMARY], WORDS).svg
    sides = [np.ptp(corners(svg, f"study-{n}")[:, 0]) for n in (1, 2, 3)]
    assert sides[1] ** 2 / sides[2] ** 2 == pytest.approx(20 / 75, rel=1e-3)
    # The lightest is drawn at the least size that is seen.
    assert sides[0] ** 2 / sides[2] ** 2 >= 5 / 75


def test_groups_have_headings_totals_and_notes_in_order():
    found = texts(forest("f", GROUPS, [SUMMARY], WORDS).svg)
    order = [
        "Group A", "A1", "A2", "Total (k = 2)", "25.0%", "Q = 1.50",
        "Group B", "B1", "Total (k = 1)", "One study", "Random effects (k = 2)",
    ]  # fmt: skip
    assert [t for t in found if t in order] == order


def test_layouts_order_the_columns_and_write_the_interval():
    revman = texts(forest("f", GROUPS, [SUMMARY], WORDS, REVMAN).svg)
    assert revman[:3] == ["Study", "Weight", "SMD [95% CI]"]
    assert "−0.20 [−0.30, −0.10]" in revman
    jama = texts(forest("f", GROUPS, [SUMMARY], WORDS, JAMA).svg)
    assert jama[:5] == ["←\u00a0Favours a", "Favours b\u00a0→", "Study", "SMD (95% CI)", "Weight"]
    assert "−0.20 (−0.30 to −0.10)" in jama


def test_a_pooled_row_is_a_diamond_and_a_column_without_texts_is_left_out():
    rows = [
        ForestRow(f"Omitting {n}", 0.5 + n / 10, "x", limits(0.2, 1.0), pooled=True, extra=("8%",))
        for n in range(3)
    ]
    words = Words("SMD", "95% CI", "", "", extra=("I²",), one_row="result", rows="results")
    figure = forest("f", one(*rows), [SUMMARY], words)
    assert texts(figure.svg)[:4] == ["Study", "I²", "SMD", "95% CI"]
    assert len(corners(figure.svg, "study-1")) >= 5 and not ids(figure.svg, "interval-")
    assert figure.alt.startswith("Forest plot of 3 results, SMD")


def test_ratios_stand_at_their_logarithm_and_the_axis_says_the_ratio():
    rows = [row("One", np.log(0.5)), row("Two", np.log(2.0))]
    svg = forest("f", one(*rows), [], WORDS, scale=RATIO).svg
    marks = [centre(svg, f"study-{n}")[0] for n in (1, 2)]
    ticks = ids(svg, "tick-")
    labels = [t for t in texts(svg) if re.fullmatch(r"[\d.]+", t)][-len(ticks) :]
    places = {label: centre(svg, gid)[0] for label, gid in zip(labels, ticks, strict=True)}
    assert marks == pytest.approx([places["0.5"], places["2"]])
    assert places["1"] == pytest.approx(sum(marks) / 2)


def test_the_typeface_comes_along_and_nothing_is_fetched():
    svg = forest("f", one(row("One", 0.4)), [SUMMARY], WORDS).svg
    assert svg.count("@font-face") == 2 and FAMILY in svg
    assert all(
        url.startswith("data:font/woff;base64,") for url in re.findall(r"url\(([^)#]+)\)", svg)
    )
    assert not re.search(r'(?:href|src)="(?:https?:)?//', svg)


def test_the_ground_is_transparent():
    svg = forest("f", GROUPS, [SUMMARY], WORDS).svg
    assert not re.search(r"fill: ?(#ffffff|#fff\b|white)", svg)


def test_an_outlier_does_not_squash_the_axis_and_ends_in_an_arrow():
    usual = [row(f"S{i}", 0.1 * i) for i in range(10)]
    effects = forest_axis(one(*usual, row("Far", 8.0)), [SUMMARY])
    assert effects == forest_axis(one(*usual), [SUMMARY])
    assert effects.low <= -0.3 and 1.2 <= effects.high < 3
    figure = forest("f", one(*usual, row("Far", 8.0), row("Half", 1.0, 9.0)), [SUMMARY], WORDS)
    assert "[7.70, 8.30]" in texts(figure.svg)
    arrows = [i for i in ids(figure.svg, "interval-") if i.endswith(("low", "high"))]
    assert arrows == ["interval-11-high", "interval-12-low", "interval-12-high"]
    assert "study-11" not in ids(figure.svg) and "study-12" in ids(figure.svg)
    ends = [centre(figure.svg, gid)[0] for gid in ids(figure.svg, "tick-")]
    assert corners(figure.svg, "interval-11-high")[:, 0].max() == pytest.approx(ends[-1])
    assert corners(figure.svg, "interval-12-low")[:, 0].min() == pytest.approx(ends[0])
    assert "ending in an arrow: Far, Half." in figure.alt


def test_a_prediction_interval_from_few_studies_is_cut_and_not_the_axis():
    wide = Summary("Random", 0.5, "0.50", limits(0.3, 0.7), prediction=limits(-40, 41))
    figure = forest("f", one(row("A", 0.4), row("B", 0.6)), [wide], WORDS)
    assert {"prediction-summary-1-low", "prediction-summary-1-high"} <= set(ids(figure.svg))
    assert "[−40.00, 41.00]" in texts(figure.svg)


def test_a_total_beyond_the_axis_is_cut_and_ends_in_an_arrow():
    groups = [*GROUPS, *[Group((row(f"C{n}", 0.5),), f"C{n}") for n in range(8)]]
    far = Group((row("D", 30.0),), "D", (Summary("Total", 30.0, "30.00", limits(0, 60)),))
    svg = forest("f", [*groups, far], [SUMMARY], WORDS).svg
    (arrow,) = [i for i in ids(svg, "total-11-1-")]
    assert arrow == "total-11-1-high"
    assert corners(svg, arrow)[:, 0].max() <= centre(svg, ids(svg, "tick-")[-1])[0] + 1e-6
    assert corners(svg, "total-11-1")[:, 0].max() < corners(svg, arrow)[:, 0].min()


def test_the_axis_holds_no_effect_and_the_summary():
    effects = forest_axis(one(row("A", 5.0)), [SUMMARY])
    assert effects.low <= -0.1 and effects.high >= 5.3
    empty = forest_axis([], [])
    assert empty.low < 0 < empty.high


@pytest.mark.parametrize("side", [-1, 1])
@pytest.mark.parametrize("scale", [DIFFERENCE, RATIO], ids=["difference", "ratio"])
def test_the_axis_goes_on_beyond_no_effect(side, scale):
    """All intervals lie on one side, so that nothing but the line itself asks for its place."""
    rows = [row("A", side * 0.8), row("B", side * 0.7)]
    total = Summary("All", side * 0.75, "", limits(*sorted((side * 0.6, side * 0.9))))
    effects = forest_axis(one(*rows), [total], scale)
    assert effects.low < 0 < effects.high


@pytest.mark.parametrize("k", [0, 1, 200])
def test_any_number_of_rows(k):
    rows = [row(f"S{i}", 0.5) for i in range(k)]
    figure = forest("f", one(*rows), [SUMMARY] if k else [], WORDS)
    assert len(ids(figure.svg, "study-")) == k
    assert f"of {k} {'study' if k == 1 else 'studies'}," in figure.alt


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_an_absent_effect_keeps_its_row(layout):
    found = texts(forest("f", one(row("One", 0.4), ABSENT), [SUMMARY], WORDS, layout).svg)
    at = found.index("Gone")
    shown = found[at + 1 : at + 3]
    assert " ".join(shown).count("—") == 3
    unpooled = Summary("None", None, "—", Limits(None, None, "—", "—"))
    assert "None" in texts(forest("f", one(ABSENT), [unpooled], WORDS, layout).svg)


def test_an_endless_interval_has_arrows_and_no_mark_without_a_place():
    endless = ForestRow("Endless", 0.4, "0.40", Limits(-np.inf, np.inf, "−∞", "∞"), 5.0, "5%")
    nowhere = ForestRow("Nowhere", np.inf, "∞", Limits(0.1, np.inf, "0.10", "∞"))
    pooled = Summary("Pooled", 0.4, "0.40", Limits(-np.inf, np.inf, "−∞", "∞"))
    svg = forest("f", one(row("One", 0.4), endless, nowhere), [pooled], WORDS).svg
    assert {"study-2", "interval-2-low", "interval-2-high"} <= set(ids(svg))
    assert not {"study-3", "interval-3", "summary-1"} & set(ids(svg))
    assert "nan" not in svg.split("</style>")[1] and "[−∞, ∞]" in texts(svg)


NAMES = (
    "<b>$x$</b> & #y", "$\\frac{1}{2}$", "\u202eabc", "👩 emoji", "x" * 300, "]]>", "a\x00b\ud800",
    "A name of very many words that goes on and on until nobody remembers how it began (2019)",
)  # fmt: skip


@pytest.mark.parametrize("layout", [PLAIN, REVMAN], ids=["plain", "revman"])
@pytest.mark.parametrize("name", NAMES)
def test_hostile_and_long_names_are_drawn_as_text_and_nothing_is_lost(name, layout):
    groups = [Group((row(name, 0.4), row("Next", 0.5)), name)]
    figure = forest("f", groups, [SUMMARY], WORDS, layout)
    found = texts(figure.svg)
    kept = re.sub("[\x00\ud800\u202e]", "\ufffd", name).replace(" ", "")
    assert "".join(found).replace(" ", "").count(kept[:5]) >= 2
    before = "".join(found[: found.index("Next")]).replace(" ", "")
    for cell in ("0.40[0.10,0.70]", "0.40", "[0.10,0.70]", "10.0%"):
        before = before.replace(cell, "", 1)
    assert before.count(kept) == 2


def test_alternative_text_tells_the_numbers():
    alt = forest("f", GROUPS, [SUMMARY], WORDS).alt
    for part in (
        "3 studies in 2 groups", "from −0.20 (A2) to 1.10 (B1)",
        "Group A: Total (k = 2): 0.10 [−0.50, 0.60]. Q = 1.50.",
        "Random effects (k = 2): 0.50 [0.30, 0.70], prediction interval [−0.10, 1.10]",
        "Heterogeneity: Q = 1.00.",
    ):  # fmt: skip
        assert part in alt
