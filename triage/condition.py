"""The condition language: its tree, how it is judged, read and printed.

Authors write conditions as text that can be read aloud::

    fever and (jaundice or pain_upper_right)
    age >= 60 · hepatitis in (b, c) · not known_liver_disease
    at least 2 of (fatigue, appetite_loss, bloating)

Reading and printing are inverse: ``parse(str(tree), names) == tree``.
"""

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar, Literal, NamedTuple, NoReturn, TypeAlias, TypeVar, cast, dataclass_transform

from triage.errors import did_you_mean
from triage.logic import NO, UNKNOWN, YES, Truth, at_least

T = TypeVar("T")
Operator = Literal[">=", ">", "<=", "<", "=", "!="]
COMPARE: Mapping[str, Callable[[int, int], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "=": operator.eq,
    "!=": operator.ne,
}
MAX_TEXT = 2_000
MAX_NESTING = 20
NEAR = 50


# --- the tree -----------------------------------------------------------------------------------


@dataclass_transform(frozen_default=True)
class _Node:
    """A part of a tree, never changed; two are equal if they are of one kind and alike.

    Defining nine of these costs a tenth of what nine dataclasses do, which every start would pay.
    """

    _names: ClassVar[tuple[str, ...]]
    _hash: ClassVar[int]  # of each node its own; no field

    def __init_subclass__(cls) -> None:
        cls._names = tuple(cls.__annotations__)
        type.__setattr__(cls, "__match_args__", cls._names)

    def __init__(self, *values: object) -> None:
        own = zip(self._names, values, strict=True)
        vars(self).update(own, _hash=hash((type(self), values)))

    def _values(self) -> tuple[object, ...]:
        return tuple(vars(self)[name] for name in self._names)

    def __setattr__(self, name: str, _value: object) -> NoReturn:
        raise AttributeError(f"a condition is never changed, not in its '{name}' either")

    def __eq__(self, other: object) -> bool:
        return self is other or (type(self) is type(other) and vars(self) == vars(other))

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self._values()))})"

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), self._values()


class Said(_Node):
    """A yes/no question was answered yes."""

    question: str

    def __str__(self) -> str:
        return self.question


class Item(_Node):
    """An item of a several-of question was answered yes."""

    question: str
    item: str

    def __str__(self) -> str:
        return self.item


class Option(_Node):
    """A one-of question was answered with this option."""

    question: str
    option: str

    def __str__(self) -> str:
        return f"{self.question} = {self.option}"


class Compare(_Node):
    """A number compares so with a threshold."""

    question: str
    operator: Operator
    number: int

    def __str__(self) -> str:
        return f"{self.question} {self.operator} {self.number}"


class Fact(_Node):
    """A named condition of the pack holds."""

    name: str

    def __str__(self) -> str:
        return self.name


class Not(_Node):
    """The condition does not hold."""

    of: "Condition"

    def __str__(self) -> str:
        return f"not {_in_brackets(self.of, All | AnyOf)}"


class All(_Node):
    """Every one of two or more conditions holds."""

    of: "tuple[Condition, ...]"

    def __str__(self) -> str:
        return " and ".join(_in_brackets(part, All | AnyOf) for part in self.of)


class AnyOf(_Node):
    """At least one of two or more conditions holds."""

    of: "tuple[Condition, ...]"

    def __str__(self) -> str:
        if options := _options_of_one_question(self.of):
            return f"{options[0].question} in ({', '.join(option.option for option in options)})"
        return " or ".join(_in_brackets(part, AnyOf) for part in self.of)


class AtLeast(_Node):
    """At least ``count`` of the conditions hold."""

    count: int
    of: "tuple[Condition, ...]"

    def __str__(self) -> str:
        return f"at least {self.count} of ({', '.join(str(part) for part in self.of)})"


Atom: TypeAlias = Said | Item | Option | Compare
Leaf: TypeAlias = Atom | Fact
Condition: TypeAlias = Leaf | Not | All | AnyOf | AtLeast


def _options_of_one_question(parts: "tuple[Condition, ...]") -> list[Option]:
    options = [part for part in parts if isinstance(part, Option)]
    return options if len(options) == len(parts) and len({part.question for part in options}) == 1 else []


def _in_brackets(part: "Condition", kinds: "type | object") -> str:
    listed = isinstance(part, AnyOf) and _options_of_one_question(part.of)
    return f"({part})" if isinstance(part, kinds) and not listed else str(part)  # type: ignore[arg-type]


def leaves(condition: Condition, negated: bool = False) -> Iterable[tuple[Leaf, bool]]:
    """Every leaf of the condition in reading order, with whether it stands under an odd number of nots."""
    match condition:
        case Not(of):
            yield from leaves(of, not negated)
        case All(of) | AnyOf(of) | AtLeast(_, of):
            for part in of:
                yield from leaves(part, negated)
        case _:
            yield condition, negated


