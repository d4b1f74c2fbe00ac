"""The words of Typer, and of Click within it, in the language in use.

Both have texts of their own: titles of help, and what they say of words they cannot read. Titles
are settings of Typer's; complaints are said anew.
"""

from axone.libraries import said_anew
from axone.messages import Message, _

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

_COMPLAINTS = (
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
    _("{value} is not a valid integer.", value=""),
    _("{value} is not a valid float.", value=""),
    _("{value} is not in the range {range}.", value="", range=""),
    _("{value} is not one of {choices}.", value="", choices=""),
)
"""What Typer 0.15 to 0.29 says, by itself and through Click, beside what Pydantic says."""


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
    return said_anew(english, _COMPLAINTS)
