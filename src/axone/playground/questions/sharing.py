"""A link to what is on the page, and what becomes of one that is opened.

The page keeps the text behind the `#` of its own address, which browsers send to nobody.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from axone.checks import check_text
from axone.errors import ConfigurationError
from axone.files import read_bounded
from axone.messages import Message, _
from axone.playground.bench import Bench
from axone.playground.sharing import Shared, SharedFile, SharedView, fragment_of, opened
from axone.playground.standing import standing, upload_of

_MOST_FILE_BYTES = 64 * 2**20
"""Of a file that is read to know it again."""


def share(bench: Bench, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the text of a link to the page as it is.

    Parameters
    ----------
    bench : Bench
    fields : mapping
        `view`, if the page wants it kept: as in its question `view`.

    Returns
    -------
    dict
        `fragment`, `needs` (the name of a file that whoever opens it must have, or None) and
        `notes`: what will be otherwise for them.
    """
    view = _view(fields.get("view"))
    file = _file(bench)
    stands = standing(bench)
    shared = Shared(design=_whole_design(bench), epoch=stands.epoch, view=view, file=file)
    notes = [*stands.by_hand]
    needs = file.name if file is not None and file.text is None else None
    if needs is not None:
        notes.append(
            _(
                "The rows are too many for a link: whoever opens it needs the file {name}.",
                name=needs,
            )
        )
    return {
        "fragment": fragment_of(shared),
        "needs": needs,
        "notes": [str(note) for note in notes],
    }


def open_link(bench: Bench, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Make the bench what a link shares, and have it train to the epoch of the link.

    Parameters
    ----------
    bench : Bench
    fields : mapping
        `fragment`, the text behind the `#`.

    Returns
    -------
    dict
        `designed`, `state`, `epoch` (that it trains to), `view` (or None) and `notes`.
    """
    fragment = fields.get("fragment")
    check_text("fragment", fragment)
    shared = opened(str(fragment))
    notes = [] if shared.file is None else _take_in(bench, shared.file)
    designed = bench.set_design(shared.design)
    # The design may end before: nobody trains beyond its own epochs.
    epoch = min(shared.epoch, bench.run.settings.max_epochs)
    bench.play_until(epoch)
    return {
        "designed": designed,
        "state": bench.state(),
        "epoch": epoch,
        "view": None if shared.view is None else shared.view.model_dump(exclude_none=True),
        "notes": [str(note) for note in notes],
    }


def _whole_design(bench: Bench) -> dict[str, Any]:
    """Return the design, as long as its run: one that was at its end may have gone on."""
    design, epochs = bench.design.data, bench.run.settings.max_epochs
    if epochs == bench.design.prepared.experiment.settings.training.epochs:
        return design
    return {**design, "training": {**design.get("training", {}), "epochs": epochs}}


def _view(given: Any) -> SharedView | None:
    if given is None:
        return None
    try:
        return SharedView.model_validate(given)
    except ValidationError as error:
        raise ConfigurationError(_("view: this is no view of the page.")) from error


def _file(bench: Bench) -> SharedFile | None:
    name = upload_of(bench.design.data)
    if name is None:
        return None
    content = read_bounded(bench.sources.files[name], _MOST_FILE_BYTES)
    if content is None:
        raise ConfigurationError(
            _("{name} is too large for a link to know it by: save the run instead.", name=name)
        )
    try:
        return SharedFile.of(name, content)
    except ValidationError as error:
        raise ConfigurationError(
            _("The name {name!r} cannot stand in a link: call the file otherwise.", name=name)
        ) from error


def _take_in(bench: Bench, file: SharedFile) -> list[Message]:
    """Have the rows of a link among the sources, or say which file they are."""
    here = bench.sources.files.get(file.name)
    content = None if here is None else read_bounded(here, _MOST_FILE_BYTES)
    if content is not None and SharedFile.of(file.name, content).sha256 == file.sha256:
        return []
    if file.text is not None:
        # A folder of its own, so that no other file of that name is written over.
        folder = bench.folder / "shared" / file.sha256[:16]
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / file.name
        path.write_bytes(file.content)
        bench.sources.add(file.name, path)
        return []
    if content is None:
        raise ConfigurationError(
            _(
                "This link needs the file {name}, which is not in it: give it to the page, then "
                "open the link again.",
                name=file.name,
            )
        )
    return [
        _(
            "{name} is another file than the one that was shared, though of the same name: the "
            "weights will be others.",
            name=file.name,
        )
    ]


ANSWERS: dict[str, Callable[[Bench, Mapping[str, Any]], Any]] = {
    "share": share,
    "opened": open_link,
}
