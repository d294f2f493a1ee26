"""What may stand in a row of the result, and in which order."""

from collections.abc import Iterable

from triage.errors import AnswerError, Misfit, did_you_mean, shown
from triage.pack import Pack

# Each field with what it holds; `support` is one column for each cause of the pack.
FIELDS = {
    "status": "complete, incomplete (something was not answered) or unsettled (something is not known)",
    "level": "the triage level that is certain",
    "could_reach": "the highest triage level that is not excluded",
    "headline": "both levels in the words of the pack",
    "red_flags": "the red flags that fire, the most urgent first",
    "causes": "cause=support, ranked: the causes that some answer speaks for or against",
    "open": "the questions that could still change something; ? marks those answered with not known",
    "support": "one column for each cause, with its support, or `withheld`",
    "reasons": "the answers behind each red flag and each piece of evidence",
}
USUAL = ("status", "level", "could_reach", "headline", "red_flags", "causes", "open")
LISTS = frozenset({"red_flags", "causes", "open", "reasons"})
TOGETHER = ("level", "could_reach")
ROW = "row"
CAUSE = "cause."


def chosen(names: Iterable[str]) -> tuple[str, ...]:
    """The fields in their order. Raises :class:`AnswerError` for what is no field, or half of a pair."""
    wanted = list(dict.fromkeys(names))
    for name in wanted:
        if name not in FIELDS:
            raise AnswerError(
                [Misfit(name, f"there is no field '{shown(name)}'", did_you_mean(name, list(FIELDS)))]
            )
    if len(set(TOGETHER) & set(wanted)) == 1:
        message = "'level' and 'could_reach' never stand without each other"
        raise AnswerError([Misfit("level", message, "name both or neither")])
    return tuple(name for name in FIELDS if name in wanted)


def columns_of(pack: Pack, fields: Iterable[str]) -> list[str]:
    """The names of the columns of the result for these fields, keys not among them."""
    found: list[str] = []
    for field in fields:
        found += [f"{CAUSE}{cause.id}" for cause in pack.causes] if field == "support" else [field]
    return found
