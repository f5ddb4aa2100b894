"""What tests read back from a figure's SVG: its texts, and where the marks with an id stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np

from analysis.display.typeface import POINTS, text_width

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    """Every text of `svg`, in reading order."""
    return ["".join(t.itertext()) for t in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@dataclass(frozen=True)
class Text:
    """A text of a drawing, its `left` and `right` end and the `y` of its base line, in points."""

    text: str
    left: float
    right: float
    y: float


def placed(svg: str, weight: str = "normal") -> list[Text]:
    """Every text of `svg`, all set in `weight`, with the place that its typeface gives it."""
    found = []
    for element in ElementTree.fromstring(svg).iter(f"{SVG}text"):
        style = element.get("style")
        text = "".join(element.itertext())
        size = float(re.search(r"font-size: ([\d.]+)px", style)[1])
        width = POINTS * text_width(text, weight, size)
        anchor = re.search(r"text-anchor: (\w+)", style)[1]
        left = float(element.get("x")) - {"start": 0, "middle": width / 2, "end": width}[anchor]
        found.append(Text(text, left, left + width, float(element.get("y"))))
    return found


def ids(svg: str, prefix: str = "") -> list[str]:
    """The ids in `svg` that begin with `prefix`."""
    found = (e.get("id") for e in ElementTree.fromstring(svg).iter())
    return [i for i in found if i and i.startswith(prefix)]


def corners(svg: str, gid: str) -> np.ndarray:
    """The points, shape (n, 2), that the paths and marks of the element `gid` run through."""
    (element,) = [e for e in ElementTree.fromstring(svg).iter() if e.get("id") == gid]
    marks = [u for u in element.iter(f"{SVG}use") if u.get("x")]
    if marks:
        return np.array([[float(u.get("x")), float(u.get("y"))] for u in marks])
    data = " ".join(p.get("d") for p in element.iter(f"{SVG}path"))
    return np.array(re.findall(r"-?[\d.]+(?:e-?\d+)?", data), dtype=float).reshape(-1, 2)


def outlines(svg: str, gid: str) -> list[float]:
    """The width of the outline of each path of the element `gid`, 0 where it has none."""
    (element,) = [e for e in ElementTree.fromstring(svg).iter() if e.get("id") == gid]
    styles = [path.get("style", "") for path in element.iter(f"{SVG}path")]
    strokes = [re.search(r"stroke: (?!none)", style) for style in styles]
    widths = [re.search(r"stroke-width: ([\d.]+)", style) for style in styles]
    return [
        float(width[1] if width else 1) if stroke else 0.0
        for stroke, width in zip(strokes, widths, strict=True)
    ]


def centre(svg: str, gid: str) -> tuple[float, float]:
    """The middle of the box around the element `gid`."""
    points = corners(svg, gid)
    x, y = (points.min(axis=0) + points.max(axis=0)) / 2
    return float(x), float(y)


def chart_place(svg: str, gid: str) -> tuple[float, float]:
    """The data that the middle of the mark `gid` stands for, by the ticks of the chart's axes."""
    place = centre(svg, gid)
    return tuple(value_at(svg, n, place[n]) for n in (0, 1))


def value_at(svg: str, axis: int, place: float) -> float:
    """The value at the coordinate `place` of the x axis (0) or y axis (1), by ticks and labels."""
    name = "xy"[axis]
    root = ElementTree.fromstring(svg)
    places, values = [], []
    for n in range(1, len(ids(svg, f"{name}-tick-")) + 1):
        (group,) = [e for e in root.iter() if e.get("id") == f"{name}tick_{n}"]
        (text,) = ["".join(t.itertext()) for t in group.iter(f"{SVG}text")]
        places.append(centre(svg, f"{name}-tick-{n}")[axis])
        values.append(float(text.replace("−", "-")))
    slope, start = np.polyfit(places, values, 1)
    return start + slope * place


def shape(svg: str, gid: str) -> str:
    """The path of the mark `gid`, in points around its middle."""
    by_id = {e.get("id"): e for e in ElementTree.fromstring(svg).iter()}
    use = next(by_id[gid].iter(f"{SVG}use"))
    # Equal marks share one definition.
    return by_id[use.get("{http://www.w3.org/1999/xlink}href").removeprefix("#")].get("d")
