"""The experiments of the laboratory: their knobs as data, and what is seen in one."""

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from axone.checks import check_choice, check_text
from axone.errors import ArgumentTypeError, AxoneError, ConfigurationError, UnknownNameError
from axone.lab.catalogue import LABS, Lab
from axone.lab.knobs import Setting, settings_of
from axone.messages import Message, _, language_in_use
from axone.playground.bench import Bench
from axone.playground.laboratory import Laboratory

_PATIENCE = 0.25
"""Seconds that an answer waits where nothing is being learnt meanwhile."""

_LABORATORIES: WeakKeyDictionary[Bench, Laboratory] = WeakKeyDictionary()


class RefusedSettingError(ConfigurationError):
    """A setting of an experiment that its knob does not allow.

    Attributes
    ----------
    place : str
        ``"laboratory.rate"``.
    """

    def __init__(self, message: Message, place: str) -> None:
        super().__init__(message)
        self.place = place


def laboratory(bench: Bench, fields: Mapping[str, Any]) -> Any:
    """Return the list of experiments; of one that is named what was seen, or how far it is.

    Raises
    ------
    RefusedSettingError
        A setting that its knob does not allow.
    ConfigurationError
        The experiment failed, or took too long.
    """
    name = fields.get("name")
    if name is None:
        _laboratory_of(bench).warm()
        return [_described(lab) for lab in LABS]
    lab = _found(name)
    theme = fields.get("theme", "light")
    check_choice("theme", theme, ("light", "dark"))
    request = {
        "name": lab.name,
        "settings": _checked(lab, fields.get("settings")),
        "language": language_in_use(),
        "theme": theme,
    }
    told = _laboratory_of(bench).look(request, 0.0 if bench.playing else _PATIENCE)
    if "seen" in told:
        return told["seen"]
    if "too_long" in told:
        raise ConfigurationError(
            _(
                "This takes longer than {seconds:g} seconds, which is too long for a page: turn "
                "the settings down, or try axone lab {name}.",
                seconds=told["too_long"],
                name=lab.name,
            )
        )
    if "failed" in told:
        words = told["failed"] or _("The experiment ended before anything was seen.")
        raise ConfigurationError(words if isinstance(words, Message) else Message(words))
    return {"pending": True, "share": told["share"]}


def _laboratory_of(bench: Bench) -> Laboratory:
    if bench not in _LABORATORIES:
        _LABORATORIES[bench] = Laboratory()
    return _LABORATORIES[bench]


def _found(name: Any) -> Lab:
    check_text("name", name)
    found = {lab.name: lab for lab in LABS}
    if name not in found:
        raise UnknownNameError(_("experiment of the laboratory"), name, found)
    return found[name]


def _checked(lab: Lab, given: Any) -> dict[str, Any]:
    """Return the settings that were turned, each as its knob allows it, as plain data."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ArgumentTypeError(_("settings: give a table of settings, not {found!r}", found=given))
    settings = settings_of(lab.function())
    turned = {}
    for name, value in given.items():
        if name not in settings:
            raise UnknownNameError(_("setting"), name, settings, where=lab.name)
        try:
            turned[name] = settings[name].checked(value)
        except AxoneError as error:
            raise RefusedSettingError(error.message, f"laboratory.{name}") from error
    return turned


def _described(lab: Lab) -> dict[str, Any]:
    first, *others = str(lab.help).split("\n")
    rest = "\n".join(others).strip().split("\n\n")
    return {
        "name": lab.name,
        "title": first.rstrip("."),
        "help": [" ".join(part.split()) for part in rest if not part.startswith("axone lab")],
        "knobs": [_knob(setting) for setting in settings_of(lab.function()).values()],
    }


def _knob(setting: Setting) -> dict[str, Any]:
    knob = setting.knob
    default = setting.default
    return {
        "name": setting.name,
        "kind": setting.kind.__name__,
        "several": setting.several,
        "default": list(default) if isinstance(default, tuple) else default,
        "help": str(knob.help),
        "at_least": knob.at_least,
        "at_most": knob.at_most,
        "above": knob.above,
        "choices": list(knob.choices),
        "most": knob.most,
    }


ANSWERS = {"laboratory": laboratory}
