"""Messages as data: an English template with named figures, translated when it is shown.

A `Message` is a `str`, its English text, so that whatever joins, compares or stores texts goes on
doing so and gets the same in every language; `str(message)`, an f-string, `print` and Matplotlib
show it in the language in use. `docs/messages.md` tells how to write one and how to translate.
"""

import gettext
import os
import re
import string
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from numbers import Number
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import Any, NamedTuple, Self, TypeAlias

from axone.bounds import SHOWN_CHARACTERS, SHOWN_ITEMS
from axone.shown import as_quoted, as_text, is_long, visible

DOMAIN = "axone"
"""What catalogues are called: `<folder>/<language>/LC_MESSAGES/axone.mo`."""

FOLDER = Path(__file__).parent / "locale"

VARIABLE = "AXONE_LANG"
"""The environment's variable that names a language; what a process starts inherits it."""

Catalogue: TypeAlias = gettext.NullTranslations


class _Marks(NamedTuple):
    """What stands before a share, between thousands, before decimals, and after a share."""

    before: str
    group: str
    decimal: str
    after: str


class _InUse:
    """The catalogue of the language in use, and how it writes numbers; None before the first."""

    catalogue: Catalogue | None = None
    marks: _Marks | None = None


class Message(str):
    """A text for people: a template, the figures that it names, and the code of its kind.

    Parameters
    ----------
    template : str
        English, as `str.format` takes it: ``"{name} must be at least {least}, not {found!r}."``
        Without figures it is shown as it stands, braces and all.
    figures : mapping of str to object
        What the template names, kept as plain data: numbers, texts, paths, messages, tuples of
        them. Of any other object only its texts are kept, so that a message holds on to nothing,
        travels between processes and never changes.
    plural : str, optional
        The template unless ``figures["count"]`` is 1.
    code : str, optional
        What programs tell this kind of message by, in every language.

    Notes
    -----
    Comparison, `len`, `join` and `repr` see the English text; `str(message)` and ``f"{message}"``
    the one that is shown.
    """

    __slots__ = ("_code", "_figures", "_plural", "_template")
    _template: str
    _figures: Mapping[str, Any]
    _plural: str
    _code: str

    def __new__(
        cls,
        template: str,
        figures: Mapping[str, Any] | None = None,
        plural: str = "",
        code: str = "",
    ) -> Self:
        kept = {name: _plain(figure) for name, figure in (figures or {}).items()}
        chosen = plural if plural and kept["count"] != 1 else template
        english = {name: _english(figure) for name, figure in kept.items()}
        text = chosen.format(**english) if english else chosen
        return cls._filled(text, template, MappingProxyType(kept), plural, code)

    @classmethod
    def _filled(
        cls, text: str, template: str, figures: Mapping[str, Any], plural: str, code: str
    ) -> Self:
        self = super().__new__(cls, text)
        object.__setattr__(self, "_template", template)
        object.__setattr__(self, "_figures", figures)
        object.__setattr__(self, "_plural", plural)
        object.__setattr__(self, "_code", code)
        return self

    @property
    def template(self) -> str:
        """The English template, the key of every catalogue."""
        return self._template

    @property
    def figures(self) -> Mapping[str, Any]:
        """What the template names."""
        return self._figures

    @property
    def plural(self) -> str:
        """The English template of many; empty where nothing is counted."""
        return self._plural

    @property
    def code(self) -> str:
        """What programs tell this kind of message by; empty where none needs to."""
        return self._code

    @property
    def english(self) -> str:
        """The English text, a plain `str`."""
        return str.__str__(self)

    def coded(self, code: str) -> "Message":
        """Return the same message under a code."""
        return self._filled(self.english, self._template, self._figures, self._plural, code)

    def __str__(self) -> str:
        catalogue = _catalogue()
        if type(catalogue) is Catalogue or not self._template:
            return self.english
        if self._plural:
            template = catalogue.ngettext(self._template, self._plural, self._figures["count"])
        else:
            template = catalogue.gettext(self._template)
        if not self._figures:
            return template
        try:
            return _FORMATTER.vformat(template, (), self._figures)
        except (LookupError, ValueError, AttributeError, TypeError):
            # A slip of a translator must not hide what the message has to say.
            return self.english

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Message is frozen: {name} cannot be set.")

    def __reduce__(self) -> tuple[Any, ...]:
        return Message, (self._template, dict(self._figures), self._plural, self._code)


def _(template: str, /, **figures: Any) -> Message:
    """Make a message of a literal template and its figures.

    The short name is gettext's, which tools that collect texts for translators look for.

    Examples
    --------
    >>> _("{name} must be at least {least}, not {found!r}.", name="rate", least=1, found=0.5)
    'rate must be at least 1, not 0.5.'
    """
    return Message(template, figures)


def _n(singular: str, plural: str, count: int, /, **figures: Any) -> Message:
    """Make a message of a count, which both templates may name ``{count}``.

    Examples
    --------
    >>> _n("{count} epoch", "{count} epochs", 2)
    '2 epochs'
    """
    return Message(singular, {**figures, "count": int(count)}, plural)


