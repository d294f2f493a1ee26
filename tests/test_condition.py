"""The condition language: reading and printing are inverse, judging is sound, mistakes are shown."""

import pickle
import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generated import completions, leaves_of, packs, partial, trees
from triage.answers import Answer
from triage.condition import (
    MAX_NESTING,
    MAX_TEXT,
    NEAR,
    All,
    AnyOf,
    AtLeast,
    Compare,
    Condition,
    ConditionError,
    Fact,
    Item,
    Names,
    Not,
    Open,
    Option,
    Said,
    Verdict,
    judge,
    leaves,
    parse,
)
from triage.logic import NO, UNKNOWN, YES, Truth
from triage.view import View

NAMES = Names(
    {"fever": Item("alarm", "fever"), "iron": Said("iron"), "known": Fact("known")},
    {"hepatitis": ("b", "c", "never")},
    frozenset({"age"}),
)
FEVER, IRON, KNOWN = Item("alarm", "fever"), Said("iron"), Fact("known")
B, C = Option("hepatitis", "b"), Option("hepatitis", "c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("fever", FEVER),
        ("not iron", Not(IRON)),
        ("fever and iron or known", AnyOf((All((FEVER, IRON)), KNOWN))),
        ("fever and (iron or known)", All((FEVER, AnyOf((IRON, KNOWN))))),
        ("not fever and iron", All((Not(FEVER), IRON))),
        ("not (fever and iron)", Not(All((FEVER, IRON)))),
        ("not not fever", Not(Not(FEVER))),
        ("hepatitis = b", B),
        ("hepatitis != b", Not(B)),
        ("hepatitis in (b)", B),
        ("hepatitis in (b, c) and fever", All((AnyOf((B, C)), FEVER))),
        ("age >= 60", Compare("age", ">=", 60)),
        ("age != 0", Compare("age", "!=", 0)),
        ("at least 2 of (fever, iron or known, age < 5)", AtLeast(2, (FEVER, AnyOf((IRON, KNOWN)), Compare("age", "<", 5)))),
        ("  fever\n  and\tiron ", All((FEVER, IRON))),
    ],
)  # fmt: skip
def test_text_is_read_as_it_sounds(text: str, tree: Condition) -> None:
    assert parse(text, NAMES) == tree


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (AnyOf((B, C)), "hepatitis in (b, c)"),
        (Not(AnyOf((B, C))), "not hepatitis in (b, c)"),
        (Not(AnyOf((B, FEVER))), "not (hepatitis = b or fever)"),
        (All((AnyOf((B, C)), FEVER)), "hepatitis in (b, c) and fever"),
        (AnyOf((All((FEVER, IRON)), KNOWN)), "fever and iron or known"),
        (AnyOf((AnyOf((FEVER, IRON)), KNOWN)), "(fever or iron) or known"),
        (All((All((FEVER, IRON)), KNOWN)), "(fever and iron) and known"),
        (AtLeast(1, (FEVER, Not(IRON))), "at least 1 of (fever, not iron)"),
    ],
)
def test_trees_are_printed_as_one_would_write_them(tree: Condition, text: str) -> None:
    assert str(tree) == text
    assert parse(text, NAMES) == tree


EVERY_LEAF = [
    leaf
    for number, kind in enumerate(("yes_no", "one_of", "several_of", "number"))
    for leaf in leaves_of(number, kind)
]
EVERY_NAME = Names(
    {"q0": Said("q0"), "q2_0": Item("q2", "q2_0"), "q2_1": Item("q2", "q2_1")},
    {"q1": ("q1_0", "q1_1", "q1_2")},
    frozenset({"q3"}),
)


@given(trees(EVERY_LEAF), trees(EVERY_LEAF))
def test_a_tree_is_never_changed_and_equals_what_is_built_alike(tree: Condition, other: Condition) -> None:
    assert eval(repr(tree)) == tree == pickle.loads(pickle.dumps(tree))
    assert hash(tree) == hash(pickle.loads(pickle.dumps(tree)))
    assert (tree == other) is (repr(tree) == repr(other))
    for name in (*tree.__match_args__, "anything"):
        with pytest.raises(AttributeError, match=f"a condition is never changed, not in its '{name}' either"):
            setattr(tree, name, None)


