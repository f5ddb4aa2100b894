"""The examples of the guide: what three people type, and what comes of it when the site is built.

The steps of a person share their names, as in one session at the root of the project. They are
written as in a docstring: `>>>` before a line, and no output, which is computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from IPython.display import Markdown

from .docstrings import Example, parts
from .engine.tau2 import TAU2
from .reference import block

AUTHOR = {
    "file": """
        >>> from pathlib import Path
        >>> file = Path("examples/bcg.csv")
        >>> print(*file.read_text().splitlines()[:4], sep="\\n")
    """,
    "columns": """
        >>> from analysis.report.compose import compose, read_data
        >>> data = read_data(file)
        >>> for each in data.columns.understood:
        ...     print(f"{each.column:11} {each.meaning:46} {each.by}")
    """,
    "chapters": """
        >>> from analysis.report.chapters import chapters
        >>> print(*chapters(data), sep="\\n")
    """,
    "result": """
        >>> from analysis.display.value import Value
        >>> registry = compose(data)
        >>> for name in ("k", "reml.estimate", "reml.ci_low", "reml.ci_high", "reml.i2"):
        ...     value = registry.get(Value, f"outcome.{name}")
        ...     print(f"{value.id:22} {value.text:>6}   {value.source.partition(';')[0]}")
    """,
    "refused": """
        >>> from tempfile import TemporaryDirectory
        >>> from analysis.review.data import DataError
        >>> with TemporaryDirectory() as folder:
        ...     wrong = Path(folder) / "trials.csv"
        ...     _ = wrong.write_text("study,estimate,se\\nSmith,O.4,0.1\\nJones,0.3,-0.2\\n")
        ...     try:
        ...         read_data(wrong)
        ...     except DataError as error:
        ...         print(*error.problems, sep="\\n")
    """,
}

REVIEWER = {
    "ledger": """
        >>> from pathlib import Path
        >>> from analysis.report.compose import compose, read_data
        >>> from analysis.report.published import read_published
        >>> file = Path("examples/statins.csv")
        >>> registry = compose(read_data(file), read_published(file))
        >>> for name, one in registry.judged.items():
        ...     printed = one.row["printed"]
        ...     print(f"{name:24} {printed:>9} {one.value.raw:14.6g}   {one.verdict.status}")
    """,
    "counts": """
        >>> import pandas
        >>> trials = pandas.read_csv(file)
        >>> first = trials[trials["outcome"] == trials["outcome"][0]]
        >>> names = {"events_intensive": "events_treated", "n_intensive": "n_treated",
        ...          "events_standard": "events_control", "n_standard": "n_control"}
        >>> counts = first[list(names)].rename(columns=names)
        >>> result = ma.mantel_haenszel("OR", **counts)
        >>> print(f"p = {result.pvalue:.6f}")
    """,
    "rounding": """
        >>> from analysis.review.printed import interval
        >>> interval("0.054")
    """,
    "contradiction": """
        >>> from analysis.review.consistency import contradictions
        >>> printed = {"estimate": "0.42", "se": "0.12", "ci_low": "0.18", "ci_high": "0.56"}
        >>> line = [{"id": f"table.{name}", "quantity": "", "printed": text}
        ...         for name, text in printed.items()]
        >>> for one in contradictions(line, flow=(), alpha=0.05):
        ...     print(one.arithmetic, one.conjecture)
    """,
}

ENGINEER = {
    "estimator": """
        >>> from analysis.engine.tau2 import TAU2
        >>> def hartung_makambi(model):
        ...     q = model.equal.rss
        ...     return q**2 / ((2 * model.df + q) * model.equal_trace)
        >>> TAU2["HM"] = hartung_makambi
        >>> print(*TAU2)
    """,
    "use": """
        >>> bcg = ma.example("bcg")
        >>> result = ma.pool(bcg.yi, vi=bcg.vi, method="HM", ci="hksj")
        >>> print(result.report())
    """,
    "check": """
        >>> y, w = np.array(bcg.yi), 1 / np.array(bcg.vi)
        >>> q = w @ (y - w @ y / w.sum()) ** 2
        >>> by_hand = q**2 / ((2 * (len(y) - 1) + q) * (w.sum() - w @ w / w.sum()))
        >>> print(f"{result.tau2:.12f}  {by_hand:.12f}")
        >>> bool(np.isclose(result.tau2, by_hand, rtol=1e-12))
    """,
    "missing": """
        >>> try:
        ...     ma.batch.pool([bcg.yi], vi=[bcg.vi], method="HM")
        ... except ValueError as error:
        ...     print(error)
        >>> del TAU2["HM"]
    """,
}

PEOPLE = {"author": AUTHOR, "reviewer": REVIEWER, "engineer": ENGINEER}


def command(text: str) -> Markdown:
    """Return a line to type in a terminal, which is not run: building a report takes a while."""
    return Markdown("\n\n".join(block(Example(text, ""))))


def example(person: str, step: str) -> Markdown:
    """Return the code of a `step` of a `person`, and what it shows; KeyError for what there is not."""
    return Markdown("\n\n".join(text for each in shown(person)[step] for text in block(each)))


@cache
def shown(person: str) -> Mapping[str, tuple[Example, ...]]:
    """Return what every step of a `person` shows, run one after another."""
    steps = PEOPLE[person]
    # Each step is announced by its name, so that what follows can be told to be its own.
    session = "\n".join(f"{step}\n{code}" for step, code in steps.items())
    found: dict[str, list[Example]] = {step: [] for step in steps}
    try:
        told = parts(session, f"the guide’s {person}")
    finally:  # the engineer's last step takes it away, and one before may fail
        TAU2.pop("HM", None)
    step = ""
    for part in told:
        if isinstance(part, Example):
            found[step].append(part)
        else:
            step = part.strip()
    return MappingProxyType({step: tuple(examples) for step, examples in found.items()})
