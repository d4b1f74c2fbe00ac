"""Reading a search space: from a table of a file, from `--vary` options, from keywords."""

import json
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

from axone.bounds import MOST_CHOICES, MOST_STEPS
from axone.checks import check_number
from axone.errors import AxoneError, ConfigurationError, UnknownNameError
from axone.experiments.files import NOTHING
from axone.messages import _
from axone.tuning.parameters import GRID_POINTS, Choices, Parameter, Range
from axone.tuning.settings import OF_DATA, full_name, settings_that_vary
from axone.tuning.space import Space

_LARGEST = 1e300
"""Beyond it the difference of two ends would be no number."""


def read_space(given: Mapping[str, Any], where: str) -> Space:
    """Read a search space from plain data.

    Parameters
    ----------
    given : mapping
        By the setting's name, full or short, nested or dotted: a list of choices, a table
        ``{low, high, log, step, points}``, or a text as `--vary` takes it.
    where : str
        Who asked for it, for messages.

    Raises
    ------
    ConfigurationError
        An unknown setting, one given twice, values that are neither choices nor a range.
    """
    parameters: dict[str, Parameter] = {}
    for word, values in _flat(given, "", where):
        name = full_name(word, where)
        if name in parameters:
            raise ConfigurationError(_("{where}: {name} is given twice.", where=where, name=name))
        parameters[name] = _parameter(
            name, values, _("{place}: {setting}", place=where, setting=word)
        )
    return Space(parameters, where)


def _flat(given: Mapping[str, Any], prefix: str, where: str) -> Iterator[tuple[str, Any]]:
    for word, values in given.items():
        if not isinstance(word, str):
            raise ConfigurationError(
                _(
                    "{where}: a setting to vary is named by a text, not by {found!r}.",
                    where=where,
                    found=word,
                )
            )
        if isinstance(values, Mapping) and not {"low", "high"} & set(values):
            yield from _flat(values, f"{prefix}{word}.", where)
        else:
            yield prefix + word, values


def _parameter(name: str, values: Any, where: str) -> Parameter:
    if isinstance(values, (Choices, Range)):
        return values
    integer = settings_that_vary()[name]
    if isinstance(values, str):
        values = _from_text(name, values, where)
    if isinstance(values, Mapping):
        return _range(values, integer, where)
    if not isinstance(values, (list, tuple)) or not values:
        raise ConfigurationError(
            _(
                "{where}: give a list of choices or a range {{low = …, high = …}}; found "
                "{found!r}.",
                where=where,
                found=values,
            )
        )
    if len(values) > MOST_CHOICES:
        raise ConfigurationError(
            _(
                "{where}: {count:,} choices, at most {most:,} are allowed: give a range.",
                where=where,
                count=len(values),
                most=MOST_CHOICES,
            )
        )
    choices = Choices(tuple(_single(name, value) for value in values))
    if len(set(map(repr, choices.labels))) < len(choices.labels):
        raise ConfigurationError(
            _("{where}: a choice is given twice in {found!r}.", where=where, found=list(values))
        )
    return choices


def _single(name: str, value: Any) -> Any:
    """Let a lone number stand for the only hidden layer, and a word for what is switched off."""
    if isinstance(value, str) and value == NOTHING and name not in OF_DATA:
        return [] if name == "network.hidden" else None
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return [value] if name == "network.hidden" and is_number else value


def _range(given: Mapping[str, Any], integer: bool, where: str) -> Range:
    allowed = ("low", "high", "log", "step", "points")
    for key in given:
        if key not in allowed:
            raise UnknownNameError(_("key of a range"), key, allowed, where=where)
    numbers: dict[str, Any] = {
        key: given.get(key) for key in ("low", "high", "step") if given.get(key) is not None
    }
    for key, number in numbers.items():
        if isinstance(number, float) and not isfinite(number):
            raise ConfigurationError(
                _(
                    "{where}: {key} must be a number, not {found!r}.",
                    where=where,
                    key=key,
                    found=number,
                )
            )
        try:
            check_number(key, number, at_least=-_LARGEST, at_most=_LARGEST)
        except AxoneError as error:
            raise ConfigurationError(_("{where}: {error}", where=where, error=error)) from error
        if integer and number != int(number):
            raise ConfigurationError(
                _(
                    "{where}: {key} must be a whole number, not {found!r}.",
                    where=where,
                    key=key,
                    found=number,
                )
            )
    points = given.get("points", GRID_POINTS)
    log = given.get("log", False)
    problem = (
        _("a range needs both low and high")
        if not {"low", "high"} <= set(numbers)
        else _(
            "low must be below high; found {low} and {high}",
            low=numbers["low"],
            high=numbers["high"],
        )
        if numbers["low"] >= numbers["high"]
        else _("log must be true or false; found {found!r}", found=log)
        if not isinstance(log, bool)
        else _("a logarithmic range must begin above 0; found {found}", found=numbers["low"])
        if log and numbers["low"] <= 0
        else _("a logarithmic range has no step: leave one of them out")
        if log and "step" in numbers
        else _("step must be above 0; found {found}", found=numbers["step"])
        if numbers.get("step", 1) <= 0
        else _(
            "points must be a whole number from 2 to {most:,}; found {found!r}",
            most=MOST_CHOICES,
            found=points,
        )
        if isinstance(points, bool)
        or not isinstance(points, int)
        or not 2 <= points <= MOST_CHOICES
        else _("so small a step makes more than {most:,} values", most=MOST_STEPS)
        if "step" in numbers and (numbers["high"] - numbers["low"]) / MOST_STEPS > numbers["step"]
        else None
    )
    if problem is not None:
        raise ConfigurationError(_("{where}: {problem}.", where=where, problem=problem))
    ends = (numbers["low"], numbers["high"])
    low, high = ends if integer else map(float, ends)
    return Range(low, high, log, numbers.get("step"), integer, points)


def read_options(options: Sequence[str]) -> dict[str, str]:
    """Split the words of `--vary NAME=VALUES`.

    Raises
    ------
    ConfigurationError
        No name, no values, or a name given twice.
    """
    found: dict[str, str] = {}
    for option in options:
        name, equals, values = option.partition("=")
        if not equals or not name.strip() or not values.strip():
            raise ConfigurationError(
                _(
                    "--vary takes NAME=LOW..HIGH, NAME=LOW..HIGH:log or NAME=A|B|C; found "
                    "{found!r}.",
                    found=option,
                )
            )
        if name in found:
            raise ConfigurationError(_("--vary: {name} is given twice.", name=name))
        found[name] = values.strip()
    return found


def _from_text(name: str, text: str, where: str) -> Any:
    """Read `1e-4..1e-1:log`, `0..0.5:step=0.1` or `relu|tanh|gelu`."""
    if ".." not in text:
        return [_word(name, word.strip()) for word in text.split("|")]
    ends, *options = text.split(":")
    low, _, high = ends.partition("..")
    given: dict[str, Any] = {"low": _number(low, where), "high": _number(high, where)}
    for option in options:
        key, equals, value = option.partition("=")
        given[key.strip()] = _number(value, where) if equals else True
    return given


def _number(text: str, where: str) -> int | float:
    try:
        number = float(text)
    except ValueError as error:
        raise ConfigurationError(
            _("{where}: {text!r} is not a number.", where=where, text=text)
        ) from error
    whole = text.strip().lstrip("+-").isdigit() and isfinite(number)
    return int(number) if whole else number


def _word(name: str, text: str) -> Any:
    if name == "network.hidden" and text != NOTHING and not text.startswith("["):
        text = f"[{text}]"
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