def test_a_leaf_of_one_kind_is_none_of_another() -> None:
    assert len({Said("x"), Fact("x"), Not(Said("x"))}) == 3
    assert Said("x") != "x"


@given(trees(EVERY_LEAF))
def test_reading_and_printing_are_inverse(tree: Condition) -> None:
    assert parse(str(tree), EVERY_NAME) == tree


@given(trees([*EVERY_LEAF, Fact("f0")]), st.data())
def test_layout_means_nothing(tree: Condition, data: st.DataObject) -> None:
    blank = st.sampled_from([" ", "  ", "\n", "\t", "\n    "])
    pieces = re.findall(r"[A-Za-z0-9_]+|[<>!]=|[^A-Za-z0-9_\s]", str(tree))
    names = Names({**EVERY_NAME.words, "f0": Fact("f0")}, EVERY_NAME.options, EVERY_NAME.numbers)
    assert parse("".join(f"{piece}{data.draw(blank)}" for piece in pieces), names) == tree
    assert parse(re.sub(r" ?([(),=<>]) ?", r"\1", str(tree)), names) == tree


PIECES = [
    "fever", "iron", "known", "hepatitis", "age", "b", "never", "and", "or", "not", "in", "at least 1 of (", "at", "least",
    "of", "(", ")", ",", "=", "!=", ">=", "<", "2", "60", "1234567890", "@", "é", "\n",
]  # fmt: skip


def read(text: str) -> Condition | ConditionError:
    try:
        return parse(text, NAMES)
    except ConditionError as error:
        return error


@given(st.lists(st.sampled_from(PIECES), max_size=9))
def test_any_words_are_a_condition_or_are_refused_at_a_place_among_them(pieces: list[str]) -> None:
    text = " ".join(pieces)
    found = read(text)
    if not isinstance(found, ConditionError):
        assert parse(str(found), NAMES) == found
        return
    assert 0 <= found.offset <= len(text)
    line, caret = found.pointed().split("\n")
    whole = text[text.rfind("\n", 0, found.offset) + 1 :].split("\n")[0]
    assert line == whole if len(whole) <= NEAR else line in whole
    assert caret.strip() == "^"
    assert found.offset == len(text.rstrip()) or line[len(caret) - 1] == text[found.offset]


@pytest.mark.parametrize(
    ("text", "offset", "message", "hint"),
    [
        ("fevr", 0, "nothing is called 'fevr'", "did you mean 'fever'?"),
        ("", 0, "expected a name, found the end", ""),
        ("fever and", 9, "expected a name, found the end", ""),
        ("fever iron", 6, "expected 'and', 'or' or the end, found 'iron'", ""),
        ("(fever", 6, "expected ')', found the end", ""),
        ("fever )", 6, "expected 'and', 'or' or the end, found ')'", ""),
        ("fever and @ iron", 10, "'@' has no meaning here", ""),
        (
            "hepatitis",
            0,
            "'hepatitis' has several answers: say which",
            "write 'hepatitis = …' or 'hepatitis in (…)'",
        ),
        ("hepatitis = d", 12, "'hepatitis' has no option 'd'", "allowed: b, c, never"),
        ("hepatitis = nevr", 12, "'hepatitis' has no option 'nevr'", "did you mean 'never'?"),
        ("hepatitis in b", 13, "expected '(', found 'b'", ""),
        ("hepatitis in (b c)", 16, "expected ')', found 'c'", ""),
        ("hepatitis = 3", 12, "expected an option of 'hepatitis', found '3'", ""),
        ("age", 0, "'age' is a number: compare it", "write 'age >= …'"),
        ("age fever", 0, "'age' is a number: compare it", "write 'age >= …'"),
        ("age (", 0, "'age' is a number: compare it", "write 'age >= …'"),
        ("age >= x", 7, "expected a whole number, found 'x'", ""),
        ("age >= 1234567890", 7, "'1' has no meaning here", ""),
        ("at least 3 of (fever, iron)", 9, "'at least 3' of 2", "allowed: 1 to 2"),
        ("at least 0 of (fever)", 9, "'at least 0' of 1", "allowed: 1 to 1"),
        ("at fever", 3, "expected 'least', found 'fever'", ""),
        ("at least fever", 9, "expected a number, found 'fever'", ""),
        ("at least 2 (", 11, "expected 'of', found '('", ""),
        ("and", 0, "expected a name, found 'and'", ""),
        ("fever and\nor iron", 10, "expected a name, found 'or'", ""),
    ],
)
def test_a_mistake_says_what_where_and_what_is_allowed(
    text: str, offset: int, message: str, hint: str
) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(text, NAMES)
    assert (caught.value.offset, caught.value.message, caught.value.hint) == (offset, message, hint)
    assert str(caught.value) == message


