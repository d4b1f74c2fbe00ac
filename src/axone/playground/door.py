"""The few pages that stand before the playground: refused in words, or asked for the password.

Light and dark as the reader's screen is, in the language in use, without a script; their one style
is let through by its hash.
"""

import base64
import hashlib
import re
from collections.abc import Iterable

from starlette.responses import HTMLResponse

from axone.messages import Message, _
from axone.pages import page, words

LOGIN = "/login"


def refusal(status: int, title: Message, lines: Iterable[Message]) -> HTMLResponse:
    """Return a page that says why the door stays closed, and what opens it."""
    body = [f"<main><h1>{words(title)}</h1>", *(f"<p>{words(line)}</p>" for line in lines)]
    return _response(status, title, [*body, "</main>"])


def closed() -> HTMLResponse:
    """Return the page for who has neither cookie nor token."""
    title = _("This playground is not open here")
    lines = [
        _("Only the browser that opened the address in the terminal may see it."),
        _("Open the address that “axone playground” has printed, with its token."),
    ]
    once_more = _("Try again")
    again = f'<p><a href="/">{words(once_more)}</a></p>'
    body = [f"<main><h1>{words(title)}</h1>", *(f"<p>{words(line)}</p>" for line in lines)]
    return _response(403, title, [*body, again, "</main>"])


def used() -> HTMLResponse:
    """Return the page for a token that was used already."""
    return refusal(
        403,
        _("This address was used already"),
        [
            _("Each address opens the playground once, in one browser."),
            _("A fresh one stands in the terminal where “axone playground” runs."),
        ],
    )


def wrong_token() -> HTMLResponse:
    """Return the page for a token that never was one."""
    return refusal(
        403,
        _("This address is not right"),
        [
            _("Its token is none of this playground; perhaps a part of the address is missing."),
            _("Copy the whole address from the terminal where “axone playground” runs."),
        ],
    )


def wrong_host() -> HTMLResponse:
    """Return the page for a request by a name that is not ours."""
    return refusal(
        421,
        _("The playground does not go by this name"),
        [
            _("Open it by the address that stands in the terminal."),
            _("Pages of other names that lead here are refused: they might not be yours."),
        ],
    )


def wrong_origin() -> HTMLResponse:
    """Return the page for what another page has sent."""
    return refusal(
        403,
        _("Sent by another page"),
        [_("Only the playground's own page may send anything to it.")],
    )


_FIELD = (
    '<input id="password" name="password" type="password" required autofocus '
    'autocomplete="current-password">'
)


def another_user() -> HTMLResponse:
    """Return the page for another user of the same machine."""
    return refusal(
        403,
        _("This playground is somebody else's"),
        [_("Only the user of this machine who has started it may open it.")],
    )


def login(complaint: Message | None = None, status: int = 401) -> HTMLResponse:
    """Return the form that asks for the password."""
    title, password, enter = _("The playground's password"), _("Password"), _("Open")
    alert = "" if complaint is None else f'<p role="alert">{words(complaint)}</p>'
    field = (
        f'<form method="post" action="{LOGIN}"><p><label for="password">{words(password)}'
        f"</label>{_FIELD} <button>{words(enter)}</button></p></form>"
    )
    response = _response(
        status, title, [f"<main><h1>{words(title)}</h1>", alert, field, "</main>"], form="'self'"
    )
    # Without a referrer browsers call the origin of a form "null".
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _response(
    status: int, title: Message, body: Iterable[str], form: str = "'none'"
) -> HTMLResponse:
    text = page(title, iter(body), "axone.playground:door.css")
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = hashlib.sha256((style[1] if style else "").encode()).digest()
    policy = (
        f"default-src 'none'; style-src 'sha256-{base64.b64encode(digest).decode()}'; "
        f"base-uri 'none'; form-action {form}; frame-ancestors 'none'"
    )
    return HTMLResponse(text, status, {"Content-Security-Policy": policy})
