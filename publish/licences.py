"""python -m publish.licences: the licences of the locked packages, into LICENCES.md.

A package's own metadata say it: the SPDX expression, else the name of its licence, else its classifier,
else the file of its licence. A package of another platform is not installed here; its licence is noted
below. What a wheel holds of others is noted where its metadata do not say so.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

FILE, LOCK = Path("LICENCES.md"), Path("requirements.lock")
LOCKED = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)
CLASSIFIER = "License :: "
NO_NAME = ("", "UNKNOWN")
LONGEST = 80  # letters of a licence's name; what is longer is its text
MIT = "Permission is hereby granted, free of charge, to any person obtaining a copy"

# From the metadata of the wheels on PyPI.
ELSEWHERE = {"appnope": "BSD-2-Clause", "colorama": "BSD License"}
HOLDS = {"pypandoc-binary": "the wheel holds Pandoc, GPL-2.0-or-later"}

HEAD = """\
# Licences

Of the packages in `requirements.lock`, as each says of itself. Written by `make licences`; `make test`
tells when this is not current. The README says which of them are asked for; those need the others.

Copied into this repository: the typefaces in `publish/reader/assets/fonts` (SIL Open Font License 1.1;
its README tells from where) and the citation style `chapters/apa.csl` (CC BY-SA;
`chapters/apa.csl.LICENSE.md` tells more).

| package | version | licence |
|---|---|---|
"""


class NoLicence(Exception):
    """Packages of which no licence is known, each with what to do."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))


def table(lock: str) -> str:
    """Return LICENCES.md for the packages of the `lock`; raises `NoLicence`, all of them at once."""
    versions: dict[str, list[str]] = {}
    for name, version in LOCKED.findall(lock):
        versions.setdefault(name, []).append(version)
    rows, problems = [], []
    for name, locked in versions.items():
        try:
            said = "; ".join(filter(None, (licence(name), HOLDS.get(name))))
            rows.append(f"| {name} | {', '.join(dict.fromkeys(locked))} | {said} |\n")
        except NoLicence as problem:
            problems.append(str(problem))
    if problems:
        raise NoLicence(*problems)
    return HEAD + "".join(rows)


def licence(name: str) -> str:
    """Return the licence of the package called `name`, in a word; `NoLicence` where it has none."""
    try:
        package = distribution(name)
    except PackageNotFoundError:
        if name in ELSEWHERE:
            return ELSEWHERE[name]
        raise NoLicence(f"{name}: not installed here; note its licence in {__name__}") from None
    return told(package)


def told(package: Distribution) -> str:
    """Return what the metadata of the `package` say of its licence."""
    metadata = package.metadata
    named = (metadata.get("License") or "").strip()
    classified = [
        text.rpartition(" :: ")[2]
        for text in metadata.get_all("Classifier", [])
        if text.startswith(CLASSIFIER)
    ]
    short = "" if "\n" in named or len(named) > LONGEST or named in NO_NAME else named
    found = metadata.get("License-Expression") or short or ", ".join(classified) or _read(package)
    if not found:
        raise NoLicence(f"{metadata['Name']}: its metadata name no licence; look, and note it")
    return found.replace("|", "/")


def _read(package: Distribution) -> str:
    """The name of the licence in the package's file of it, where that is of a kind known here."""
    for file in package.metadata.get_all("License-File", []):
        text = package.read_text(f"licenses/{file}") or package.read_text(file) or ""
        if MIT in " ".join(text.split()):
            return "MIT"
    return ""


def main() -> int:
    """Write LICENCES.md into the current folder; return the exit status."""
    try:
        text = table(LOCK.read_text(encoding="utf-8"))
    except FileNotFoundError:
        print(f"{LOCK}: not found; run this in the project's folder", file=sys.stderr)
        return 1
    except NoLicence as problem:
        print(problem, file=sys.stderr)
        return 1
    FILE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
