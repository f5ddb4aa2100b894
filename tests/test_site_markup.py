"""HTML as nodes with places in the source."""

from __future__ import annotations

import pytest

from publish.reader.markup import VOID, parse

from rendered import pages

PAGE = """<!DOCTYPE html>
<html lang="en"><head><title>A &amp; B</title><script>if (a < b) "<p>";</script></head>
<body><p id="one" class="a b">Text&nbsp;with <em>stress</em>&lt;1<br>and <img src="x" alt="y"/></p>
<ul><li>first<li id="two">second</ul><table><tr><td>1</td><td>2</td></tr></table>
</body></html>
"""


def by_id(identifier: str):
    return parse(PAGE).first(lambda n: n.id == identifier)


def test_a_node_knows_its_place():
    node = by_id("one")
    assert PAGE[node.start : node.inner] == '<p id="one" class="a b">'
    assert PAGE[node.inner : node.inner_end].endswith('alt="y"/>')
    assert PAGE[node.inner_end : node.end] == "</p>"
    assert node.has_class("b") and not node.has_class("ab")
    assert [child.tag for child in node.walk()] == ["p", "em", "br", "img"]


def test_walking_goes_from_child_to_child():
    def walked(node):
        yield node
        for child in node.children:
            if not isinstance(child, str):
                yield from walked(child)

    for source in (PAGE, PAGE.replace("</table>\n</body></html>", ""), "<p><b>one<i>two</b>three"):
        for node in parse(source).walk():
            assert list(node.walk()) == list(walked(node))


def test_text_resolves_entities_and_parts_blocks_but_not_words():
    assert by_id("one").text() == "Text with stress<1 and"
    assert parse(PAGE).first(lambda n: n.tag == "table").text() == "1 2"
    assert "if" not in parse(PAGE).text()
    assert by_id("one").text(lambda n: n.tag == "em") == "Text with <1 and"


def test_an_end_tag_may_be_left_out():
    node = by_id("two")
    assert node.text() == "second"
    assert PAGE[node.end :].startswith("</ul>")
    assert parse("<p>a").first(lambda n: n.tag == "p").end == len("<p>a")


def test_an_end_tag_of_nothing_is_passed_over():
    assert parse("<p>a</b>c</p>").text() == "ac"


@pytest.mark.parametrize("number", range(4))
def test_every_node_of_the_site_is_where_it_says(site, number):
    source = pages(site)[number].read_text(encoding="utf-8")
    nodes = [node for node in parse(source).walk() if node.tag]
    assert len(nodes) > 50
    for node in nodes:
        assert source[node.start : node.inner].startswith(f"<{node.tag}")
        if node.tag not in VOID and source[node.inner - 2] != "/":
            assert source[node.inner_end : node.end] == f"</{node.tag}>"
