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
        """The terms that this text uses for the first time, with their explanations."""
        found = {match.group(1).lower() for match in self._any.finditer(text)} if self._any else set()
        return {term: self._terms.pop(term) for term in sorted(found) if term in self._terms}

    def explain(self, text: str) -> str:
        """The text with each term that it uses for the first time explained in brackets."""
        for term, meaning in self.first_met(text).items():
            if meaning.casefold() not in text.casefold():
                pattern = re.compile(rf"\b{re.escape(term)}(?:s|es)?\b", re.IGNORECASE)
                if found := pattern.search(text):
                    text = f"{text[: found.end()]} ({meaning}){text[found.end() :]}"
        return text
