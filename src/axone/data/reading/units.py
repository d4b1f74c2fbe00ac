"""What may stand before or after a number without making it a code: currencies, units, shares.

The words are those of the Unicode CLDR, through Babel, in the languages below.
"""

import unicodedata
from functools import cache

LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl", "pl", "sv")
"""Whose words for units and currencies are known; symbols are known in all."""

SHARES = frozenset({"%", "‰", "‱"})

_OTHERS = frozenset(
    {
        "Fr",
        "Fr.",
        "SFr",
        "SFr.",
        "Rs",
        "Rs.",
        "kr",
        "kr.",
        "US$",
        "U$S",
        "TL",
        "Lei",
        "lei",
        "Ft",
        "zł",
    }
)
"""Signs of currencies that people write and CLDR has under another name."""


def known_unit(word: str, *, leads: bool) -> bool:
    """Tell whether a word beside a number is its unit.

    Parameters
    ----------
    word : str
        Without blanks around it.
    leads : bool
        Whether it stands before the number, where only currencies do.
    """
    if word in SHARES or word in _OTHERS or unicodedata.category(word[0]) == "Sc":
        return True
    if word.strip(".").casefold() in _currencies():
        return True
    return not leads and word.casefold() in _units()


@cache
def _currencies() -> frozenset[str]:
    from babel import Locale

    words: set[str] = set()
    for language in LANGUAGES:
        locale = Locale(language)
        words.update(locale.currencies, locale.currency_symbols.values())
        words.update(locale.currencies.values())
    return frozenset(word.casefold() for word in words)


@cache
def _units() -> frozenset[str]:
    """Return units as they stand after a number, short and long, one and several."""
    from collections.abc import Mapping

    from babel import Locale

    words: set[str] = set()
    for language in LANGUAGES:
        # Babel offers a unit only to those who can name it; these are all that it knows.
        for widths in Locale(language)._data["unit_patterns"].values():
            for forms in widths.values():
                patterns = forms.values() if isinstance(forms, Mapping) else [forms]
                words.update(map(_beside_number, patterns))
    return frozenset(words - {""})


def _beside_number(pattern: object) -> str:
    """Return ``kg`` of ``{0} kg``; nothing of what stands around two numbers."""
    if not isinstance(pattern, str) or "{0}" not in pattern or "{1}" in pattern:
        return ""
    return " ".join(pattern.replace("{0}", "").split()).casefold()
