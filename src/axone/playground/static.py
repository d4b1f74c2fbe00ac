"""The files of the page, found by a list that is made once: what is not in it is not there."""

import hashlib
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

from starlette.requests import Request
from starlette.responses import Response

from axone.messages import _
from axone.playground import door

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
"""What is served, by its ending."""


class PageFiles:
    """The page's files.

    Parameters
    ----------
    folder : Traversable, optional
        Default the one that comes with Axone.
    """

    def __init__(self, folder: Traversable | None = None) -> None:
        root = folder or files("axone.playground").joinpath("page")
        self._files = dict(_below(root, "")) if root.is_dir() else {}
        self._kept: dict[str, tuple[bytes, str]] = {}

    async def index(self, _request: Request) -> Response:
        """Answer with the page, which nobody keeps.

        It names every module, so that a browser fetches them at once, and not each when the one
        that imports it is read.
        """
        found = self._files.get("index.html")
        if found is None:
            return _missing()
        head, end, rest = found.read_text("utf-8").partition("</head>")
        modules = (name for name in self._files if end and name.endswith(".js"))
        links = "".join(f'<link rel="modulepreload" href="/page/{name}">' for name in modules)
        return Response(f"{head}{links}{end}{rest}", media_type="text/html")

    async def file(self, request: Request) -> Response:
        """Answer with a module, a style or a picture, which browsers keep but ask for."""
        name = request.path_params["name"]
        found = self._files.get(name)
        if found is None:
            return _missing()
        content, tag = self._read(name, found)
        headers = {"Cache-Control": "no-cache", "ETag": tag}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        headers["Content-Type"] = TYPES[_ending(name)]
        return Response(content, headers=headers)

    def _read(self, name: str, found: Traversable) -> tuple[bytes, str]:
        """Return what a file holds, and its mark; read once: a page asks for a hundred."""
        if name not in self._kept:
            content = found.read_bytes()
            self._kept[name] = content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        return self._kept[name]


def _below(folder: Traversable, before: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        name = before + entry.name
        if entry.is_dir():
            yield from _below(entry, name + "/")
        elif _ending(name) in TYPES:
            yield name, entry


def _ending(name: str) -> str:
    return name[name.rfind(".") :]


def _missing() -> Response:
    return door.refusal(
        404, _("There is nothing here"), [_("The playground is at its beginning: /")]
    )
