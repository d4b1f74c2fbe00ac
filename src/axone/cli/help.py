"""The help of commands in the language in use.

Typer keeps the English text of every `help=_("…")` when it builds a command, which it does anew for
each call: here the texts of a finished command are looked up, after the language was chosen.
"""

from typing import Any

from typer.core import TyperGroup

from axone.messages import translated


class TranslatedGroup(TyperGroup):
    """A group that shows its own help, and that of its commands and their options, translated."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for command in (self, *self.commands.values()):
            command.help = translated(command.help or "")
            for parameter in command.params:
                # Options and arguments have a help; Click's own class of both has none, and the
                # type checker knows no other.
                if help_text := getattr(parameter, "help", None):
                    parameter.help = translated(help_text)  # type: ignore[attr-defined]
