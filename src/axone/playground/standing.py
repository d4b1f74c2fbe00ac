"""The run as it stands: an experiment that ends where the page is now, and what it cannot know.

Who runs that experiment gets the weights on the page, bit by bit, unless somebody turned the
learning rate by hand or stopped within an epoch. Code and saved folders are made of it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from axone.experiments.preparation import Prepared
from axone.experiments.running import is_shaped_by_length
from axone.experiments.schema import StoppingSection
from axone.messages import Message, _, _n
from axone.playground.bench import Bench
from axone.playground.sources import UPLOAD


@dataclass(frozen=True)
class Standing:
    """A run as it stands.

    Attributes
    ----------
    prepared : Prepared
        Its experiment ends after the epochs that are done, by no rule, and keeps the last weights;
        a file given to the page is called by its own name.
    epoch : int
        Epochs done, of the weights that are shown.
    notes : tuple of Message
        What the experiment cannot say of how these weights came about.
    by_hand : tuple of Message
        Of the notes those on what was done by hand, which no other way of telling can say either.
    upload : str or None
        The name of the file that the rows are from, where the page was given it.
    """

    prepared: Prepared
    epoch: int
    notes: tuple[Message, ...]
    by_hand: tuple[Message, ...]
    upload: str | None


def standing(bench: Bench) -> Standing:
    """Return the run of a bench as it stands."""
    epoch, prepared = bench.shown_epoch(), bench.design.prepared
    upload = upload_of(bench.design.data)
    settings = prepared.experiment.settings
    training = settings.training
    laid_out = is_shaped_by_length(training.schedule, epoch or 1, training.epochs)
    changes: dict[str, Any] = {"stopping": StoppingSection(), "restore_best": False}
    if epoch and not laid_out:
        changes["epochs"] = epoch
    ended: dict[str, Any] = {"training": training.model_copy(update=changes | {"calibrate": None})}
    if upload is not None:
        ended["data"] = settings.data.model_copy(update={"source": upload})
    experiment = replace(prepared.experiment, settings=settings.model_copy(update=ended))
    by_hand = _by_hand(bench, epoch)
    notes = [*by_hand]
    if not epoch:
        notes.append(
            _n(
                "Nothing is trained yet: this trains the one epoch of the design.",
                "Nothing is trained yet: this trains all {count:,} epochs of the design.",
                training.epochs,
            )
        )
    elif laid_out:
        notes.append(
            _(
                "The schedule is laid out over all {epochs:,} epochs of the design: this trains "
                "them all, and the page has done {done:,}.",
                epochs=training.epochs,
                done=epoch,
            )
        )
    return Standing(replace(prepared, experiment=experiment), epoch, tuple(notes), by_hand, upload)


def upload_of(design: Mapping[str, Any]) -> str | None:
    """Return the name of the file that a design's rows are from, if the page was given it."""
    source = design.get("data", {}).get("source", "")
    if not isinstance(source, str) or not source.startswith(UPLOAD):
        return None
    return PurePath(source.removeprefix(UPLOAD)).name


def file_stem(bench: Bench) -> str:
    """Return what a file of the run is called: by its rows and the epochs done."""
    name = re.sub(r"[^\w-]+", "-", bench.design.prepared.dataset.name, flags=re.ASCII).strip("-")
    return f"{name[:60] or 'run'}-{bench.shown_epoch()}"


def _by_hand(bench: Bench, epoch: int) -> tuple[Message, ...]:
    """Say what was done by hand on the way to the weights that are shown."""
    attempt, run = bench.attempt, bench.run
    notes: list[Message] = []
    now = epoch == run.state.epoch
    last = run.state.step if now else epoch * attempt.steps_of_epoch
    turned = [step for step, _rate in attempt.turned if step < last]
    if turned:
        notes.append(
            _(
                "The learning rate was turned by hand, first in epoch {epoch:,}. No setting says "
                "that: trained anew, the weights become others from there on.",
                epoch=turned[0] // attempt.steps_of_epoch + 1,
            )
        )
    if epoch and now and run.state.batch:
        notes.append(
            _n(
                "The page stands {count} batch into the next epoch; trained anew, the weights are "
                "those of the end of epoch {epoch:,}.",
                "The page stands {count} batches into the next epoch; trained anew, the weights "
                "are those of the end of epoch {epoch:,}.",
                run.state.batch,
                epoch=epoch,
            )
        )
    return tuple(notes)
