"""The HTML page: whole in itself, right in its structure, the essentials first, and text never markup."""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from tests.cli.command import run
from tests.conftest import SMALL
from tests.paper import ALWAYS_THERE, DATE, FIRST_PAGE, assessed, on_paper, person, varied
from tests.test_golden import PEOPLE
from triage.report.document import STEPS, Chart, Heading, PageBreak
from triage.report.html import to_html

VOID = {"meta"}


@dataclass
class Node:
    """An element of a page, with its attributes and all that is in it."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    inside: "list[Node | str]" = field(default_factory=list)

    def walk(self) -> "Iterator[Node]":
        yield self
        for part in self.inside:
            if isinstance(part, Node):
                yield from part.walk()

    def all(self, *tags: str) -> "list[Node]":
        return [node for node in self.walk() if node.tag in tags]

    def css(self, name: str) -> "list[Node]":
        return [node for node in self.walk() if name in node.attributes.get("class", "").split()]

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text for part in self.inside)


class Reader(HTMLParser):
    """Reads a page as a browser would, and refuses elements that are not closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Node("page")]
        self.feed(page)
        self.close()
        assert len(self.open) == 1, "everything is closed"
        self.page = self.open[0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def read(page: str) -> Node:
    return Reader(page).page


each_person = pytest.mark.parametrize("name", PEOPLE)


@each_person
def test_the_page_asks_for_nothing_outside_and_runs_nothing(name: str) -> None:
    page = read(to_html(person(name)))
    assert (
        page.all("script", "link", "img", "iframe", "object", "embed", "form", "base", "video", "audio") == []
    )
    for node in page.walk():
        assert not {"src", "srcset", "action", "style"} & set(node.attributes)
        assert not any(key.startswith("on") for key in node.attributes)
        assert node.attributes.get("href", "#").startswith("#")
    (style,) = page.all("style")
    assert re.findall(r"url\(|@import|expression", style.text) == []


@each_person
def test_its_own_policy_allows_its_own_style_and_nothing_else(name: str) -> None:
    page = read(to_html(person(name)))
    (policy,) = [node for node in page.all("meta") if "http-equiv" in node.attributes]
    (style,) = page.all("style")
    digest = base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
    assert policy.attributes["content"].split("; ") == [
        "default-src 'none'", f"style-src 'sha256-{digest}'", "base-uri 'none'", "form-action 'none'",
    ]  # fmt: skip


@each_person
def test_language_title_landmarks_and_headings_are_right(name: str) -> None:
    page = read(to_html(person(name)))
    assert page.all("html")[0].attributes["lang"] == "en"
    (title,), (heading,) = page.all("title"), page.all("h1")
    assert title.text == heading.text
    assert [len(page.all(tag)) for tag in ("header", "main", "nav")] == [1, 1, 1]
    levels = [int(node.tag[1]) for node in page.all("h1", "h2", "h3")]
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))
    ids = [node.attributes["id"] for node in page.walk() if "id" in node.attributes]
    assert len(ids) == len(set(ids))


@each_person
def test_every_table_says_what_its_columns_and_rows_are(name: str) -> None:
    for table in read(to_html(person(name))).all("table"):
        first, *rows = table.all("tr")
        assert {cell.attributes["scope"] for cell in first.all("th")} == {"col"}
        for row in rows:
            assert [cell.attributes["scope"] for cell in row.all("th")] == ["row"]
            assert len(row.all("th", "td")) == len(first.all("th"))


@each_person
def test_the_list_of_contents_leads_to_every_part_after_the_first_page(name: str) -> None:
    page = read(to_html(person(name)))
    links = {node.attributes["href"][1:]: node.text for node in page.all("nav")[0].all("a")}
    parts = {node.attributes["id"]: node.all("h2")[0].text for node in page.css("inside")[0].all("section")}
    assert links == parts
    assert len(links) >= 5


def test_the_first_page_has_the_essentials_in_order_and_nothing_else() -> None:
    for name, found in varied(assessed()).items():
        page = read(to_html(on_paper(found)))
        first, rest = page.css("page")
        titles = [node.text for node in first.all("h2")]
        assert [title for title in FIRST_PAGE if title in titles] == titles, name
        assert set(titles) >= ALWAYS_THERE, name
        assert not set(titles) & {node.text for node in rest.all("h2")}, name
        assert f"Date: {DATE}" in page.all("header")[0].text


def test_the_level_stands_largest_and_never_without_what_is_not_ruled_out() -> None:
    for name, found in varied(assessed()).items():
        page = read(to_html(on_paper(found)))
        first = page.css("callout")[0]
        large = [node.text for node in first.css("headline")]
        assert found.level.title in large[0], name
        if found.could_reach is None:
            assert len(large) == 1, name
        else:
            assert large[0].startswith("At least: "), name
            assert large[1].startswith("We could not rule out something more urgent: "), name


def test_the_chart_says_in_words_what_it_shows() -> None:
    shown = 0
    for name, found in varied(assessed()).items():
        document = on_paper(found)
        charts = [block for block in document if isinstance(block, Chart)]
        tables = read(to_html(document)).css("chart")
        assert len(charts) == len(tables), name
        for chart, table in zip(charts, tables, strict=True):
            for bar, row in zip(chart.bars, table.all("tr")[1:], strict=True):
                cells = row.all("td")
                assert [cell.text for cell in cells] == [STEPS[bar.supporting], STEPS[bar.against]]
                assert [len(cell.css("on")) for cell in cells] == [bar.supporting, bar.against]
                assert all(
                    mark.attributes["aria-hidden"] == "true" for cell in cells for mark in cell.css("bar")
                )
                shown += 1
    assert shown > 5


def test_the_paper_says_all_that_the_text_says() -> None:
    from tests.paper import liver
    from triage.report.summary import summary

    for name, found in varied(assessed()).items():
        read_here = {block.text for block in summary(liver(), found) if isinstance(block, Heading)}
        document = on_paper(found)
        assert read_here <= {block.text for block in document if isinstance(block, Heading)}, name
        assert sum(isinstance(block, PageBreak) for block in document) == 1


def test_a_page_bears_the_day_it_is_made_unless_it_is_told_another() -> None:
    from datetime import date

    before = date.today()
    dates = re.findall(
        r"Date: (\S+?)<", run("run", str(SMALL), "--age", "40", "--no-input", "--format", "html").out
    )
    assert dates in ([before.isoformat()], [date.today().isoformat()])
    told = run("run", str(SMALL), "--age", "40", "--no-input", "--format", "html", "--date", DATE)
    assert f"Date: {DATE}<" in told.out


def test_the_page_can_be_written_to_a_file_and_comes_whole(tmp_path: object) -> None:
    file = f"{tmp_path}/summary.html"
    done = run(
        "run", str(SMALL), "--age", "40", "--no-input", "--format", "html", "--date", DATE, "--output", file
    )
    assert (done.code, done.out) == (0, "")
    with open(file, encoding="utf-8") as page:
        assert (
            page.read()
            == run("run", str(SMALL), "--age", "40", "--no-input", "--format", "html", "--date", DATE).out
        )
