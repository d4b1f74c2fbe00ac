"""What may stand before or after a number without making it a code: currencies, units, shares.

The words are those of the Unicode CLDR, through Babel, in the languages below. Words of one meaning
are one unit: € and EUR, year and years.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

LANGUAGES = (
    "en", "fr", "de", "es", "it", "pt", "nl", "pl", "sv", "nb", "da", "fi", "cs", "hu", "ro", "tr",
)  # fmt: skip
"""Whose words for units, currencies, months and days are known; symbols are known in all."""

_SHARES = frozenset({"concentr-percent", "concentr-permille", "concentr-permyriad"})

_OTHERS = {
    "Fr": "CHF", "Fr.": "CHF", "SFr": "CHF", "SFr.": "CHF", "Rs": "INR", "Rs.": "INR",
    "US$": "USD", "U$S": "USD", "TL": "TRY", "Lei": "RON", "lei": "RON", "Ft": "HUF", "zł": "PLN",
    "Kč": "CZK", "円": "JPY", "元": "CNY", "원": "KRW", "руб.": "RUB", "руб": "RUB", "грн": "UAH",
}  # fmt: skip
"""Signs of currencies that people write and CLDR has under another name."""

_KRONOR = ("kr", "kr.", "Kr", "Kr.", "kr:")
"""What several countries call theirs."""


def known_unit(word: str, *, leads: bool) -> bool:
    """Tell whether a word beside a number is its unit, as kg, or one of one, as €/kg.

    Parameters
    ----------
    word : str
        Without blanks around it.
    leads : bool
        Whether it stands before the number, where only currencies do.
    """
    if unicodedata.category(word[0]) == "Sc" or _meanings(word, _currencies()):
        return True
    if leads:
        return is_share(word)
    parts = word.split("/")
    return _is_measure(word) or (len(parts) == 2 and all(map(_is_measure, parts)))


def _is_measure(word: str) -> bool:
    return bool(_meanings(word, _units()) or _meanings(word, _currencies()))


@lru_cache(maxsize=4096)
def same_unit(one: str, other: str) -> bool:
    """Tell whether two words beside numbers are one unit: €, EUR and euros."""
    if one == other:
        return True
    return any(
        not _meanings(one, known).isdisjoint(_meanings(other, known))
        for known in (_currencies(), _units())
    )


@lru_cache(maxsize=1024)
def is_share(word: str) -> bool:
    """Tell whether a unit is a share, %, ‰ or ‱, whose numbers mean others without it."""
    return bool(word) and bool(_meanings(word, _units()) & _SHARES)


def _meanings(word: str, known: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return what a word stands for: in its very spelling, MW or mW, else in any."""
    nothing: frozenset[str] = frozenset()
    return known.get(word) or known.get(f"{word.strip('.').casefold()}\0", nothing)


@cache
def _currencies() -> dict[str, frozenset[str]]:
    """Return the codes of currencies by their words."""
    from babel import Locale

    found: dict[str, set[str]] = {}
    for language in LANGUAGES:
        locale = Locale(language)
        for code, name in locale.currencies.items():
            _add(found, code, code)
            _add(found, name, code)
        for code, sign in locale.currency_symbols.items():
            _add(found, sign, code)
        for code, forms in locale._data["currency_names_plural"].items():
            for name in _texts(forms):
                _add(found, name, code)
    for word, code in _OTHERS.items():
        _add(found, word, code)
    for word in _KRONOR:
        found.setdefault(word, set()).update(("SEK", "NOK", "DKK", "ISK"))
    return {word: frozenset(codes) for word, codes in found.items()}


@cache
def _units() -> dict[str, frozenset[str]]:
    """Return units by their words as they stand after a number, short and long, one and several."""
    from babel import Locale

    found: dict[str, set[str]] = {}
    for language in LANGUAGES:
        # Babel offers a unit only to those who can name it; these are all that it knows.
        for unit, widths in Locale(language)._data["unit_patterns"].items():
            for width, forms in widths.items():
                # The narrowest words mean too much: m is a metre, a minute and a month.
                for pattern in _texts(forms) if width != "narrow" else ():
                    _add(found, _beside_number(pattern), unit)
    found.pop("", None)
    found.pop("\0", None)
    return {word: frozenset(units) for word, units in found.items()}


def _add(found: dict[str, set[str]], word: str, meaning: str) -> None:
    """Enter a word in its spelling and, marked as such, in lower case."""
    found.setdefault(word, set()).add(meaning)
    found.setdefault(f"{word.strip('.').casefold()}\0", set()).add(meaning)


def _texts(forms: Any) -> Iterator[str]:
    values = forms.values() if isinstance(forms, Mapping) else [forms]
    return (value for value in values if isinstance(value, str))


def _beside_number(pattern: str) -> str:
    """Return ``kg`` of ``{0} kg``; nothing of what stands around two numbers."""
    if "{0}" not in pattern or "{1}" in pattern:
        return ""
    return " ".join(pattern.replace("{0}", "").split())
