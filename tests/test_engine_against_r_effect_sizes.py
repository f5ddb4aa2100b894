"""Effect sizes against R's `escalc`, zero cells and samples of two to four included."""

from __future__ import annotations

import pytest

from analysis.engine.effect_size import MEASURES, effect_size

from leaves import FILES, check, document, family

COLUMNS = {
    "m1i": "mean_treated", "sd1i": "sd_treated", "n1i": "n_treated",
    "m2i": "mean_control", "sd2i": "sd_control", "n2i": "n_control",
    "ai": "events_treated", "ci": "events_control", "ri": "r", "ni": "n",
}  # fmt: skip


def blocks(content):
    """The path of each block of effects, its raw columns and its effects by name."""
    for kind, block in content.get("battery", {}).items():
        yield f"battery/{kind}", block["raw"], block
    if "escalc" in content:
        yield "escalc", content["input"]["raw"], content["escalc"]


@family
def effect_sizes(content):
    for path, raw, block in blocks(content):
        for name, theirs in block.items():
            if name != "raw" and theirs["args"]["measure"] in MEASURES:
                found = ours(raw, **theirs["args"])
                yield f"{path}/{name}/yi", found.yi
                yield f"{path}/{name}/vi", found.vi


def ours(raw, measure, vtype=None, **options):
    """Our effects from R's raw columns and R's arguments."""
    if vtype:
        options["variance"] = vtype
    return effect_size(measure, **{COLUMNS[name]: raw[name] for name in raw}, **options)


@pytest.mark.parametrize("path", FILES, ids=FILES.get)
@pytest.mark.parametrize("compare", [effect_sizes], ids=lambda f: f.__name__)
def test_r_says_the_same(compare, path):
    check(compare, path)


def test_every_measure_is_met():
    """In the battery, with all its variants: 24 arrays of two-by-two tables, 12 of means, 2 of r."""
    (battery,) = (path for path in FILES if path.stem == "escalc_a")
    found = [leaf for leaf, _ in effect_sizes(document(battery))]
    assert len(found) == 24 + 12 + 2
    assert {leaf.split("/")[2].split(";")[0] for leaf in found} == set(MEASURES)
