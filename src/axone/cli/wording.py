"""The words of Typer, and of Click within it, in the language in use.

Both have texts of their own: titles of help, and what they say of words they cannot read. Titles
are settings of Typer's; a complaint is made in English, so it is recognised by its pattern here and
said anew. One that is not recognised stays as it is.
"""

import re
from functools import cache
from typing import Any

from axone.messages import Message, _, as_message

_TITLES = {
    "ARGUMENTS_PANEL_TITLE": _("Arguments"),
    "OPTIONS_PANEL_TITLE": _("Options"),
    "COMMANDS_PANEL_TITLE": _("Commands"),
    "ERRORS_PANEL_TITLE": _("Error"),
    "ABORTED_TEXT": _("Aborted."),
    "DEFAULT_STRING": _("[default: {}]"),
    "ENVVAR_STRING": _("[env var: {}]"),
    "REQUIRED_LONG_STRING": _("[required]"),
    # Typer fills in these two.
    "RICH_HELP": _(
        "Try [blue]'{command_path} {help_option}'[/] for help.",
        command_path="{command_path}",
        help_option="{help_option}",
    ),
}

_COMPLAINTS = tuple(
    message.template
    for message in (
        _("Invalid value for {option}: {cause}", option="", cause=""),
        _("Invalid value: {cause}", cause=""),
        _("Missing argument {name}.", name=""),
        _("Missing option {name}.", name=""),
        _("Missing command."),
        _("No such option: {name} (Possible options: {near})", name="", near=""),
        _("No such option: {name} Did you mean {near}?", name="", near=""),
        _("No such option: {name}", name=""),
        _("No such command {name}. Did you mean {near}?", name="", near=""),
        _("No such command {name}.", name=""),
        _("Option {name} requires an argument.", name=""),
        _("Option {name} requires {count} arguments.", name="", count=""),
        _("Option {name} does not take a value.", name=""),
        _("Argument {name} takes {count} values.", name="", count=""),
        _("Got unexpected extra argument(s) ({words})", words=""),
        _("Got unexpected extra argument ({words})", words=""),
        _("Got unexpected extra arguments ({words})", words=""),
        _("Input should be a valid integer, unable to parse string as an integer"),
        _("Input should be a valid integer, got a number with a fractional part"),
        _("Unable to parse input string as an integer, exceeded maximum size"),
        _("Input should be a valid number, unable to parse string as a number"),
        _("Input should be greater than or equal to {bound}", bound=""),
        _("Input should be less than or equal to {bound}", bound=""),
        _("Input should be greater than {bound}", bound=""),
        _("Input should be less than {bound}", bound=""),
        _("{value} is not a valid integer.", value=""),
        _("{value} is not a valid float.", value=""),
        _("{value} is not in the range {range}.", value="", range=""),
        _("{value} is not one of {choices}.", value="", choices=""),
    )
)
"""What Typer 0.15 to 0.29 says, by itself and through Click and Pydantic: the first that fits."""


def title_help() -> None:
    """Give Typer its titles."""
    from typer import rich_utils

    for name, title in _TITLES.items():
        setattr(rich_utils, name, str(title))


def complaint(english: str) -> Message:
    """Return what Typer complains of, to be shown in the language in use.

    Examples
    --------
    >>> complaint("No such command 'trian'. Did you mean 'train'?").template
    'No such command {name}. Did you mean {near}?'
    """
    for template in _COMPLAINTS:
        if found := _pattern(template).fullmatch(english):
            figures: dict[str, Any] = found.groupdict()
            if "cause" in figures:
                figures["cause"] = complaint(figures["cause"])
            return Message(template, figures)
    return as_message(english)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    words = re.split(r"\{(\w+)\}", template)
    parts = (f"(?P<{word}>.+?)" if at % 2 else re.escape(word) for at, word in enumerate(words))
    return re.compile("".join(parts), re.DOTALL)
