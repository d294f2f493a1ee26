"""Nothing that a pack or a person says is ever read as markup, in any format."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.test_html import read
from triage.report.document import (
    Bar,
    Block,
    Bullets,
    Callout,
    Chart,
    Document,
    Heading,
    Notes,
    PageBreak,
    Paragraph,
    Table,
)
from triage.report.html import to_html
from triage.report.markdown import to_markdown

# What one language or another would take for its own.
NASTY = [
    "<script>alert(1)</script>", "</style><b>", "<!--", "-->", "&lt;i&gt;", "&#60;", "]]>", "<?x?>", "\"'", "](http://x.invalid)",
    "![x](y)", "[x]: y", "**", "__", "`", "```", "~~~", "~~", "#", "##", "-", "+", "*", "1.", "2)", ">", "|", "| --- |", "---", "===",
    "$x$", "\\", "\\|", "<http://x.invalid>", "http://x.invalid", "#panic(\"x\")", "#import", "@label", "<label>", "//", "/*", "= x", "$ x",
    "${x}", "{{ x }}", "{% x %}", "%s", "'; --", "\t", "  ", "    x",
]  # fmt: skip
word = st.sampled_from(NASTY) | st.text(
    st.characters(
        min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\x7f", exclude_categories=["Cc", "Cf"]
    ),
    min_size=1,
    max_size=6,
)
texts = (
    st.lists(word, min_size=1, max_size=5).map(lambda words: " ".join(" ".join(words).split())).filter(bool)
)


def document(*said: str) -> Document:
    """A document of every kind of block, with these texts one after the other."""
    left = list(said)
    take = lambda: left.pop(0)  # noqa: E731
    blocks: list[Block] = [
        Heading(1, take()),
        Heading(2, take()),
        Callout("alarm", take(), (take(),), take()),
        Paragraph(take()),
        Bullets((take(), take())),
        Chart((take(), take(), take()), (Bar(take(), 2, 1),)),
        Notes(take(), 2),
        PageBreak(),
        Heading(2, take()),
        Table((take(), take()), ((take(), take()),)),
    ]
    assert left == []
    return tuple(blocks)


COUNT = 18
many = st.lists(texts, min_size=COUNT, max_size=COUNT)
PLAIN = [f"text{number}" for number in range(COUNT)]


def shape(page: str) -> list[tuple[str, ...]]:
    """The elements of a page with their attributes, without what is said in them."""
    return [
        (node.tag, *sorted(node.attributes.items()))
        for node in read(page).walk()
        if node.attributes.get("class") != "mark"
    ]  # fmt: skip


@given(many)
def test_html_has_the_same_elements_whatever_is_said_and_shows_it_all(said: list[str]) -> None:
    page = read(to_html(document(*said)))
    assert shape(to_html(document(*said))) == shape(to_html(document(*PLAIN)))
    shown = [node.text for node in page.all("h1", "h2", "p", "li", "th", "td")]
    assert [text for text in said if text not in shown] == []


@given(many)
def test_markdown_is_built_the_same_whatever_is_said_and_shows_it_all(said: list[str]) -> None:
    render = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse
    found, plain = (render(to_markdown(document(*words))) for words in (said, PLAIN))
    assert [built(token) for token in found] == [built(token) for token in plain]
    shown = [words(token) for token in found if token.type == "inline"]
    left_out = document(*said)[6]
    assert isinstance(left_out, Notes)
    assert [text for text in said if text not in shown and text != left_out.title] == []


def built(token: Token) -> tuple[object, ...]:
    """A token without what is said: its kind, and the kinds within it but plain text."""
    inside = [part.type for part in token.children or () if part.type not in ("text", "text_special")]
    return token.type, token.tag, inside


def words(token: Token) -> str:
    return "".join(part.content for part in token.children or ())


@given(many)
def test_a_narrative_has_the_same_elements_whatever_is_said(said: list[str]) -> None:
    from triage.fhir.narrative import narrative

    found, plain = (ElementTree.fromstring(narrative(document(*words))["div"]) for words in (said, PLAIN))
    assert [node.tag for node in found.iter()] == [node.tag for node in plain.iter()]


@pytest.mark.parametrize(
    "text", ["1. x", "- x", "+ x", "# x", "> x", "=", "---", "    x", "a\n# b", "a\n\n- b"]
)
def test_a_line_that_looks_like_a_block_stays_a_line(text: str) -> None:
    found = MarkdownIt("commonmark").parse(to_markdown((Paragraph(text),)))
    assert [token.type for token in found] == ["paragraph_open", "inline", "paragraph_close"]
    assert words(found[1]) == " ".join(text.split())
