"""Medical terms, each explained where a person meets it first."""

import re
from collections.abc import Mapping


class Glossary:
    """Explains each term of a pack once: remembers which have been explained."""

    def __init__(self, terms: Mapping[str, str]) -> None:
        self._terms = dict(terms)
        words = sorted(terms, key=len, reverse=True)
        self._any = (
            re.compile(rf"\b({'|'.join(map(re.escape, words))})(?:s|es)?\b", re.IGNORECASE) if words else None
        )

    def first_met(self, text: str) -> dict[str, str]:
        """The terms that this text uses for the first time, with their explanations.

        A term that the text itself explains in the same words counts as explained.
        """
        found = {match.group(1).lower() for match in self._any.finditer(text)} if self._any else set()
        new = {term: self._terms.pop(term) for term in sorted(found) if term in self._terms}
        return {term: meaning for term, meaning in new.items() if meaning.casefold() not in text.casefold()}

    def meanings(self, text: str) -> str:
        """The terms that this text uses for the first time, explained in a sentence or two; "" if none."""
        met = self.first_met(text)
        return " ".join(f"{term[0].upper()}{term[1:]} means: {meaning}." for term, meaning in met.items())

    def explain(self, text: str) -> str:
        """The text, and at its end the terms that it uses for the first time."""
        meaning = self.meanings(text)
        return f"{text} ({meaning})" if meaning else text
