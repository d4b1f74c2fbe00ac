"""`axone playground`: the page in the browser that shows a network while it learns."""

import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from axone.cli.console import explained_errors, interrupted_status
from axone.errors import ConfigurationError
from axone.messages import _

_VARIABLE = "AXONE_PASSWORD"


def playground(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="DATA | RUN",
            show_default=False,
            help=_(
                "A dataset's name, a data file or a result folder to begin with (default the "
                "spiral)."
            ),
        ),
    ] = None,
    port: Annotated[
        int,
        typer.Option(
            min=0,
            max=65535,
            show_default=False,
            help=_("The port of the page (default a free one)."),
        ),
    ] = 0,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help=_("Print the address only, open no browser."))
    ] = False,
    host: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            show_default=False,
            help=_("Serve other machines, too, at this address of yours; needs --i-know."),
        ),
    ] = "127.0.0.1",
    i_know: Annotated[
        bool,
        typer.Option(
            "--i-know",
            help=_(
                "With --host: you know that whoever has the password trains on this machine, and "
                "that all travels unencrypted."
            ),
        ),
    ] = False,
    password_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=_(
                "With --host: its first line is the password (default $AXONE_PASSWORD, or you "
                "are asked)."
            ),
        ),
    ] = None,
) -> None:
    """Run `axone playground`, as its help tells."""
    with explained_errors():
        from axone.playground import serve

        password = _password(host, i_know, password_file)
        ended = serve(
            source,
            port=port,
            host="127.0.0.1" if host == "localhost" else host,
            password=password,
            browser=not no_browser,
        )
        if ended not in (None, signal.SIGINT):
            raise SystemExit(interrupted_status(ended))


def _password(host: str, i_know: bool, file: Path | None) -> str | None:
    """Return the password for other machines; None where none may see the page."""
    from axone.playground.guard import is_loopback

    if host == "localhost" or is_loopback(host):
        if i_know or file is not None:
            raise ConfigurationError(
                _("--i-know and --password-file go with --host and an address that others see.")
            )
        return None
    if not i_know:
        raise ConfigurationError(
            _(
                "--host {host} lets other machines train on this one, read what you give to the "
                "page, and listen on the way: nothing is encrypted. If you know, add --i-know. "
                "From afar, `ssh -L 8000:127.0.0.1:8000` with --port 8000 is safe without it.",
                host=host,
            )
        )
    return _read(file) if file is not None else os.environ.get(_VARIABLE) or _asked()


def _read(file: Path) -> str:
    from axone.files import read_bounded
    from axone.playground.limits import MOST_PASSWORD

    content = read_bounded(file, MOST_PASSWORD)
    try:
        return (content or b"").decode().partition("\n")[0].rstrip("\r")
    except UnicodeDecodeError as error:
        raise ConfigurationError(_("{path} is not UTF-8.", path=file)) from error


def _asked() -> str:
    if not sys.stdin.isatty():
        raise ConfigurationError(
            _("Give the password in $AXONE_PASSWORD or by --password-file FILE.")
        )
    from getpass import getpass

    return getpass(str(_("Password for the page: ")))
