"""Numbers that are printed together: one definition for the checks and for the contradictions."""

from __future__ import annotations

from analysis.review.printed_sets import printed_sets


def row(name: str, printed: str, quantity: str = "") -> dict[str, str]:
    return {"id": name, "where": "A", "quantity": quantity, "printed": printed}


def test_ids_that_share_all_but_the_last_word_are_one_set():
    one, other = printed_sets(
        [
            row("a.b.x", "1", "m.estimate"),
            row("a.c.x", "2"),
            row("a.b.se", "3"),
            row("a.b.y", "1/3"),
        ]
    )
    assert one.texts == {"estimate": "1", "se": "3"} and other.texts == {"x": "2"}
    assert one.ids == {"estimate": ("a.b.x",), "se": ("a.b.se",)}
    assert (one.prefix, one.name, one.analysis) == ("a.b", "b", "b")


def test_a_number_printed_again_alike_has_both_rows_and_otherwise_a_set_of_its_own():
    rows = [row("a.q", "1"), row("a.p", "2"), row("a.r", "1", "m.q"), row("a.s", "4", "m.p")]
    first, again = printed_sets(rows)
    assert first.texts == {"q": "1", "p": "2"} and first.ids["q"] == ("a.q", "a.r")
    assert again.texts == {"q": "1", "p": "4"} and again.ids["p"] == ("a.s",)


def test_a_test_of_small_studies_has_the_trials_of_what_it_stands_under():
    sets = {
        one.prefix: one for one in printed_sets([row("a.k", "18"), row("a.egger.statistic", "2")])
    }
    assert sets["a.egger"].texts == {"statistic": "2", "k": "18"}
    assert sets["a.egger"].ids["k"] == ("a.k",)
