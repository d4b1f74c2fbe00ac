"""What was noted when rows and network were made ready, as the page says it.

Notes are written for a terminal: they name options of commands. Where the page has a control for
the same, the note names that instead.
"""

from axone.messages import Message, _, _n


def on_the_page(note: str) -> str:
    """Return a note in words, in the language in use."""
    if not isinstance(note, Message):
        return note
    rewrite = {"preset_chosen": _preset_chosen, "mark_as_value": _mark_as_value}.get(note.code)
    return str(note if rewrite is None else rewrite(note))


def _preset_chosen(note: Message) -> Message:
    return _(
        "The network is the preset {name}: {summary}. The list above the drawing has others, and "
        "layers of your own.",
        name=note.figures["name"],
        summary=note.figures["summary"],
    )


def _mark_as_value(note: Message) -> Message:
    found = note.figures.get("note")
    if not isinstance(found, Message):
        return note
    return _n(
        "Column {name!r}: {mark!r} in {count} row is a value among others. If it says that there "
        'is none, write it under "How the file is read".',
        "Column {name!r}: {mark!r} in {count} rows is a value among others. If it says that there "
        'is none, write it under "How the file is read".',
        found.figures["count"],
        name=note.figures["name"],
        mark=found.figures["mark"],
    )
