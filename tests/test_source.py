"""YAML as authors mean it: what is read, what is refused, and where things stand."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.errors import PackError
from triage.source import MAX_BYTES, MAX_DEPTH, MAX_VALUES, Text, parse, read


def refused(content: bytes) -> str:
    begin = time.perf_counter()
    with pytest.raises(PackError) as caught:
        parse(content, "a.yaml")
    assert time.perf_counter() - begin < 2
    assert len(caught.value.issues) == 1
    return str(caught.value)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *((word, word) for word in ("no", "No", "NO", "yes", "on", "off", "y", "n", "True", "FALSE", "Null")),
        *((word, word) for word in ("12:30", "010", "1_000", "0x1F", "1e3", ".nan", ".inf", "-.inf", "+5", "1.", ".5")),
        *((word, word) for word in ("2026-11-23", "<<", "=", "1234567890123456789", "a b")),
        ("true", True), ("false", False), ("null", None), ("~", None), ("", None),
        ("0", 0), ("7", 7), ("-3", -3), ("123456789012345678", 123456789012345678), ("1.5", 1.5), ("-0.25", -0.25),
        ("'7'", "7"), ('"true"', "true"), ("''", ""), ('"a\\tb"', "a\tb"),
        ("[]", []), ("{}", {}), ("[1, no]", [1, "no"]), ('{"a":1}', {"a": 1}),
    ],
)  # fmt: skip
def test_scalars_mean_what_they_say(written: str, meant: object) -> None:
    value = parse(f"- {written}\n".encode(), "a.yaml").data
    assert value == [meant]
    assert type(value[0]) in (type(meant), Text)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a: 1\nb: 2\na: 3", "a.yaml:3:1: error duplicate-key: the key 'a' is already on line 1 (keep one of the two)"),
        (b"a: &x 1", "a.yaml:1:4: error anchor: anchors are not allowed (write the value out)"),
        (b"a: *x", "a.yaml:1:4: error alias: aliases are not allowed (write the value out)"),
        (b"- 1\n- &y [2]", "a.yaml:2:3: error anchor: anchors are not allowed (write the value out)"),
        (b"a: !!int 3", "a.yaml:1:4: error tag: tags are not allowed (remove the word that starts with '!')"),
        (b"a: !x {b: 1}", "a.yaml:1:4: error tag: tags are not allowed (remove the word that starts with '!')"),
        (b"", "a.yaml:1:1: error empty-file: the file is empty"),
        (b"# a comment\n", "a.yaml:2:1: error empty-file: the file is empty"),
        (b"a: 1\n---\nb: 2", "a.yaml:2:1: error several-documents: one file holds one document (remove the line '---')"),
        (b"1: x", "a.yaml:1:1: error key-not-text: a key must be a word (put it in quotes)"),
        (b"true: x", "a.yaml:1:1: error key-not-text: a key must be a word (put it in quotes)"),
        (b"? [a]\n: b", "a.yaml:1:3: error key-not-text: a key must be a word (put it in quotes)"),
        (b"a: \xff", "a.yaml:1:4: error not-utf-8: the file is not UTF-8 text"),
        ("a: 1\nb: é".encode("latin-1"), "a.yaml:2:4: error not-utf-8: the file is not UTF-8 text"),
        (b"\n\x1b", "a.yaml:2:1: error forbidden-character: U+001B (control character) is not allowed"),
        (b"a: x\nbb: y\x1b\nc: z\n", "a.yaml:2:6: error forbidden-character: U+001B (control character) is not allowed"),
        (b"a: x\n\x1b[31mb", "a.yaml:2:1: error forbidden-character: U+001B (control character) is not allowed"),
        ("a: 1\nb: x\u202ey".encode(), "a.yaml:2:5: error forbidden-character: U+202E (right-to-left override) is not allowed"),
        ("\ufeffa: 1".encode(), "a.yaml:1:1: error forbidden-character: U+FEFF (zero width no-break space) is not allowed"),
        (b"a: [1", "a.yaml:2:1: error yaml: did not find expected ',' or ']'"),
        (b"a: b: c", "a.yaml:1:5: error yaml: mapping values are not allowed in this context"),
        (b"\t- a", "a.yaml:1:1: error yaml: found character that cannot start any token"),
        (b"x" * (MAX_BYTES + 1), "a.yaml:1:1: error file-too-large: the file is larger than 2 MB"),
    ],
)  # fmt: skip
def test_what_a_pack_may_not_contain_is_refused_with_its_place(content: bytes, said: str) -> None:
    assert refused(content) == said


@pytest.mark.parametrize("content", [b"[" * 100_000, b"{a: " * 50_000, b"- " * 50_000, b"a: &a [*a, *a]"])
def test_hostile_nesting_is_refused_quickly(content: bytes) -> None:
    assert "too-deep" in refused(content) or "anchor" in refused(content)


@pytest.mark.parametrize(
    ("escaped", "name"),
    [
        (r"\e", "U+001B (control character)"),
        (r"\0", "U+0000 (control character)"),
        (r"\u202e", "U+202E (right-to-left override)"),
        (r"\N", "U+0085 (control character)"),
    ],
)
def test_an_escape_in_quotes_brings_in_nothing_that_is_not_allowed(escaped: str, name: str) -> None:
    for written, column in ((f'a: "x{escaped}"', 4), (f'"x{escaped}": a', 1), (f'a: ["x{escaped}"]', 5)):
        said = refused(written.encode())
        assert said == f"a.yaml:1:{column}: error forbidden-character: {name} is not allowed"
    assert parse(f"a: 'x{escaped}'".encode(), "a.yaml").data == {"a": f"x{escaped}"}


def test_a_file_holds_only_so_many_values() -> None:
    assert parse(b"[" + b"1," * (MAX_VALUES - 1) + b"]", "a.yaml").data
    with pytest.raises(
        PackError, match=rf"error too-many-values: the file holds more than {MAX_VALUES:,} values"
    ):
        parse(b"[" + b"1," * MAX_VALUES + b"]", "a.yaml")


def test_nesting_up_to_the_limit_is_read() -> None:
    data = parse(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, "a.yaml").data
    for _ in range(MAX_DEPTH):
        assert isinstance(data, list)
        data = data[0] if data else None
    assert data is None
    assert "too-deep" in refused(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))


@pytest.mark.parametrize(("begin", "end"), [("{a: ", "}"), ("[{a: ", "}]"), ("- ", "")])
def test_the_limit_of_nesting_is_exact_for_lists_and_maps(begin: str, end: str) -> None:
    levels = MAX_DEPTH // (2 if "[{" in begin else 1)
    assert parse((begin * levels + "x" + end * levels).encode(), "a.yaml").data
    column = len(begin) * levels + 1
    for deeper in ("[", "{"):
        said = refused((begin * levels + deeper).encode())
        assert said == f"a.yaml:1:{column}: error too-deep: nested more than {MAX_DEPTH} levels deep"


def test_a_file_of_exactly_the_allowed_size_is_read() -> None:
    assert parse(b"a: " + b"x" * (MAX_BYTES - 3), "a.yaml").data


SOURCE = parse(b"a: one\nb:\n  - 1\n  - c: 'two'\n    d: >-\n      three\n      four\n", "p.yaml")


@pytest.mark.parametrize(
    ("loc", "key", "place"),
    [
        ((), False, "p.yaml:1:1"),
        (("a",), False, "p.yaml:1:4"),
        (("a",), True, "p.yaml:1:1"),
        (("b", 0), False, "p.yaml:3:5"),
        (("b", 1, "c"), False, "p.yaml:4:8"),
        (("b", 1, "c"), True, "p.yaml:4:5"),
        (("b", 1, "d"), True, "p.yaml:5:5"),
        (("b", 1, "missing"), False, "p.yaml:4:5"),
        (("b", 7), False, "p.yaml:3:3"),
        (("a", "deeper"), False, "p.yaml:1:4"),
        (("nowhere",), False, "p.yaml:1:1"),
    ],
)
def test_everything_has_a_place(loc: tuple[str | int, ...], key: bool, place: str) -> None:
    assert str(SOURCE.place(loc, key=key)) == place


def test_text_remembers_where_it_was_written() -> None:
    data = SOURCE.data
    assert isinstance(data, dict)
    assert isinstance(data["b"], list)
    inner = data["b"][1]
    assert isinstance(inner, dict)
    quoted, folded = inner["c"], inner["d"]
    assert isinstance(quoted, Text)
    assert isinstance(folded, Text)
    assert (quoted, quoted.raw, quoted.line, quoted.column) == ("two", "'two'", 3, 7)
    assert (folded, folded.raw, folded.line, folded.column) == (
        "three four",
        ">-\n      three\n      four\n",
        4,
        7,
    )


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.text(st.characters(codec="ascii", min_codepoint=32)),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(PLAIN)
def test_json_is_read_as_the_data_it_is(data: object) -> None:
    text = json.dumps(data).replace("\\u007f", "")
    assert parse(text.encode(), "a.json").data == json.loads(text)


@given(PLAIN, st.sampled_from([None, 2]))
def test_the_place_of_every_value_is_where_it_is_written(data: object, indent: int | None) -> None:
    text = json.dumps(data, indent=indent).replace("\\u007f", "")
    source = parse(text.encode(), "a.json")
    lines = text.split("\n")

    def check(value: object, loc: tuple[str | int, ...]) -> None:
        place = source.place(loc)
        written = json.dumps(value, indent=indent).split("\n")[0]
        assert lines[place.line - 1][place.column - 1 :].startswith(written)
        parts = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        for name, part in parts:
            check(part, (*loc, name))
            if isinstance(value, dict):
                key = source.place((*loc, name), key=True)
                assert lines[key.line - 1][key.column - 1 :].startswith(json.dumps(name))

    check(json.loads(text), ())


def test_a_file_is_read_from_disk_under_its_own_name(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("a: 1\n", encoding="utf-8")
    assert read(file).path == str(file)
    assert read(file, "shown").path == "shown"


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_file_that_cannot_be_read_is_an_issue(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    reason = "it is no plain file" if path.is_dir() else "No such file or directory"
    with pytest.raises(PackError) as caught:
        read(path)
    assert str(caught.value) == f"{path}:1:1: error unreadable-file: cannot read the file: {reason}"


def test_a_file_is_read_up_to_its_limit_and_no_further(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(b"a: " + b"x" * (MAX_BYTES - 3))
    assert read(file).data == {"a": "x" * (MAX_BYTES - 3)}
    file.write_bytes(b"a: " + b"x" * (MAX_BYTES - 2))
    with pytest.raises(PackError, match="file-too-large"):
        read(file)
