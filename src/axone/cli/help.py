"""The group of commands: each is built when it is asked for, its help in the language in use.

Typer keeps the English text of every `help=_("…")` when it builds a command, which it does anew for
each call: here the texts of a finished command are looked up, after the language was chosen.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from axone.cli.commands import COMMANDS, Command
from axone.messages import translated
from axone.shown import abridged, visible


class CommandGroup(TyperGroup):
    """A group that lists commands by their help alone, and reads one when it is called.

    Parameters
    ----------
    known : tuple of Command
    **settings
        Those of `TyperGroup`.
    """

    def __init__(self, known: tuple[Command, ...] = COMMANDS, **settings: Any) -> None:
        super().__init__(**settings)
        _translate(self)
        self.known = known
        self.commands = {
            each.name: TyperCommand(each.name, help=translated(each.help)) for each in known
        }

    def make_context(self, *words: Any, **settings: Any) -> Any:
        """Read the words before the command."""
        with _short_complaints():
            return super().make_context(*words, **settings)

    def invoke(self, ctx: Any) -> Any:
        """Read the words of the command, and run it."""
        with _short_complaints():
            return super().invoke(ctx)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        """Find the command that is called, and read it."""
        name, listed, rest = super().resolve_command(ctx, args)
        chosen = next((each for each in self.known if listed and each.name == listed.name), None)
        return name, chosen and built(chosen), rest


@contextmanager
def _short_complaints() -> Iterator[None]:
    """Let Typer quote no more of a word than helps, and no command to the terminal."""
    try:
        yield
    except Exception as error:
        if hasattr(error, "format_message") and isinstance(getattr(error, "message", None), str):
            error.message = visible(abridged(error.message))  # type: ignore[attr-defined]
        raise


def built(known: Command) -> Any:
    """Return a command with its options, or with the commands below it, translated."""
    if known.kinds:
        return CommandGroup(
            known.kinds,
            name=known.name,
            help=known.help,
            no_args_is_help=True,
            subcommand_metavar="KIND [ARGS]...",
        )
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    settings = {"ignore_unknown_options": True} if known.takes_what_looks_like_options else {}
    alone.command(known.name, help=known.help, context_settings=settings)(known.function())
    command = typer.main.get_command(alone)
    _translate(command)
    return command


def _translate(command: Any) -> None:
    """Put a command's help, and that of its options, in the language in use."""
    command.help = translated(command.help or "")
    for parameter in command.params:
        # Options and arguments have a help; Click's own class of both has none.
        if help_text := getattr(parameter, "help", None):
            parameter.help = translated(help_text)
