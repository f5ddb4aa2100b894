"""States of the experiment, as addresses of its page, and its numbers by the engine."""

from __future__ import annotations

import json
import random
from urllib.parse import urlencode

import numpy as np

import analysis as ma
from analysis.content.samples import group_sizes
from analysis.display.value import Value
from analysis.display.whatif import WhatIf
from analysis.manuscript import REGISTRY, ROOT
from analysis.review.data import read_review

DATA = REGISTRY.get(WhatIf, "what_if").data
REVIEW = read_review(ROOT / "data")
SIZES = group_sizes(REVIEW.studies)

# Sets the address and gives back, once the page has followed, its numbers and its verdicts.
FOLLOW = """async hash => {
  const before = location.hash;
  const followed = new Promise(resolve => addEventListener('hashchange', resolve, { once: true }));
  location.hash = hash;
  if (location.hash !== before) await followed;
  const told = text => text === '' ? null : Number(text);
  return {
    numbers: Object.fromEntries([...document.querySelectorAll('#what-if [data-of=now]')]
      .map(cell => [cell.dataset.name, told(cell.dataset.value)])),
    holds: Object.fromEntries([...document.querySelectorAll('.what-if-conclusions li')]
      .map(item => [item.dataset.id, JSON.parse(item.dataset.holds)])),
  };
}"""


def state(draw: random.Random) -> dict:
    """A choice of trials and methods, with up to two trials of the reader's own."""
    outcome = draw.choice(list(DATA["outcomes"]))
    studies = [trial[0] for trial in DATA["outcomes"][outcome]["trials"]]
    variable = draw.choice(list(DATA["groups"]))
    category = draw.choice(list(DATA["groups"][variable]["categories"]))
    return {
        "outcome": outcome,
        "method": draw.choice(list(DATA["methods"])),
        "ci": draw.choice(list(DATA["intervals"])),
        "correction": draw.choice(list(DATA["corrections"])),
        "only": draw.choice(["", "", f"{variable}:{category}"]),
        "without": draw.sample(studies, draw.choice([0, 0, 1, 3, len(studies) // 2])),
        "own": [
            [f"Own {i}", draw.gauss(0.5, 1), draw.uniform(0.01, 0.5), draw.choice([None, 12, 80])]
            for i in range(draw.choice([0, 0, 1, 2]))
        ],
    }


def address(chosen: dict) -> str:
    """The part of the address that holds the state `chosen`."""
    plain = {name: chosen[name] for name in ("outcome", "method", "ci", "correction", "only")}
    trials = [("trial", json.dumps(own if own[3] else own[:3])) for own in chosen["own"]]
    return urlencode([*plain.items(), ("without", " ".join(chosen["without"])), *trials])


def included(chosen: dict) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The studies that are in, their effects and variances, from the data files' reconstruction."""
    found = []
    for study, *_ in DATA["outcomes"][chosen["outcome"]]["trials"]:
        name = f"{chosen['outcome']}.study.{study}"
        yi, vi = (REGISTRY.get(Value, f"{name}.{s}").raw for s in ("estimate", "variance"))
        found.append((study, yi, vi, sum(SIZES[study]) if study in SIZES else None))
    if chosen["only"]:
        variable, category = chosen["only"].split(":")
        groups = REVIEW.groups
        rows = groups[(groups["variable"] == variable) & (groups["category"] == category)]
        found = [trial for trial in found if trial[0] in set(rows["study"])]
    found = [trial for trial in found if trial[0] not in chosen["without"]]
    found += [(f"own-{i + 1}", *own[1:]) for i, own in enumerate(chosen["own"])]
    if chosen["correction"] == "g":
        found = [(s, *corrected(yi, vi, n), n) for s, yi, vi, n in found]
    studies, yi, vi, _ = zip(*found, strict=True) if found else ((), (), (), ())
    return list(studies), np.array(yi), np.array(vi)


def corrected(yi: float, vi: float, n: int | None) -> tuple[float, float]:
    """Hedges' g and its variance, by J = 1 for a trial of unknown size."""
    if not n:
        return yi, vi
    half = n / 2  # J depends on the sum of the groups alone
    j = ma.effect_size("SMD", d=[1.0], n_treated=[half], n_control=[n - half]).yi[0]
    return j * yi, j**2 * vi


def expected(chosen: dict) -> dict:
    """The page's numbers by the engine."""
    _, yi, vi = included(chosen)
    if not len(yi):
        return {}
    result = ma.pool(yi, vi=vi, method=chosen["method"], ci=chosen["ci"])
    numbers = {
        name: getattr(result, name)
        for name in (
            "k",
            "estimate",
            "ci_low",
            "ci_high",
            "pvalue",
            "tau2",
            "i2",
            "q",
            "q_df",
            "q_pvalue",
        )
    }
    numbers["tau"] = result.tau2**0.5
    if len(yi) < 2:  # of which the page says nothing
        numbers |= dict.fromkeys(("tau", "tau2", "i2", "q", "q_df", "q_pvalue"), float("nan"))
    prediction = result.prediction_interval()
    numbers["prediction_low"], numbers["prediction_high"] = prediction.low, prediction.high
    try:
        test = ma.egger(yi, vi=vi)
        numbers["egger_estimate"], numbers["egger_pvalue"] = test.estimate, test.pvalue
    except ValueError:
        numbers["egger_estimate"] = numbers["egger_pvalue"] = float("nan")
    return numbers
