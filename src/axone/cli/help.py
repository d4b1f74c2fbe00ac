"""The group of commands: each is built when it is asked for, its help in the language in use.

Typer keeps the English text of every `help=_("…")` when it builds a command, which it does anew for
each call: here the texts of a finished command are looked up, after the language was chosen.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from axone.cli.commands import COMMANDS, Command
from axone.cli.console import explained_errors
from axone.cli.wording import complaint, title_help
from axone.messages import VARIABLE, _, translated, use_language
from axone.shown import abridged, visible


class _Speaking:
    """What commands and groups say of themselves, in the language in use."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page of help."""
        title_help()
        super().format_help(ctx, formatter)  # type: ignore[misc]

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the line of how a command is called."""
        words = " ".join(self.collect_usage_pieces(ctx))  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, words, prefix=str(_("Usage: ")))

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option that shows help."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = str(_("Show this message and exit."))
        return option


class _Command(_Speaking, TyperCommand):
    pass


class CommandGroup(_Speaking, TyperGroup):
    """A group that lists commands by their help alone, and reads one when it is called.

    Parameters
    ----------
    known : tuple of Command
    **settings
        Those of `TyperGroup`.
    """

    def __init__(self, known: tuple[Command, ...] = COMMANDS, **settings: Any) -> None:
        super().__init__(**settings)
        self.known = known
        self._english = _helps(self)
        self._translate()

    def _translate(self) -> None:
        _show_translated(self, self._english)
        self.subcommand_metavar = translated(self.subcommand_metavar or "")
        self.commands = {
            each.name: _Command(each.name, help=translated(each.help)) for each in self.known
        }

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **settings: Any
    ) -> Any:
        """Choose the language, if no group above did, and read the words before the command."""
        if parent is None:
            with explained_errors():
                _choose_language(args)
            self._translate()
        with _short_complaints():
            return super().make_context(info_name, args, parent, **settings)

    def invoke(self, ctx: Any) -> Any:
        """Read the words of the command, and run it."""
        with _short_complaints():
            return super().invoke(ctx)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        """Find the command that is called, and read it."""
        name, listed, rest = super().resolve_command(ctx, args)
        chosen = next((each for each in self.known if listed and each.name == listed.name), None)
        return name, chosen and built(chosen), rest


class _Kinds(CommandGroup):
    """Commands below one: alone it lists them."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Show the list where nothing more was typed."""
        if not args:
            typer.echo(ctx.get_help(), color=ctx.color)
            ctx.exit()
        return super().parse_args(ctx, args)


def _choose_language(words: Sequence[str]) -> None:
    """Speak the language of `--lang` before a word of help is shown, else that of $AXONE_LANG.

    With neither the language in use stays, at first that of the locale.
    """
    asked = ""
    for word, after in pairwise([*words, ""]):
        name, equals, value = word.partition("=")
        if name == "--lang":
            asked = value if equals else after
        elif not word.startswith("-") and word != asked:
            break
    if asked:
        # Processes that a command starts speak it as well.
        os.environ[VARIABLE] = asked
    if os.environ.get(VARIABLE):
        use_language(None)


@contextmanager
def _short_complaints() -> Iterator[None]:
    """Let Typer quote no more of a word than helps, and no command to the terminal."""
    try:
        yield
    except Exception as error:
        if hasattr(error, "format_message") and isinstance(getattr(error, "message", None), str):
            error.message = visible(abridged(error.message))  # type: ignore[attr-defined]
            told = str(complaint(error.format_message()))
            error.format_message = lambda: told
            title_help()
        raise


def built(known: Command) -> Any:
    """Return a command with its options, or with the commands below it, translated."""
    if known.kinds:
        return _Kinds(
            known.kinds,
            name=known.name,
            help=known.help,
            subcommand_metavar=known.kinds_as.english,
        )
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    settings = {"ignore_unknown_options": True} if known.takes_what_looks_like_options else {}
    alone.command(known.name, cls=_Command, help=known.help, context_settings=settings)(
        known.function()
    )
    command = typer.main.get_command(alone)
    _show_translated(command, _helps(command))
    return command


def _helps(command: Any) -> list[tuple[Any, str]]:
    """Return a command and its options, each with its help in English."""
    # Options and arguments have a help; Click's own class of both has none.
    return [(each, getattr(each, "help", None) or "") for each in (command, *command.params)]


def _show_translated(command: Any, english: list[tuple[Any, str]]) -> None:
    """Put a command's help, and that of its options, in the language in use."""
    for each, text in english:
        if text:
            each.help = translated(text)
    command.options_metavar = str(_("[OPTIONS]"))
