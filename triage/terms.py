"""Medical terms, each explained where a person meets it first."""

import re
from collections.abc import Mapping

_IDS = re.compile(r"\[[^\]]*\]")


class Glossary:
    """Explains each term of a pack once: remembers which have been explained."""

    def __init__(self, terms: Mapping[str, str]) -> None:
        self._terms = {term.lower(): meaning for term, meaning in terms.items()}
        words = sorted(terms, key=len, reverse=True)
        self._any = (
            re.compile(rf"\b({'|'.join(map(re.escape, words))})(?:s|es)?\b", re.IGNORECASE) if words else None
        )

    def first_met(self, text: str) -> dict[str, str]:
        """The terms that this text uses for the first time, spelt as they stand there, explained.

        A term that the text itself explains in the same words counts as explained; the ids of
        statements in square brackets are no text.
        """
        found: dict[str, str] = {}
        for match in self._any.finditer(_IDS.sub("", text)) if self._any else ():
            term = match.group(1)
            meaning = self._terms.pop(term.lower(), None)
            if meaning is not None and meaning.casefold() not in text.casefold():
                found[f"{term[0].upper()}{term[1:]}"] = meaning
        return found

    def meanings(self, text: str) -> str:
        """The terms that this text uses for the first time, explained in a sentence or two; "" if none."""
        met = self.first_met(text)
        return " ".join(f"{term} means: {meaning}." for term, meaning in met.items())

    def explain(self, text: str) -> str:
        """The text, and at its end the terms that it uses for the first time."""
        meaning = self.meanings(text)
        return f"{text} ({meaning})" if meaning else text
