"""Pages that need nothing else: one file, no script, nothing asked for from anywhere.

They are dark or light as the reader's screen is, and the browser is forbidden to fetch anything.
What came from outside, names of columns and classes, is text and nothing but text.
"""

from collections.abc import Iterator
from html import escape
from importlib.resources import files

from axone.messages import Message, language_in_use
from axone.shown import visible


def page(title: str | Message, body: Iterator[str], *sheets: str) -> str:
    """Return a whole page.

    Parameters
    ----------
    title : str
    body : iterator of str
        What stands in its body, as HTML whose texts are escaped.
    *sheets : str
        Style sheets beside `page.css` of this package: ``"package:name.css"``.
    """
    style = "\n".join(_sheet(sheet) for sheet in ("axone:page.css", *sheets))
    parts = (
        "<!DOCTYPE html>",
        f'<html lang="{escape(language_in_use())}"><head><meta charset="utf-8">',
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{words(title)}</title>",
        f"<style>\n{style}</style></head><body>",
        *body,
        "</body></html>",
    )
    return "\n".join(parts)


def words(text: object) -> str:
    """Return a text in the language in use as HTML."""
    return escape(visible(str(text)))


def _sheet(name: str) -> str:
    package, _colon, file = name.partition(":")
    return files(package).joinpath(file).read_text("utf-8")