# --- judging ------------------------------------------------------------------------------------


class Open(NamedTuple):
    """An atom that still could settle something: never asked, or asked and not known."""

    atom: Atom
    status: Literal["unasked", "unknown"]


class Verdict(NamedTuple):
    """How a condition stands, the atoms that settle it, and the atoms that still could.

    While it is unknown, ``may_yes`` and ``may_no`` say whether asking on could settle it so; what was asked
    and is not known counts as lost.
    """

    truth: Truth
    because: tuple[Atom, ...] = ()
    open: tuple[Open, ...] = ()
    may_yes: bool = False
    may_no: bool = False


def judge(condition: Condition, look: Callable[[Leaf], Verdict]) -> Verdict:
    """The verdict on a condition, given the verdict on each of its leaves."""
    match condition:
        case Not(of):
            inner = judge(of, look)
            return Verdict(~inner.truth, inner.because, inner.open, inner.may_no, inner.may_yes)
        case All(of):
            verdicts = [judge(part, look) for part in of]
            return _settle(min((verdict.truth for verdict in verdicts), default=YES), len(of), verdicts)
        case AnyOf(of):
            verdicts = [judge(part, look) for part in of]
            return _settle(max((verdict.truth for verdict in verdicts), default=NO), 1, verdicts)
        case AtLeast(count, of):
            verdicts = [judge(part, look) for part in of]
            return _settle(at_least(count, [verdict.truth for verdict in verdicts]), count, verdicts)
        case _:
            return look(condition)


def _settle(truth: Truth, count: int, verdicts: list[Verdict]) -> Verdict:
    """The parts that share the whole's truth are its reasons; while it is unknown, all open atoms count.

    The whole holds if at least ``count`` of its parts do.
    """
    alike = [verdict for verdict in verdicts if verdict.truth is truth]
    if truth is not UNKNOWN:
        return Verdict(truth, _merge(verdict.because for verdict in alike))
    yes = sum(verdict.truth is YES or verdict.may_yes for verdict in verdicts)
    no = sum(verdict.truth is NO or verdict.may_no for verdict in verdicts)
    still = _merge(verdict.open for verdict in alike)
    return Verdict(truth, (), still, yes >= count, no > len(verdicts) - count)


