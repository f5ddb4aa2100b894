"""Every locked package has hashes and a licence, the list is current, the README tells of each."""

from __future__ import annotations

import re
import tomllib
from email.message import Message
from itertools import chain

import pytest

from publish.licences import LOCKED, NoLicence, licence, table, told

from conftest import ROOT

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def test_the_list_is_current_and_no_package_lacks_a_licence():
    """`make licences` renews it."""
    text = (ROOT / "LICENCES.md").read_text(encoding="utf-8")
    assert text == table(LOCK)
    rows = re.findall(r"^\| ([\w.-]+) \| .+ \| (.+) \|$", text, re.MULTILINE)
    assert {name for name, _ in LOCKED.findall(LOCK)} == {name for name, _ in rows[1:]}
    assert all(re.search("[A-Z]", said) for _, said in rows[1:])


def test_every_locked_package_has_hashes():
    for entry in re.split(r"\n(?=\S)", LOCK.strip()):
        if not entry.startswith("#"):
            assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry.split()[0]


class Package:
    """A package with such metadata and such a file of its licence."""

    def __init__(self, file: str = "", **metadata: str) -> None:
        self.file, self.metadata = file, Message()
        for name, text in metadata.items():
            self.metadata[name.replace("_", "-")] = text

    def read_text(self, name: str) -> str | None:
        return self.file if name == "licenses/LICENSE" else None


@pytest.mark.parametrize(
    ("package", "said"),
    [
        (Package(License_Expression="MIT OR Apache-2.0", License="x"), "MIT OR Apache-2.0"),
        (Package(License="BSD-3-Clause"), "BSD-3-Clause"),
        (Package(License="The text\nof it", Classifier="License :: OSI Approved :: ISC"), "ISC"),
        (Package(License="UNKNOWN", Classifier="License :: OSI Approved :: ISC"), "ISC"),
        (
            Package(
                "Copyright X\n\nPermission is hereby granted,\nfree of charge, to any person "
                "obtaining a copy of this",
                License_File="LICENSE",
            ),
            "MIT",
        ),
    ],
)
def test_what_metadata_say(package, said):
    assert told(package) == said


def test_a_package_without_a_licence_is_refused():
    with pytest.raises(NoLicence, match="mine: its metadata name no licence"):
        told(Package("All rights reserved", Name="mine", License_File="LICENSE"))
    with pytest.raises(NoLicence, match="no-such-package: not installed here"):
        licence("no-such-package")
    with pytest.raises(NoLicence, match=r"no-such-one: .*\nno-such-two: "):
        table("no-such-one==1\nno-such-two==2 ; x\n")


def plain(name: str) -> str:
    """The name of a package without its extras, as the index folds it."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", name)[0]).lower()


def test_the_readme_says_what_each_package_that_is_asked_for_is_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## Packages, and why")[1]
    cells = re.findall(r"^\| ([^|]+) \|", section, re.MULTILINE)[1:]
    listed = {plain(name) for cell in cells for name in cell.split(", ")}
    assert listed == {plain(name) for name in asked}
    locked = {plain(name) for name, _ in LOCKED.findall(LOCK)}
    assert listed <= locked
