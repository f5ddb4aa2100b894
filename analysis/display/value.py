"""A number that knows what it is, and a wording that numbers chose; both render themselves.

In HTML, whichever engine rendered it, a value is
`<span class="value" data-id="…" data-value="…">0.82</span>`: Markdown carries it as a Pandoc span.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..review.verify import Verdict
from .escape import escape_html, escape_markdown, escape_typst


@dataclass(frozen=True)
class Value:
    """A number: its name, exact value, display, where it comes from, and what the source prints.

    `raw` is None where the inputs are gone; `inputs` are the names of the values it was computed
    from; `verdict` judges it against the text `published`, both None if it is not printed.
    """

    id: str
    raw: float | int | None
    text: str
    source: str
    inputs: tuple[str, ...] = ()
    published: str | None = None
    verdict: Verdict | None = None

    @property
    def status(self) -> str | None:
        """The verdict in a word, None if the source does not print the number."""
        return self.verdict.status if self.verdict else None

    @property
    def data_value(self) -> str:
        """The exact value as text: the shortest decimal that reads back to it, or nothing."""
        return "" if self.raw is None else repr(self.raw)

    def html(self) -> str:
        """The value as an HTML span."""
        return (
            f'<span class="value" data-id="{escape_html(self.id)}" '
            f'data-value="{self.data_value}">{escape_html(self.text)}</span>'
        )

    def typst(self) -> str:
        """The value as Typst markup."""
        return escape_typst(self.text)

    def _repr_markdown_(self) -> str:
        attributes = f'.value data-id="{self.id}" data-value="{self.data_value}"'
        return f"[{escape_markdown(self.text)}]{{{attributes}}}"


@dataclass(frozen=True)
class Marked:
    """A `value` with a `mark` behind it that a note below the table explains; no mark, no change."""

    value: Value
    mark: str

    @property
    def text(self) -> str:
        """The value and its mark as text."""
        return self.value.text + self.mark

    def html(self) -> str:
        """The value as an HTML span, its mark raised."""
        return self.value.html() + (f"<sup>{escape_html(self.mark)}</sup>" if self.mark else "")

    def typst(self) -> str:
        """The value as Typst markup, its mark raised."""
        return self.value.typst() + (f"#super[{escape_typst(self.mark)}]" if self.mark else "")


@dataclass(frozen=True)
class Used:
    """A `text` that leads to where the value called `id` is shown, or else to what is called `home`.

    Without an `id` it leads home. Which page that is nobody knows before all are rendered;
    `publish.reader` sets the link then.
    """

    text: str
    id: str = ""
    home: str = ""

    def html(self) -> str:
        """The text as a link without a target yet."""
        home = f' data-home="{escape_html(self.home)}"' if self.home else ""
        return (
            f'<a class="used" data-used="{escape_html(self.id)}"{home}>{escape_html(self.text)}</a>'
        )

    def typst(self) -> str:
        """The text as Typst markup."""
        return escape_typst(self.text)


@dataclass(frozen=True)
class Phrase:
    """Words that were chosen by the values named in `inputs`.

    `parts`, where there are any, are the same words with the values that stand among them.
    """

    id: str
    text: str
    inputs: tuple[str, ...] = ()
    parts: tuple[str | Value, ...] = ()

    @classmethod
    def of(cls, id: str, *parts: str | Value) -> Phrase:
        """The phrase `id` made of texts and of the values that stand among them."""
        text = "".join(part if isinstance(part, str) else part.text for part in parts)
        inputs = dict.fromkeys(part.id for part in parts if isinstance(part, Value))
        return cls(id, text, tuple(inputs), parts)

    def html(self) -> str:
        """The words as an HTML span."""
        words = "".join(
            escape_html(part) if isinstance(part, str) else part.html() for part in self._parts
        )
        return f'<span class="phrase" data-id="{escape_html(self.id)}">{words}</span>'

    def typst(self) -> str:
        """The words as Typst markup."""
        return escape_typst(self.text)

    @property
    def _parts(self) -> tuple[str | Value, ...]:
        return self.parts or (self.text,)

    def _repr_markdown_(self) -> str:
        words = "".join(
            escape_markdown(part) if isinstance(part, str) else part._repr_markdown_()
            for part in self._parts
        )
        return f'[{words}]{{.phrase data-id="{self.id}"}}'
