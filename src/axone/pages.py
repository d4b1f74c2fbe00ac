"""Pages that need nothing else: one file, nothing asked for from anywhere.

They are dark or light as the reader's screen is, and the browser is forbidden to fetch anything and
to run any script but the one of the page, where it has one. What came from outside, names of
columns and classes, is text and nothing but text.
"""

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from importlib.resources import files

from axone.messages import Message, language_in_use
from axone.shown import visible


def page(title: str | Message, body: Iterator[str], *sheets: str, script: str = "") -> str:
    """Return a whole page.

    Parameters
    ----------
    title : str
    body : iterator of str
        What stands in its body, as HTML whose texts are escaped.
    *sheets : str
        Style sheets beside `page.css` of this package: ``"package:name.css"``.
    script : str, optional
        What moves the page: ``"package:name.js"``.
    """
    style = "\n".join(_part(sheet) for sheet in ("axone:page.css", *sheets))
    code = _part(script) if script else ""
    allowed = f"default-src 'none'; style-src 'unsafe-inline'; img-src data:{_allowed(code)}"
    parts = (
        "<!DOCTYPE html>",
        f'<html lang="{escape(language_in_use())}"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{allowed}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{words(title)}</title>",
        f"<style>\n{style}</style></head><body>",
        *body,
        f"<script>{code}</script>" if code else "",
        "</body></html>",
    )
    return "\n".join(parts)


def words(text: object) -> str:
    """Return a text in the language in use as HTML."""
    return escape(visible(str(text)))


def _allowed(code: str) -> str:
    """Return what lets a browser run this code and no other."""
    if not code:
        return ""
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    return f"; script-src 'sha256-{digest}'"


def _part(name: str) -> str:
    package, _colon, file = name.partition(":")
    return files(package).joinpath(file).read_text("utf-8")
