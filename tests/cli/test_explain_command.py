"""`triage explain`: every question that can be put, in words and as data, and everything it refuses.

What is kept word for word under ``tests/explained`` is written anew with ``--update-golden``; read it first.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.command import Result, program, run
from tests.conftest import ROOT, SMALL
from triage.loading import find_pack, load_pack
from triage.pack import Case
from triage.verify.cases import complete

PACK = str(SMALL)
ILL: Mapping[str, object] = {
    "age": 63, "alarm": {"fever": "yes", "jaundice": "yes", "black_stool": "no"}, "hepatitis": "b",
    "past": {"stones": "yes", "cancer": "no", "injury": "no"}, "benign": "no", "no_stones": "no",
}  # fmt: skip
COMMANDS = {
    "why": ("why", "age"),
    "how": ("how",),
    "how a flag": ("how", "fever_with_jaundice"),
    "how a cause": ("how", "bile_stones"),
    "how with the tree": ("how", "level", "--tree"),
    "why-not a level": ("why-not", "emergency_ambulance"),
    "why-not a cause": ("why-not", "scar"),
    "why-not a flag": ("why-not", "bleeding"),
    "what-if": ("what-if", "alarm=!jaundice", "age=30"),
    "matters": ("matters",),
}


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    return written(tmp_path, ILL)


@pytest.fixture
def session(tmp_path: Path) -> Path:
    file = tmp_path / "s.jsonl"
    lines = "1,2\ngo on\n63\nb\n1\nno\n"  # whether the report calls it harmless is not asked of the ill
    assert run("run", PACK, "--save", str(file), stdin=lines).code == 0
    return file


def written(folder: Path, what: Mapping[str, object]) -> Path:
    file = folder / "answers.json"
    file.write_text(json.dumps(what), encoding="utf-8")
    return file


def explain(*words: str, file: Path, style: str = "text") -> Result:
    return run("explain", *words, "--answers", str(file), "--pack", PACK, "--format", style)


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


# --- each question -------------------------------------------------------------------------------------


def test_why_says_what_waits_on_a_question_and_what_each_answer_would_do(answers: Path) -> None:
    result = explain("why", "age", file=answers)
    assert (result.code, result.err) == (0, "")
    text = flat(result.out)
    assert text.startswith("Why: How old are you?")
    assert "Causes it bears on: Changes with age, Bile duct stones, A healed scar." not in text
    assert 'If "60 to 120 years": "Go to an emergency department now"; ' in text


def test_how_tells_the_reasons_and_what_rules_the_rest_out(answers: Path) -> None:
    assert explain("how", file=answers).out == (
        "How this came about\n-------------------\n\n"
        'How soon: "Go to an emergency department now".\n\n'
        "Enough to be seen at least this soon, whatever else is answered:\n\n"
        "- “Fever: yes” and “Jaundice: yes”\n\n"
        "It is not more urgent. These answers rule that out:\n\n"
        "- No to: Black stool. This rules out one reason to be seen sooner. [bleeding]\n\n"
        "What stands in [brackets] can be asked about: how NAME.\n"
    )
    assert "“It can be an infection.” This applies here." in flat(explain("how", "fever-with-jaundice", file=answers).out)  # fmt: skip
    assert "Bile duct stones: strong support." in explain("how", "bile_stones", file=answers).out


def test_how_shows_the_whole_tree_on_request(answers: Path) -> None:
    text = explain("how", "bleeding", "--tree", file=answers).out
    assert text.endswith(
        "The whole tree\n--------------\n\n- no, derived: all of\n"
        "- | no, given: Black stool\n- | yes, derived: not\n"
        "- | | no, does not apply: Iron tablets\n- | | | no, given: Black stool\n"
    )
    found = explain("how", "bleeding", "--tree", file=answers, style="json").json
    assert found["how"]["verdict"] == "does not fire"
    assert [part["kind"] for part in found["tree"]["parts"]] == ["given", "not"]
    assert found["tree"]["truth"] == "no"


def test_why_not_tells_what_failed_and_what_would_have_led_there(answers: Path) -> None:
    assert flat(explain("why-not", "emergency-ambulance", file=answers).out) == (
        "Why not ------- “Call your emergency number now” "
        'How soon, as answered: "Go to an emergency department now". '
        "These rules could have led there and did not: "
        "- It can be bleeding. You said: “Black stool: no”. "
        "It takes: “Black stool” and not “Iron tablets”. [bleeding] "
        "What stands in [brackets] can be asked about: how NAME. "
        "The smallest changes of answers that would have led there: "
        "- “Black stool: yes” and “Iron tablets: no” "
    )
    assert "It was reached, after all." in explain("why-not", "emergency", file=answers).out


def test_what_if_tells_only_what_differs(answers: Path) -> None:
    text = flat(explain("what-if", "alarm=!jaundice", file=answers).out)
    assert '- How soon: "Go to an emergency department now" → "Talk about it at a planned visit"' in text
    assert "- “It can be an infection.”: applies → does not apply" in text
    assert "Bile duct stones: strong" not in text
    assert "Nothing would change." in explain("what-if", "age=64", file=answers).out


def test_what_if_names_the_answers_that_apply_no_more(tmp_path: Path) -> None:
    file = written(tmp_path, {"alarm": {"black_stool": "yes"}, "iron": "no"})
    text = explain("what-if", "alarm=!black_stool", file=file).out
    assert "These answers would apply no more: Iron tablets." in text


def test_matters_tells_the_single_answers_and_that_all_were_tried(answers: Path, tmp_path: Path) -> None:
    text = flat(explain("matters", file=answers).out)
    assert '- Then "Talk about it at a planned visit": Jaundice: no' in text
    assert "Each of these answers alone would change it:" in text
    assert "A sign that comes and goes still counts." in text
    both = {**ILL, "alarm": {"fever": "no", "jaundice": "no", "black_stool": "yes"}, "iron": "yes"}
    found = explain("matters", file=written(tmp_path, both), style="json").json
    assert found["single"]
    assert found["tried"] == 14


def test_more_is_shown_on_request_and_less_is_said_to_be_less(tmp_path: Path) -> None:
    file = written(tmp_path, {**ILL, "alarm": "none"})
    one = explain("why-not", "consultation_24", "--most", "1", file=file).out
    assert "This is the first 1 of more." in one
    assert "A larger --most shows further ones." in one
    two = explain("why-not", "consultation_24", "--most", "2", file=file).out
    assert "of more" not in two
    assert "--most" not in two
    assert '- “Jaundice: yes” - “Black stool: yes”: at least "Be seen today" (we could' in flat(two)


# --- forms ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", ["text", pytest.param("json", marks=pytest.mark.slow)])
@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_the_same_bytes_come_twice_and_in_another_process(
    answers: Path, words: tuple[str, ...], style: str
) -> None:
    first, second = (explain(*words, file=answers, style=style) for _ in range(2))
    assert (first.code, first.err) == (0, "")
    assert first.out == second.out
    options = ("--answers", str(answers), "--pack", PACK, "--format", style)
    assert program("explain", *words, *options, PYTHONHASHSEED="7").out == first.out


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_data_holds_no_repr_and_text_no_more_than_a_page_is_wide(
    answers: Path, words: tuple[str, ...]
) -> None:
    data = explain(*words, file=answers, style="json")
    assert "<" not in data.out
    assert isinstance(data.json, dict)
    text = explain(*words, file=answers).out
    assert max(map(len, text.splitlines())) <= 80
    assert "None" not in text
    assert "Given(" not in text


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_a_session_is_explained_like_its_answers(
    tmp_path: Path, session: Path, words: tuple[str, ...]
) -> None:
    answers = written(tmp_path, {name: answer for name, answer in ILL.items() if name != "benign"})
    by_session = run("explain", *words, "--session", str(session), "--pack", PACK)
    assert (by_session.code, by_session.err) == (0, "")
    assert by_session.out == explain(*words, file=answers).out


def test_answers_come_from_standard_input_too(answers: Path) -> None:
    piped = run("explain", "how", "--answers", "-", "--pack", PACK, stdin=answers.read_text())
    assert piped.out == explain("how", file=answers).out


def test_without_a_pack_the_shipped_one_is_meant(tmp_path: Path) -> None:
    file = written(tmp_path, {"age": 63, "alarm": ["vomiting_blood"]})
    result = run("explain", "how", "--answers", str(file))
    assert result.code == 0
    assert "- “Vomiting blood or what looks like coffee grounds: yes”" in result.out


# --- what it refuses -----------------------------------------------------------------------------------

REFUSED = [
    (("why", "agee"), "there is no question 'agee' (did you mean 'age'?)"),
    (("how", "bile_stone"), "there is no cause or red flag 'bile_stone' (did you mean 'bile_stones'?)"),
    (("how", "levle"), "there is no cause or red flag 'levle' (did you mean 'level'?)"),
    (("why-not", "emergenc"), "there is no level, cause or red flag 'emergenc' (did you mean 'emergency'?)"),
    (("what-if", "age"), "'age' changes nothing (write QUESTION=ANSWER, such as age=70)"),
    (("what-if", "agee=3"), "there is no question 'agee' (did you mean 'age'?)"),
    (("what-if", "age=300"), "'age' cannot be '300' (allowed: a whole number from 0 to 120, or unknown)"),
    (("what-if", "alarm=feverr"), "there is no item 'feverr' (did you mean 'fever'?"),
    (("how", "--most", "0"), "0 is not in the range 1<=x<=1000"),
    (("what-if",), "Missing argument"),
    (("whynot", "scar"), "No such command 'whynot'"),
]


@pytest.mark.parametrize(("words", "message"), REFUSED, ids=[" ".join(words) for words, _ in REFUSED])
def test_what_is_misspelt_is_met_with_the_nearest(
    answers: Path, words: tuple[str, ...], message: str
) -> None:
    result = explain(*words, file=answers)
    assert (result.code, result.out) == (2, "")
    assert message in flat(result.err)


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_one_source_of_answers_is_needed_and_only_one(
    answers: Path, session: Path, words: tuple[str, ...]
) -> None:
    for options in ((), ("--session", str(session), "--answers", str(answers))):
        result = run("explain", *words, *options, "--pack", PACK)
        assert (result.code, result.out) == (2, "")
        assert "give the answers with --session FILE or with --answers FILE" in flat(result.err)


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_answers_to_questions_that_do_not_apply_are_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    file = written(tmp_path, {"alarm": {"black_stool": "no"}, "iron": "no"})
    result = explain(*words, file=file)
    assert (result.code, result.out) == (2, "")
    assert "'iron' (no) does not apply, because of the answer: Black stool: no" in flat(result.err)


def test_files_that_are_not_there_or_no_answers_are_refused(tmp_path: Path) -> None:
    missing = explain("how", file=tmp_path / "nothing.json")
    assert (missing.code, missing.out) == (2, "")
    assert "No such file" in missing.err
    (tmp_path / "list.json").write_text("[1, 2]")
    assert explain("how", file=tmp_path / "list.json").code == 2
    bad = tmp_path / "s.jsonl"
    bad.write_text("no session\n")
    assert run("explain", "how", "--session", str(bad), "--pack", PACK).code == 2


def test_a_session_of_other_rules_is_refused_with_three(session: Path, tmp_path: Path) -> None:
    lines = session.read_text().splitlines(keepends=True)
    header = json.loads(lines[0])
    text = json.dumps(header)
    digest = re.findall(r"[0-9a-f]{64}", text)[0]
    session.write_text(text.replace(digest, "0" * 64) + "\n" + "".join(lines[1:]))
    result = run("explain", "how", "--session", str(session), "--pack", PACK)
    assert (result.code, result.out) == (3, "")
    assert "was recorded with" in flat(result.err)


HOSTILE = "\x1b[31mred\x07\u202egnp\n"


@pytest.mark.parametrize(
    "words",
    [("why", HOSTILE), ("how", HOSTILE), ("why-not", HOSTILE), ("what-if", HOSTILE), ("what-if", f"{HOSTILE}=1"),
     ("what-if", f"age={HOSTILE}"), ("what-if", f"alarm={HOSTILE}"), ("how", "x" * 100_000)],
    ids=range(8),
)  # fmt: skip
def test_hostile_words_are_not_shown_raw(answers: Path, words: tuple[str, ...]) -> None:
    result = explain(*words, file=answers)
    assert (result.code, result.out) == (2, "")
    assert not {"\x1b", "\x07", "\u202e"} & set(result.err)
    assert len(result.err) < 1_000
    assert len(result.err.splitlines()) < 6


def test_the_help_names_every_question_that_can_be_put() -> None:
    text = run("explain", "--help").out
    for name in ("why", "how", "why-not", "what-if", "matters"):
        assert re.search(rf"^  {name}\s", text, re.MULTILINE)
        assert run("explain", name, "--help").code == 0


# --- kept word for word ----------------------------------------------------------------------------------

KEPT = ROOT / "tests" / "explained"
# Four very different people, and what is asked about each; all else is answered with nothing to report.
PEOPLE: Mapping[str, tuple[Mapping[str, object], tuple[str, ...]]] = {
    "bleeding": (
        {"age": 58, "alarm": {"vomiting_blood": "yes"}, "liver_history": {"cirrhosis": "yes"}},
        ("why alarm", "how", "how cirrhosis", "why-not consultation", "why-not tumour", "what-if alarm=!vomiting_blood",
         "matters"),
    ),
    "child": (
        {"age": 9, "slow": {"fatigue": "yes"}},
        ("why age", "how", "how hepatitis", "why-not tumour", "why-not consultation", "what-if age=40", "matters"),
    ),
    "in-doubt": (
        {"age": 45, "alarm": {"black_stool": "unknown"}, "iron_tablets": "no", "report_kind": {"report_benign": "yes"}},
        ("why iron_tablets", "how", "how black_stool_without_iron --tree", "why-not consultation", "why-not emergency_ambulance",
         "what-if alarm=!black_stool", "matters"),
    ),
    "ordinary": (
        {"age": 45, "report_kind": {"report_benign": "yes"}},
        ("why report_kind", "how", "how age_related", "how tumour", "why-not consultation_2w", "what-if body=cancer",
         "matters"),
    ),
}  # fmt: skip


def everything_about(name: str, folder: Path) -> str:
    """The answers to all that is asked about a person, each after its question."""
    pack = load_pack(find_pack("liver_calcification"))
    told, questions = PEOPLE[name]
    case = Case.model_validate(
        {"id": "someone", "demands": "nothing", "says": "someone", "rest": "no", "answers": told,
         "expect": {"level": "consultation", "could_reach": None}}
    )  # fmt: skip
    file = written(folder, complete(pack, case))
    parts = []
    for question in questions:
        result = run("explain", *question.split(), "--answers", str(file))
        assert (result.code, result.err) == (0, "")
        parts.append(f"$ triage explain {question}\n\n{result.out}")
    return "\n\n".join(parts)


@pytest.mark.parametrize("name", PEOPLE)
def test_explanations_are_those_that_were_kept(
    request: pytest.FixtureRequest, tmp_path: Path, name: str
) -> None:
    kept = KEPT / f"{name}.txt"
    found = everything_about(name, tmp_path)
    if request.config.getoption("--update-golden"):
        KEPT.mkdir(exist_ok=True)
        kept.write_text(found, encoding="utf-8")
    assert found == kept.read_text(encoding="utf-8")


def test_no_other_explanations_are_kept() -> None:
    assert {path.name for path in KEPT.iterdir()} == {f"{name}.txt" for name in PEOPLE}