def test_the_caret_stands_under_the_place_in_its_own_line() -> None:
    with pytest.raises(ConditionError) as caught:
        parse("fever and\n  (irn or known)\n and iron", NAMES)
    assert caught.value.pointed() == "  (irn or known)\n   ^"


@pytest.mark.parametrize("before", ["", "\n", "fever and\n", "fever\n and\n\n"])
@pytest.mark.parametrize("after", ["", "\n", "\n and iron", "\n\n and\n iron\n"])
def test_the_caret_finds_its_line_among_others(before: str, after: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(f"{before}fevr{after}", NAMES)
    assert caught.value.pointed() == "fevr\n^"


@pytest.mark.parametrize(
    "deep",
    [
        "(" * (MAX_NESTING + 1) + "fever" + ")" * (MAX_NESTING + 1),
        "not " * (MAX_NESTING + 1) + "fever",
        "(" * 5_000,
    ],
)
def test_nesting_has_an_end(deep: str) -> None:
    with pytest.raises(ConditionError, match=r"nested more than 20|at most 2000"):
        parse(deep, NAMES)


def test_nesting_up_to_the_limit_is_read() -> None:
    assert parse("(" * MAX_NESTING + "fever" + ")" * MAX_NESTING, NAMES) == FEVER
    assert parse("(fever) and " * MAX_NESTING + "iron", NAMES)
    assert parse("not fever and " * MAX_NESTING + "iron", NAMES)


def test_the_limit_of_nesting_is_exact_and_what_stands_beside_does_not_count() -> None:
    assert parse("not " * MAX_NESTING + "fever", NAMES)
    beside = "(fever) and not not (iron or (known)) and "
    assert parse(beside * 10 + "(" * MAX_NESTING + "fever" + ")" * MAX_NESTING, NAMES)
    deep = "(" * (MAX_NESTING - 2) + beside
    for deeper in (
        beside + "(" * (MAX_NESTING + 1),
        beside * 30 + "(" * (MAX_NESTING + 1),
        deep + "(((",
        deep + "not not not fever",
    ):
        with pytest.raises(ConditionError, match="nested more than 20 deep"):
            parse(deeper, NAMES)


def test_too_deep_or_too_long_gets_the_advice_to_name_a_part() -> None:
    for text, offset in (("(" * (MAX_NESTING + 1), MAX_NESTING + 1), ("fever and " * 200 + "fever", 0)):
        with pytest.raises(ConditionError) as caught:
            parse(text, NAMES)
        assert caught.value.hint == "name a part of it as a fact"
        assert caught.value.offset == offset
        assert caught.value.text == text


def test_length_has_an_end() -> None:
    assert parse("fever" + " " * (MAX_TEXT - 5), NAMES) == FEVER
    with pytest.raises(ConditionError, match="at most 2000 characters"):
        parse("fever" + " " * (MAX_TEXT - 4), NAMES)
    assert parse("fever and " * 199 + "fever", NAMES)
    with pytest.raises(ConditionError, match="at most 2000 characters"):
        parse("fever and " * 200 + "fever", NAMES)


def test_leaves_come_in_reading_order_with_their_polarity() -> None:
    tree = parse("fever and not (iron or not known) and at least 1 of (age > 5, not hepatitis = b)", NAMES)
    assert list(leaves(tree)) == [
        (FEVER, False), (IRON, True), (KNOWN, False), (Compare("age", ">", 5), False), (B, True),
    ]  # fmt: skip


def test_all_names_can_be_listed() -> None:
    assert NAMES.all() == ["fever", "iron", "known", "hepatitis", "age"]


# --- judging ------------------------------------------------------------------------------------

X, Y, Z = Said("x"), Said("y"), Said("z")
LOOK = {
    X: Verdict(YES, (X,)), Y: Verdict(NO, (Y,)), Z: Verdict(UNKNOWN, (), (Open(Z, "unasked"),)),
    IRON: Verdict(UNKNOWN, (), (Open(IRON, "unknown"),)), FEVER: Verdict(YES, (FEVER,)),
}  # fmt: skip


@pytest.mark.parametrize(
    ("tree", "truth", "because", "still_open"),
    [
        (Not(X), NO, (X,), ()),
        (All((X, FEVER)), YES, (X, FEVER), ()),
        (All((X, Y, Z)), NO, (Y,), ()),
        (All((X, Z, IRON)), UNKNOWN, (), (Z, IRON)),
        (AnyOf((Y, X, FEVER, Z)), YES, (X, FEVER), ()),
        (AnyOf((Y, Y)), NO, (Y,), ()),
        (AnyOf((Y, Z)), UNKNOWN, (), (Z,)),
        (AtLeast(2, (X, Z, FEVER)), YES, (X, FEVER), ()),
        (AtLeast(2, (X, Z, Y)), UNKNOWN, (), (Z,)),
        (AtLeast(2, (Y, Y, X)), NO, (Y,), ()),
    ],
)
def test_a_verdict_names_what_settles_it_and_what_still_could(
    tree: Condition, truth: object, because: tuple[Condition, ...], still_open: tuple[Condition, ...]
) -> None:
    verdict = judge(tree, lambda leaf: LOOK[leaf])  # type: ignore[index]
    assert verdict.truth is truth
    assert verdict.because == because
    assert tuple(still.atom for still in verdict.open) == still_open


@st.composite
def read_once(draw: st.DrawFn, atoms: list[Said]) -> Condition:
    """A condition that reads each of these atoms once."""
    if len(atoms) == 1:
        return draw(st.sampled_from([atoms[0], Not(atoms[0]), Not(Not(atoms[0]))]))
    cuts = sorted(draw(st.sets(st.integers(1, len(atoms) - 1), min_size=1)))
    groups = [atoms[start:end] for start, end in zip([0, *cuts], [*cuts, len(atoms)], strict=True)]
    parts = tuple(draw(read_once(group)) for group in groups)
    tree = draw(st.sampled_from([All(parts), AnyOf(parts), AtLeast(draw(st.integers(1, len(parts))), parts)]))
    return Not(tree) if draw(st.booleans()) else tree


ATOMS = [Said(f"q{n}") for n in range(5)]


def truth_in(tree: Condition, world: dict[Said, Truth]) -> Truth:
    return judge(tree, lambda leaf: Verdict(world[leaf])).truth  # type: ignore[index]


@given(read_once(ATOMS), st.lists(st.sampled_from(list(Truth)), min_size=5, max_size=5))
def test_where_each_answer_is_read_once_judging_misses_nothing(tree: Condition, known: list[Truth]) -> None:
    """The truth is exactly what all worlds agree on; open is exactly what can still make a difference."""
    given_truths = dict(zip(ATOMS, known, strict=True))
    verdict = judge(
        tree,
        lambda leaf: (
            Verdict(UNKNOWN, (), (Open(leaf, "unasked"),))  # type: ignore[arg-type]
            if given_truths[leaf] is UNKNOWN  # type: ignore[index]
            else Verdict(given_truths[leaf], (leaf,))  # type: ignore[index, arg-type]
        ),
    )
    choices = [(NO, YES) if truth is UNKNOWN else (truth,) for truth in known]
    worlds = [dict(zip(ATOMS, full, strict=True)) for full in product(*choices)]
    truths = {truth_in(tree, world) for world in worlds}
    assert verdict.truth is (truths.pop() if len(truths) == 1 else UNKNOWN)
    decisive = {
        atom
        for atom in ATOMS
        for world in worlds
        if given_truths[atom] is UNKNOWN
        and truth_in(tree, {**world, atom: NO}) is not truth_in(tree, {**world, atom: YES})
    }
    assert {still.atom for still in verdict.open} == decisive
    assert {atom for atom in verdict.because if given_truths[atom] is UNKNOWN} == set()  # type: ignore[index]


def _kept(full: Answer | None, said: Answer) -> Answer:
    return {**full, **said} if isinstance(full, dict) and isinstance(said, dict) else said


@given(packs(), st.data())
def test_asking_on_never_settles_what_the_verdict_gives_up(pack, data) -> None:  # type: ignore[no-untyped-def]
    answers = data.draw(partial(pack))
    view = View(pack, answers)
    for full in completions(pack, answers):
        # What was asked and is not known stays so; only what was not asked gets an answer.
        later = View(pack, {**full, **{name: _kept(full.get(name), said) for name, said in answers.items()}})
        for flag in pack.red_flags:
            before, after = view.judge(flag.when), later.judge(flag.when).truth
            if before.truth is UNKNOWN and after is not UNKNOWN:
                assert before.may_yes if after is YES else before.may_no


@given(packs(), st.data())
def test_judging_never_contradicts_any_completion(pack, data) -> None:  # type: ignore[no-untyped-def]
    answers = data.draw(partial(pack))
    view = View(pack, answers)
    for full in completions(pack, answers):
        after = View(pack, full)
        for flag in pack.red_flags:
            before = view.judge(flag.when).truth
            assert before in (UNKNOWN, after.judge(flag.when).truth)


@given(packs(), st.data())
def test_open_atoms_are_there_exactly_while_a_condition_is_unknown(pack, data) -> None:  # type: ignore[no-untyped-def]
    answers = data.draw(partial(pack))
    view = View(pack, answers)
    for flag in pack.red_flags:
        verdict = view.judge(flag.when)
        assert bool(verdict.open) == (verdict.truth is UNKNOWN)
        assert not (verdict.because and verdict.truth is UNKNOWN)
        for atom, status in verdict.open:
            answer = answers.get(atom.question)
            item = answer.get(atom.item) if isinstance(atom, Item) and isinstance(answer, dict) else None
            said = item if isinstance(atom, Item) else answer
            assert said == (None if status == "unasked" else "unknown")


@given(packs(), st.data())
def test_the_reasons_alone_force_a_verdict_whatever_the_rest(pack, data) -> None:  # type: ignore[no-untyped-def]
    answers = data.draw(partial(pack))
    view = View(pack, answers)
    for flag in pack.red_flags:
        verdict = view.judge(flag.when)
        if verdict.truth is UNKNOWN:
            continue
        kept: dict[str, Answer] = {}
        for atom in verdict.because:
            answer = answers[atom.question]
            if isinstance(atom, Item) and isinstance(answer, dict):
                before = kept.get(atom.question, {})
                kept[atom.question] = {
                    **(before if isinstance(before, dict) else {}),
                    atom.item: answer[atom.item],
                }
            else:
                kept[atom.question] = answer
        assert all(
            View(pack, full).judge(flag.when).truth is verdict.truth for full in completions(pack, kept)
        )


def test_the_caret_stands_under_the_place_also_far_along_a_later_line() -> None:
    found = read("fever or " * 30 + "\n" + "fever and " * 40 + "fevr")
    assert isinstance(found, ConditionError)
    line, caret = found.pointed().split("\n")
    assert line[len(caret) - 1 :] == "fevr"
    assert line.endswith("fever and fevr")