def _merge(groups: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    """The members of all groups, each once, in order of first appearance."""
    return tuple(dict.fromkeys(member for group in groups for member in group))


# --- reading ------------------------------------------------------------------------------------


class Names(NamedTuple):
    """What a condition may name: bare words, one-of questions with their options, number questions."""

    words: Mapping[str, Leaf]
    options: Mapping[str, tuple[str, ...]]
    numbers: frozenset[str]

    def all(self) -> list[str]:
        """Every name a condition can begin with."""
        return [*self.words, *self.options, *self.numbers]


class ConditionError(Exception):
    """Text that is not a condition: ``offset`` is where in the text, ``hint`` how to mend it."""

    def __init__(self, message: str, text: str, offset: int, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.text = text
        self.offset = offset
        self.hint = hint

    def pointed(self) -> str:
        """The line of the text, as far as it is near, with a caret under the offending place."""
        start = self.text.rfind("\n", 0, self.offset) + 1
        line = self.text[start:].split("\n", 1)[0]
        first = max(0, self.offset - start - NEAR)
        return f"{line[first : first + 2 * NEAR]}\n{' ' * (self.offset - start - first)}^"


def parse(text: str, names: Names) -> Condition:
    """Read a condition. Raises :class:`ConditionError` at the first thing that does not fit.

    ::

        condition  = all { "or" all }
        all        = part { "and" part }
        part       = "not" part | "(" condition ")" | at_least | leaf
        at_least   = "at" "least" NUMBER "of" "(" condition { "," condition } ")"
        leaf       = NAME | NAME "in" "(" NAME { "," NAME } ")" | NAME OPERATOR ( NAME | NUMBER )
    """
    if len(text) > MAX_TEXT:
        raise ConditionError(
            f"a condition has at most {MAX_TEXT} characters", text, 0, "name a part of it as a fact"
        )
    return _Parser(text, names).whole()


_TOKEN = re.compile(
    r"\s*(?:(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<number>[0-9]{1,9}(?![0-9]))|(?P<sign>>=|<=|!=|[()=<>,]))"
)
_KEYWORDS = frozenset({"and", "or", "not", "in", "at", "least", "of"})


class _Token(NamedTuple):
    kind: str
    text: str
    offset: int


class _Parser:
    """Recursive descent over the tokens; every refusal leaves through :meth:`refuse`."""

    def __init__(self, text: str, names: Names) -> None:
        self.text = text
        self.names = names
        self.tokens = self._tokens()
        self.at = 0
        self.depth = -1  # the whole is in no brackets

    def _tokens(self) -> list[_Token]:
        tokens: list[_Token] = []
        offset = 0
        end = len(self.text.rstrip())
        while offset < end:
            match = _TOKEN.match(self.text, offset)
            if match is None:
                start = offset + len(self.text[offset:]) - len(self.text[offset:].lstrip())
                raise ConditionError(f"'{self.text[start]}' has no meaning here", self.text, start)
            kind = cast(str, match.lastgroup)
            word = match.group(kind)
            tokens.append(_Token("keyword" if word in _KEYWORDS else kind, word, match.start(kind)))
            offset = match.end()
        return [*tokens, _Token("end", "the end", end)]

    @property
    def token(self) -> _Token:
        return self.tokens[self.at]

    def take(self, text: str) -> bool:
        """Step over the next token if it is this keyword or sign."""
        if self.token.text != text or self.token.kind not in ("keyword", "sign"):
            return False
        self.at += 1
        return True

    def need(self, text: str) -> None:
        """Step over this keyword or sign, which must be next."""
        if not self.take(text):
            self.refuse(f"expected '{text}', found {self._found()}")

    def word(self, kind: str, what: str) -> _Token:
        """Step over the next token, which must be of this kind."""
        token = self.token
        if token.kind != kind:
            self.refuse(f"expected {what}, found {self._found()}")
        self.at += 1
        return token

    def _found(self) -> str:
        return self.token.text if self.token.kind == "end" else f"'{self.token.text}'"

    def refuse(self, message: str, token: _Token | None = None, hint: str = "") -> NoReturn:
        """The one place that raises."""
        raise ConditionError(message, self.text, (token or self.token).offset, hint)

    def too_deep(self) -> NoReturn:
        """Brackets and nots count alike."""
        self.refuse(
            f"brackets and nots nested more than {MAX_NESTING} deep", hint="name a part of it as a fact"
        )

    def whole(self) -> Condition:
        condition = self.any()
        if self.token.kind != "end":
            self.refuse(f"expected 'and', 'or' or the end, found {self._found()}")
        return condition

    def any(self) -> Condition:
        self.depth += 1
        if self.depth > MAX_NESTING:
            self.too_deep()
        parts = [self.all()]
        while self.take("or"):
            parts.append(self.all())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def all(self) -> Condition:
        parts = [self.part()]
        while self.take("and"):
            parts.append(self.part())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def part(self) -> Condition:
        if self.take("not"):
            return self.negation()
        if self.take("("):
            inner = self.any()
            self.need(")")
            return inner
        return self.at_least() if self.take("at") else self.leaf()

    def negation(self) -> Condition:
        self.depth += 1
        if self.depth > MAX_NESTING:
            self.too_deep()
        part = self.part()
        self.depth -= 1
        return Not(part)

    def at_least(self) -> Condition:
        self.need("least")
        count = self.word("number", "a number")
        self.need("of")
        self.need("(")
        parts = [self.any()]
        while self.take(","):
            parts.append(self.any())
        self.need(")")
        if not 1 <= int(count.text) <= len(parts):
            self.refuse(f"'at least {count.text}' of {len(parts)}", count, f"allowed: 1 to {len(parts)}")
        return AtLeast(int(count.text), tuple(parts))

    def leaf(self) -> Condition:
        name = self.word("name", "a name")
        if name.text in self.names.words:
            return self.names.words[name.text]
        if name.text in self.names.options:
            return self.option(name)
        if name.text in self.names.numbers:
            return self.comparison(name)
        self.refuse(f"nothing is called '{name.text}'", name, did_you_mean(name.text, self.names.all()))

    def option(self, name: _Token) -> Condition:
        if self.take("in"):
            self.need("(")
            options = [self.one_option(name)]
            while self.take(","):
                options.append(self.one_option(name))
            self.need(")")
            return options[0] if len(options) == 1 else AnyOf(tuple(options))
        if self.take("!="):
            return Not(self.one_option(name))
        if not self.take("="):
            hint = f"write '{name.text} = …' or '{name.text} in (…)'"
            self.refuse(f"'{name.text}' has several answers: say which", name, hint)
        return self.one_option(name)

    def one_option(self, name: _Token) -> Option:
        option = self.word("name", f"an option of '{name.text}'")
        allowed = self.names.options[name.text]
        if option.text not in allowed:
            message = f"'{name.text}' has no option '{option.text}'"
            self.refuse(message, option, did_you_mean(option.text, allowed))
        return Option(name.text, option.text)

    def comparison(self, name: _Token) -> Condition:
        sign = self.token
        if sign.kind != "sign" or sign.text not in COMPARE:
            self.refuse(f"'{name.text}' is a number: compare it", name, f"write '{name.text} >= …'")
        self.at += 1
        number = self.word("number", "a whole number")
        return Compare(name.text, cast(Operator, sign.text), int(number.text))