class Listed(tuple[Any, ...]):
    """Several figures as one: joined when shown, `{names}` as they are, `{names!r}` in quotes."""

    separator: str

    def __new__(cls, items: Iterable[Any], separator: str) -> Self:
        kept = [_plain(item) for item in islice(items, SHOWN_ITEMS + 1)]
        if len(kept) > SHOWN_ITEMS:
            # Thousands of names say no more than a hundred.
            kept[-1] = _Shown("…", "…")
        return cls._of(kept, separator)

    @classmethod
    def _of(cls, kept: Iterable[Any], separator: str) -> Self:
        """Return items that are short already."""
        self = super().__new__(cls, kept)
        self.separator = separator
        return self

    def __str__(self) -> str:
        return str(self.separator).join(str(item) for item in self)

    def __repr__(self) -> str:
        return str(self.separator).join(repr(item) for item in self)

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __reduce__(self) -> tuple[Any, ...]:
        return Listed._of, (tuple(self), self.separator)


def listed(items: Iterable[Any]) -> Listed:
    """Return items to be shown as ``a, b, c``; an empty list is false, so that `or` can name it."""
    return Listed(items, _(", "))


def first_and_last(names: Sequence[object], most: int) -> Listed:
    """Return names to be shown as ``a, b, …, z`` where there are more than `most` of them.

    Examples
    --------
    >>> str(first_and_last(["t + 1", "t + 2", "t + 3", "t + 4", "t + 5"], 4))
    't + 1, t + 2, …, t + 5'
    """
    return listed(names if len(names) <= most else (*names[: most - 2], "…", names[-1]))


def all_of(items: Iterable[Any]) -> Listed:
    """Return items to be shown as ``a and b``."""
    return Listed(items, _(" and "))


def any_of(items: Iterable[Any]) -> Listed:
    """Return items to be shown as ``a or b``."""
    return Listed(items, _(" or "))


def formatted(value: Any, spec: str) -> Message:
    """Return a number alone as people read it: `{value:spec}`, as any message shows its figures.

    Like every message it is a `str` in English, and shown by `str(…)` and f-strings in the language
    in use: what files hold and programs read is the same in every language.

    Parameters
    ----------
    value : number
    spec : str
        A format, such as ``".3g"``, ``","`` or ``".1%"``.

    Examples
    --------
    >>> formatted(1234.5, ",.2f"), f"{formatted(0.923, '.1%'):>8}"
    ('1,234.50', '   92.3%')
    """
    return Message(f"{{value:{spec}}}", {"value": value})


def in_marks_of_language(text: str) -> str:
    """Write what Python's formats made of a number, `1,234.5` or `50%`, as the language does.

    Of a padded number the blanks on its left make room for what the language adds.
    """
    marks = _marks()
    shown = text.translate({ord(","): marks.group, ord("."): marks.decimal})
    if text.endswith("%"):
        blanks = len(shown) - len(shown.lstrip(" "))
        shown = f"{shown[:blanks]}{marks.before}{shown[blanks:-1]}{marks.after}"
        shown = shown[min(blanks, len(shown) - len(text)) :]
    return shown


def as_message(text: str) -> Message:
    """Return a message as it is, any other text as one that no catalogue has."""
    return text if isinstance(text, Message) else Message(text)


def at(place: str, cause: str) -> Message:
    """Say where something was found, ``place: cause``; without a place the cause alone."""
    return _("{place}: {cause}", place=place, cause=cause) if place else as_message(cause)


def sentences(parts: Iterable[str]) -> str:
    """Show sentences one after the other, in the language in use, as notes below a picture."""
    return "  ".join(str(part) for part in parts if part)


def shorten(name: object, limit: int) -> str:
    """Cut a name to `limit` characters, the last an ellipsis where something is missing."""
    text = visible(" ".join(str(name).split()))
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def translated(text: str) -> str:
    """Look up a text of which only the English was kept, such as the help of an option."""
    return _catalogue().gettext(text) if text else text


def use_language(language: str | None, folder: Path = FOLDER) -> None:
    """Choose the language of every text shown from now on, in the whole process.

    Parameters
    ----------
    language : str or None
        Such as ``"fr"`` or ``"pt_BR"``; ``"en"`` for the texts as they are written. None for the
        language of the surroundings: ``$AXONE_LANG``, else that of the locale as gettext finds it
        (``$LANGUAGE``, ``$LC_ALL``, ``$LC_MESSAGES``, ``$LANG``), English where it has no
        catalogue. So begins every process.
    folder : Path, optional
        Where catalogues lie; default those that come with Axone.

    Raises
    ------
    UnknownNameError
        There is no catalogue of that language, or of the one that ``$AXONE_LANG`` names.
    """
    named = language or os.environ.get(VARIABLE)
    found = _named(named, folder) if named else _of_locale(folder)
    if found is None:
        # Errors are made of messages, so this module cannot import them before it is whole.
        from axone.errors import UnknownNameError

        files = folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")
        known = ["en", *sorted(file.parents[1].name for file in files)]
        raise UnknownNameError(_("language"), named, known)
    _InUse.catalogue, _InUse.marks = found, None


