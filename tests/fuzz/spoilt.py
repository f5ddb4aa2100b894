"""Bad files out of good ones: what spoils the bytes, the lines, the cells or the grammar.

chance   what decides: a generator with a seed, or one of Hypothesis, which finds the least bad input
change   takes `chance` and a content, and returns what is left of the content
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from random import Random

Change = Callable[[Random, bytes], bytes]

HUGE, LONG, OVER = 400, 10_000, 140_000  # digits past a double, an echo, and the csv module's limit
PIECES = (
    b"\0", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\r", b"\r\n", b"\n\n",
    b'"', b'""', b"'", b",", b";", b"\t", b":", b": ", b"- ", b"#", b"`", b"```", b"~~~", b"|",
    b"{", b"}", b"[", b"]", b"&a ", b"*a", b"!!", b"%", b"@", b"<", b"\\", b"\x0b", b"\x0c",
    b"\x1b[31m", b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xae", b"9" * HUGE, b"x" * LONG,
    b"x" * OVER,
)  # fmt: skip
CELLS = (
    "", " ", "0", "-0", "-1", "1e999", "-1e999", "1e-999", "1e308", "1e-320", "9" * HUGE,
    "9" * LONG, "0." + "0" * HUGE + "1", "nan", "inf", "NA", "1,5", "1.5", "1.5.5", "1_000", "0x10",
    "½", "²", "٣", "−3", "<.001", "<", ">", "1/2", "NRD", "a\nb", 'a"b', "a\0b", "\x1b[31m",
    "\u202e", "\ufeff", "é", "x" * LONG, "x y " * LONG, "=1+1", "(" * 2000, "a{99999999999}", "(?i",
    "[[a]", "study", "total", "{a: b}",
)  # fmt: skip
SCALARS = (
    "", "~", "null", "true", "no", "1", "-1", "0", "1.5", ".nan", ".inf", "1e999", "9" * LONG,
    "0x" + "f" * LONG, "0b1", "1:30", "2020-02-30", "2020-02-03", "2020-13-45T99:99:99Z",
    "0000-00-00", "text", "x" * LONG, '"\\ud800"', '"\\UFFFFFFFF"', '"\\0"', '"\\e[31m"', '"a\\nb"',
    "'", '"', "|\n   a", "&a [*a]", "*a", "*none", "&a {b: *a}", "!!python/name:os.system",
    "!!binary x", "!!binary aGk=", "!!int x", "!!float x", "!!bool x", "!!set {a}", "!!omap [a: 1]",
    "!!timestamp x", "!!str [a]", "!x y", "%YAML", "@", "`", "? [a, b]", "{[a]: b}",
    "{? {a: b} : c}", "{<<: a}", "{<<: [{a: b}]}", "[]", "{}", "[a, b]", "[a, b, c]",
    "[[a], {b: c}]", "{a: b}", "[1, 2]", "[~, ~]", "[" * 3000, "{a: " * 1500, "[" * 80 + "]" * 80,
    "a: b: c", "\ta", "- a", "index.qmd", "../x", "/", ".", "\x1b", "utf-16", "utf-7", "idna",
    "punycode", "unicode_escape", "undefined", "rot13", "hex", '"a\\0"', "latin-1", "cp037",
    "a" + "/a" * 3000, "x" * 300, "default",
)  # fmt: skip
KEYS = (
    "", "x", "title", "level", "columns", "labels", "units", "arms", "favours", "measure", "encoding",
    "delimiter", "decimal", "author", "date", "[a]", "{a: b}", "1", "<<", "*a", "x" * LONG,
)  # fmt: skip
# Lists of lists of one list, which are small until they are written out.
LAUGHS = "[&a0 [x, x], " + ", ".join(f"&a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 40)) + "]"
CODE = (
    "```", "````", "~~~", "```{python}", "```{r}", "```{python, echo=F}", "```{python",
    "``` {python}", "    ```", "#| echo: maybe", "#| label: [a, b]", "#| label:",
    "#| label: 2020-13-45", "#| eval: 1", "#| output: {a: b}", "#| ? [a]\n#| : b", "#| &a [*a]: b",
    "#| x: " + "[" * 2000, "#| label: " + "x" * LONG, "#| 1: 2", "#| - a", "#|",
    "#| label: " + "9" * LONG, '#| label: "\\ud800"', "#| label: " + LAUGHS,
    "#| " + "x" * LONG + ": 1", "`{python} x`", "`{python}`", "`{python} `", "``{python} x``",
    "`{r} x`", "`{python} x", "`{python} x\n\n\ny`", "{{< x >}}", "{{< " + "x" * LONG + " >}}",
    "{{<", "![a](b){#fig-c}", "![" * 300, "{{<" * 300, "![](){" + "#fig-" * 300, "---", ":::",
    "::: {#fig-x}", "`{python} " + "x" * LONG + "`", "`" * LONG, "```" + "x" * LONG,
)  # fmt: skip
TOKENS = (
    "null", "true", "0", "-0.0", "1e999", "NaN", "-Infinity", "9" * 5000, "0." + "9" * 5000, '""',
    '"\\ud800"', '"\\u0000"', '"' + "x" * LONG + '"', "[]", "{}", "[" * 3000, '{"a": ' * 1500,
    "[[]]", '{"values": 1}', '"0.82"', "'a'", '"a": ', '{"raw": [], "text": {}}',
    '{"raw": 1, "text": "1", "published": 5}',
)  # fmt: skip
MARKUP = (
    "<![", "<![x[", "<![CDATA[", "<!", "<!-", "<!--", "<!--" * 300, "<!DOCTYPE",
    "<!DOCTYPE [<!ENTITY", "<?", "</", "</>", "<a", "<" * 2000, "<span class=value>",
    '<span class="value" data-id="x" data-value="1e999">', "</span>", "</span" * 300, "<script>",
    "<textarea>", "&#1114112;", "&#xd800;", "&#" + "9" * 5000 + ";", "<span class>",
    "<span " + "a=" * 300, '<span class="value" data-id="' + "x" * LONG + '">', "<span>" * 3000,
)  # fmt: skip
ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "latin-1", "cp1252", "utf-7", "cp037")


def _place(chance: Random, content: bytes) -> int:
    return chance.randint(0, len(content))


def flip(chance: Random, content: bytes) -> bytes:
    """Put another byte in the place of one."""
    at = _place(chance, content)
    return content[:at] + bytes([chance.randint(0, 255)]) + content[at + 1 :]


def cut(chance: Random, content: bytes) -> bytes:
    """Leave out what is between two places."""
    first, last = sorted((_place(chance, content), _place(chance, content)))
    return content[:first] + content[last:]


def end(chance: Random, content: bytes) -> bytes:
    """End early."""
    return content[: _place(chance, content)]


def insert(chance: Random, content: bytes) -> bytes:
    """Put a piece that means something to a parser, or is long, at a place."""
    at = _place(chance, content)
    return content[:at] + chance.choice(PIECES) + content[at:]


def lines(chance: Random, content: bytes) -> bytes:
    """Repeat, drop or swap lines."""
    found = content.splitlines(keepends=True) or [b""]
    first, second = (chance.randint(0, len(found) - 1) for _ in range(2))
    kind = chance.choice(("repeat", "drop", "swap"))
    if kind == "repeat":
        found.insert(second, found[first])
    elif kind == "drop":
        del found[first]
    else:
        found[first], found[second] = found[second], found[first]
    return b"".join(found)


def recode(chance: Random, content: bytes) -> bytes:
    """Save in another encoding, or with other ends of lines."""
    if chance.random() < 0.5:
        return content.replace(b"\n", chance.choice((b"\r\n", b"\r", b"\n\r", b"\n\n", b"")))
    return content.decode("utf-8", "replace").encode(chance.choice(ENCODINGS), "replace")


ANY: tuple[Change, ...] = (flip, cut, end, insert, lines, recode)


def cells(chance: Random, content: bytes) -> bytes:
    """Put something else into a cell, or leave out, repeat or swap columns."""
    text = content.decode("utf-8", "replace").replace("\0", "")
    try:
        rows = [row for row in csv.reader(io.StringIO(text)) if row]
    except csv.Error:
        return content
    if not rows:
        return content
    kind = chance.choice(("cell", "cell", "cell", "drop", "repeat", "swap"))
    first, second = (chance.randint(0, max(map(len, rows)) - 1) for _ in range(2))
    for row in [chance.choice(rows)] if kind == "cell" else rows:
        if max(first, second) >= len(row):
            continue
        if kind == "cell":
            row[first] = chance.choice(CELLS)
        elif kind == "drop":
            del row[first]
        elif kind == "repeat":
            row.insert(second, row[first])
        else:
            row[first], row[second] = row[second], row[first]
    written = io.StringIO(newline="")
    delimiter = chance.choice(",,,;\t")
    try:
        csv.writer(written, delimiter=delimiter, lineterminator="\n").writerows(rows)
    except csv.Error:
        return content
    return written.getvalue().encode("utf-8", "replace")


def _within(pattern: str, others: Sequence[str]) -> Change:
    """What puts one of `others` in the place of a part that the `pattern` finds."""

    def change(chance: Random, content: bytes) -> bytes:
        text = content.decode("utf-8", "replace")
        found = list(re.finditer(pattern, text))
        if not found:
            return content
        at = chance.choice(found)
        return (text[: at.start()] + chance.choice(others) + text[at.end() :]).encode(
            "utf-8", "replace"
        )

    return change


def _between_lines(others: Sequence[str]) -> Change:
    """What puts one of `others` on a line of its own."""

    def change(chance: Random, content: bytes) -> bytes:
        found = content.split(b"\n")
        found.insert(chance.randint(0, len(found)), chance.choice(others).encode("utf-8"))
        return b"\n".join(found)

    return change


scalar = _within(r"(?<=: )[^\n]+|(?<=- )[^\n]+|(?<=:)$", (*SCALARS, LAUGHS))
key = _within(r"(?<![\w-])[\w-]+(?=:)", KEYS)
code = _between_lines(CODE)
within_code = _within(r"(?<=#\| )[^\n]+|(?<=\{python\} )[^`\n]+|\{python\}|```", CODE)
token = _within(r'"(?:[^"\\]|\\.)*"|-?\d[\d.e+-]*|true|null|\{|\[', TOKENS)
markup = _within(r"<[^>]*>", MARKUP)
