"""Designing, learning, looking back and keeping: what the page asks of the bench itself."""

from collections.abc import Mapping
from typing import Any

from axone.errors import ArgumentTypeError
from axone.messages import _
from axone.playground.bench import Bench

_AT_ONCE = 0.3
"""Seconds that an epoch may take before it is answered."""


def _state(bench: Bench) -> dict[str, Any]:
    return {"state": bench.state()}


def _both(bench: Bench) -> dict[str, Any]:
    return {**bench.designed(), "state": bench.state()}


def design(bench: Bench, fields: Mapping[str, Any]) -> Any:
    """Begin with another design."""
    bench.set_design(fields.get("design"))
    return _both(bench)


def play(bench: Bench, fields: Mapping[str, Any]) -> Any:
    """Learn, from now on."""
    bench.play()
    return _state(bench)


def pause(bench: Bench, fields: Mapping[str, Any]) -> Any:
    """Learn no further."""
    bench.pause()
    return _state(bench)


def step(bench: Bench, fields: Mapping[str, Any]) -> Any:
    """Make one update."""
    bench.step()
    return _state(bench)


def epoch(bench: Bench, fields: Mapping[str, Any]) -> Any:
    """Learn to the end of the epoch in hand; of a long one the answer comes before its end."""
    bench.epoch(within=_AT_ONCE)
    return _state(bench)


def reset(bench: Bench, fields: Mapping[str, Any]) -> Any:
    """Begin again, under another seed if one is given."""
    bench.reset(fields.get("seed"))
    return _both(bench)


def rate(bench: Bench, fields: Mapping[str, Any]) -> Any:
    """Turn the learning rate."""
    bench.turn(fields.get("learning_rate"))
    return _state(bench)


def pace(bench: Bench, fields: Mapping[str, Any]) -> Any:
    """Learn so many epochs a second."""
    bench.set_pace(fields.get("epochs_per_second"))
    return _state(bench)


def undo(bench: Bench, fields: Mapping[str, Any]) -> Any:
    """Go back to the design before."""
    bench.undo()
    return _both(bench)


def redo(bench: Bench, fields: Mapping[str, Any]) -> Any:
    """Take an undo back."""
    bench.redo()
    return _both(bench)


def back(bench: Bench, fields: Mapping[str, Any]) -> Any:
    """Look at a past epoch."""
    bench.look_back(fields.get("epoch"))
    return _state(bench)


def keep(bench: Bench, fields: Mapping[str, Any]) -> Any:
    """Keep the run for comparison."""
    bench.kept.keep(bench.attempt, fields.get("name"))
    return {"runs": bench.kept.to_data()}


def drop(bench: Bench, fields: Mapping[str, Any]) -> Any:
    """Keep a run no longer."""
    bench.kept.drop(fields.get("run"))
    return {"runs": bench.kept.to_data()}


def rename(bench: Bench, fields: Mapping[str, Any]) -> Any:
    """Call a kept run otherwise."""
    name = fields.get("name")
    if not isinstance(name, str) or not name.strip():
        raise ArgumentTypeError(_("name: give a text, not {found!r}", found=name))
    bench.kept.rename(fields.get("run"), name)
    return {"runs": bench.kept.to_data()}


def go_back_to(bench: Bench, fields: Mapping[str, Any]) -> Any:
    """Take a kept run up again."""
    bench.go_back_to(fields.get("run"))
    return _both(bench)


ANSWERS = {
    "design": design,
    "play": play,
    "pause": pause,
    "step": step,
    "epoch": epoch,
    "reset": reset,
    "rate": rate,
    "pace": pace,
    "undo": undo,
    "redo": redo,
    "back": back,
    "keep": keep,
    "drop": drop,
    "rename": rename,
    "go_back_to": go_back_to,
}