def language_in_use() -> str:
    """Return the language of the texts as pages name it: ``"en"``, ``"pt-BR"``."""
    return _catalogue().info().get("language", "").replace("_", "-") or "en"


def _catalogue() -> Catalogue:
    if _InUse.catalogue is None:
        named = os.environ.get(VARIABLE)
        found = _named(named, FOLDER) if named else _of_locale(FOLDER)
        # Something is to be shown now, even if the name is wrong: the command line complains of
        # that when it starts.
        _InUse.catalogue = found or Catalogue()
    return _InUse.catalogue


_LANGUAGE = re.compile(r"[A-Za-z]+([_-]\w+)*([.@][\w.@-]*)?")
_ENGLISH = re.compile(r"(en|C|POSIX)([_.@-].*)?")


def _named(language: str, folder: Path) -> Catalogue | None:
    """Return the catalogue of a language, English without one; None where there is none."""
    if _ENGLISH.fullmatch(language):
        return Catalogue()
    if not _LANGUAGE.fullmatch(language):
        return None
    named = [language.replace("-", "_")]
    found = gettext.find(DOMAIN, folder, named)
    return gettext.translation(DOMAIN, folder, named) if found else None


def _of_locale(folder: Path) -> Catalogue:
    names = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    wanted = next((value for name in names if (value := os.environ.get(name))), "").split(":")
    # English has no catalogue in which gettext could see that it is wanted before others.
    stop = next((at for at, name in enumerate(wanted) if _ENGLISH.fullmatch(name)), len(wanted))
    return gettext.translation(DOMAIN, folder, wanted[:stop], fallback=True)


# Translators: write this number as your language does; all others are written with its marks.
_SAMPLE = _("1,234.5%")

_SAMPLE_MARKS = re.compile(r"(\D*)1(\D*)234(\D*)5(\D*)")


def _marks() -> _Marks:
    if _InUse.marks is None:
        found = _SAMPLE_MARKS.fullmatch(str(_SAMPLE)) or _SAMPLE_MARKS.fullmatch(_SAMPLE.english)
        assert found  # noqa: S101 — the sample itself has its marks
        _InUse.marks = _Marks(*found.groups())
    return _InUse.marks


class _Formatter(string.Formatter):
    """As `str.format`, but that numbers with a format are written as the language in use does.

    Those without one stand as a person would type them: settings, what was given.
    """

    def format_field(self, value: Any, format_spec: str) -> str:
        """Format a figure."""
        text = format(value, format_spec)
        return in_marks_of_language(text) if format_spec and isinstance(value, Number) else text


_FORMATTER = _Formatter()


_PATH_CHARACTERS = 1024
"""Of a path, which is there to be copied: as many as some systems let it have."""

_CONTAINERS = (list, tuple, dict, set, frozenset, Number)
"""What is shown as Python writes it."""


class _Shown(str):
    """The two texts of an object that a message does not hold on to."""

    __slots__ = ("_quoted",)
    _quoted: str

    def __new__(cls, text: str, quoted: str) -> Self:
        self = super().__new__(cls, text)
        self._quoted = quoted
        return self

    def __repr__(self) -> str:
        return self._quoted

    def __format__(self, spec: str) -> str:
        # What stands for a number too long to be shown has none of its formats.
        return str(self) if spec[-1:] in tuple("dfge,%") else format(str(self), spec)

    def __reduce__(self) -> tuple[Any, ...]:
        return _Shown, (str.__str__(self), self._quoted)


def _plain(figure: Any) -> Any:
    """Return a figure as data that can be kept: frozen, picklable, short, holding on to nothing."""
    if figure is None or (type(figure) is str and len(figure) <= SHOWN_CHARACTERS):
        return figure
    if (
        isinstance(figure, (Message, Listed, _Shown))
        or (isinstance(figure, PurePath) and len(str(figure)) <= _PATH_CHARACTERS)
        or (isinstance(figure, Number) and not is_long(figure))
    ):
        return figure
    if type(figure) is tuple and len(figure) <= SHOWN_ITEMS:
        return tuple(_plain(item) for item in figure)
    message = getattr(figure, "message", None) if isinstance(figure, Exception) else None
    if isinstance(message, Message):
        return message
    plainly = isinstance(figure, (str, Exception)) or not isinstance(figure, _CONTAINERS)
    quoted = as_quoted(figure)
    return _Shown(as_text(figure) if plainly else quoted, quoted)


def _english(figure: Any) -> Any:
    if isinstance(figure, Message):
        return figure.english
    if isinstance(figure, Listed):
        return Listed._of((_english(item) for item in figure), _english(figure.separator))
    return figure
