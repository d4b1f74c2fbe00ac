"""The guard before the app: whoever asks by a foreign name, from a foreign page or without a key.

It stands outside of all else, so that even an error of the app leaves with the headers that tell a
browser what the page may do.
"""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from axone.messages import _
from axone.playground import door
from axone.playground.keys import Keys
from axone.playground.limits import FORM_BYTES
from axone.playground.peers import is_foreign

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Of every response, unless it says otherwise itself."""


@dataclass(frozen=True)
class Address:
    """Where the server is found.

    Attributes
    ----------
    host : str
        An address or a name, without brackets.
    port : int
    """

    host: str
    port: int

    def url(self, token: str) -> str:
        """Return the address that opens the page once."""
        host = "127.0.0.1" if self.host in _ANY else self.host
        return f"http://{_bracketed(host)}:{self.port}/?token={token}"

    def answers_to(self, header: str) -> bool:
        """Whether a request's Host is ours: DNS rebinding comes by a name of somebody else."""
        name, port = _split(header.lower())
        if port != self.port:
            return False
        if self.host in _ANY:
            # Of all addresses of this machine none can be rebound, only names can.
            return name == "localhost" or _is_address(name)
        if is_loopback(self.host):
            return name in ("localhost", self.host)
        return name == self.host.lower()


_ANY = ("0.0.0.0", "::")  # noqa: S104 — compared with, not bound to


def is_loopback(host: str) -> bool:
    """Whether an address is seen by this machine alone."""
    return _is_address(host) and ipaddress.ip_address(host).is_loopback


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _split(header: str) -> tuple[str, int]:
    """Return a Host's name and port, (``""``, 0) where it is none."""
    name, _colon, port = header.rpartition(":")
    if not _colon or header.endswith("]"):
        name, port = header, "80"
    if name.startswith("[") and name.endswith("]"):
        name = name[1:-1]
    elif ":" in name:
        return "", 0
    return (name, int(port)) if port.isascii() and port.isdigit() and len(port) <= 5 else ("", 0)


class Guard:
    """The app, with a guard before it.

    Parameters
    ----------
    app : ASGI application
    keys : Keys
    address : Address
    announce : callable
        Prints an address in the terminal.
    """

    def __init__(
        self, app: ASGIApp, keys: Keys, address: Address, announce: Callable[[str], None]
    ) -> None:
        self._app = app
        self._keys = keys
        self._address = address
        self._announce = announce

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let through."""
        if scope["type"] not in ("http", "websocket"):
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"].endswith("response.start"):
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refused = await self._refused(scope, receive)
        await (refused or self._app)(scope, receive, send_with_headers)

    async def _refused(self, scope: Scope, receive: Receive) -> Response | None:
        """Return what is answered in the app's place; None where it may answer itself."""
        headers = Headers(scope=scope)
        speaks = scope["type"] == "websocket"
        method = "GET" if speaks else scope["method"]
        foreign = self._foreign(scope, headers, sends=speaks or method not in ("GET", "HEAD"))
        if foreign is not None:
            return foreign
        known = any(self._keys.knows(each) for each in headers.getlist("cookie"))
        if not speaks and scope["path"] == "/" and method == "GET":
            token = _token(scope["query_string"])
            if token is not None:
                return self._at_the_door(token, known)
        if not speaks and scope["path"] == door.LOGIN and self._keys.has_password:
            return await self._login(scope, receive) if method == "POST" else _home()
        if known:
            return None
        return door.login() if self._keys.has_password and not speaks else door.closed()

    def _foreign(self, scope: Scope, headers: Headers, *, sends: bool) -> Response | None:
        """Refuse who comes by another name, from another page, or is another user."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._address.answers_to(hosts[0]):
            return door.wrong_host()
        if sends and not _is_own(headers, hosts[0]):
            return door.wrong_origin()
        # The page's own files are everybody's; to find out who asks takes milliseconds.
        if not scope["path"].startswith("/page/") and _is_of_another(scope):
            return door.another_user()
        return None

    def _at_the_door(self, token: str, known: bool) -> Response:
        verdict = self._keys.spend(token)
        if verdict == "good":
            return self._welcome()
        if known:
            return _home()
        if verdict == "wrong":
            return door.wrong_token()
        fresh = self._keys.fresh()
        if fresh is not None:
            self._announce(self._address.url(fresh))
        return door.used()

    async def _login(self, scope: Scope, receive: Receive) -> Response:
        body = b""
        try:
            async for block in Request(scope, receive).stream():
                body += block
                if len(body) > FORM_BYTES:
                    return door.login(_("This is no password."), 413)
        except ClientDisconnect:
            return door.closed()
        given = parse_qs(body.decode("latin-1"), max_num_fields=4) if body.count(b"&") < 4 else {}
        verdict = self._keys.guess(given.get("password", [""])[0])
        if verdict is None:
            return door.login(_("Too many passwords were tried. Wait a minute."), 429)
        return self._welcome() if verdict else door.login(_("This is not the password."), 403)

    def _welcome(self) -> Response:
        """Hand out the cookie, and lead to the page, whose address holds no token."""
        response = _home()
        cookie = SimpleCookie({self._keys.cookie_name: self._keys.cookie})
        morsel = cookie[self._keys.cookie_name]
        morsel["path"], morsel["httponly"], morsel["samesite"] = "/", True, "Strict"
        response.headers["Set-Cookie"] = cookie.output(header="").strip()
        return response


def _is_of_another(scope: Scope) -> bool:
    """Whether another user of this machine asks. Other machines, if at all, give the password."""
    client, server = scope.get("client"), scope.get("server")
    if client is None or server is None or not is_loopback(client[0]) or server[1] is None:
        return False
    return is_foreign((client[0], client[1]), (server[0], server[1]))


def _home() -> Response:
    return RedirectResponse("/", 303)


def _is_own(headers: Headers, host: str) -> bool:
    return headers.getlist("origin") == [f"http://{host.lower()}"]


def _token(query: bytes) -> str | None:
    """Return the token of a query; None where there is none."""
    if query.count(b"&") > 10:
        return None
    return next(iter(parse_qs(query.decode("latin-1"), True).get("token", [])), None)
