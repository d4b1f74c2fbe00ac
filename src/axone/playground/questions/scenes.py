"""Ready-made scenes: which there are, setting one up, and whether its question is answered."""

from collections.abc import Mapping
from typing import Any

from axone.checks import check_text
from axone.playground.bench import Bench
from axone.playground.diagnosing import Diagnoser
from axone.playground.scenes import SCENES, Progress, Scene, find_scene

_PATIENCE = 0.5
"""Seconds that a check waits for a diagnosis: one that needs longer is asked for again."""


def scenes(bench: Bench, fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return all scenes, in the order of a course."""
    return [_described(scene) for scene in SCENES.values()]


def scene(bench: Bench, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Set a scene up: its design takes the place of the one before, to which undo leads back."""
    chosen = _named(fields)
    told = bench.set_design(chosen.design)
    return {
        **told,
        "state": bench.state(),
        "scene": {**_described(chosen), "view": dict(chosen.view)},
    }


def check(bench: Bench, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Say how far the question of a scene is answered."""
    chosen = _named(fields)
    codes: list[str] | None = []
    if chosen.asks_for_diagnosis():
        look, is_current = Diagnoser.of(bench).look(bench, 0.0 if bench.playing else _PATIENCE)
        # Of a run that goes on the last look says enough; the next check sees what came since.
        known = look if is_current or bench.playing else None
        codes = None if known is None else known.diagnosis.codes
    verdicts = chosen.judged(Progress(bench, codes))
    return {
        "passed": all(verdict.met for verdict in verdicts),
        "words": [str(verdict.words) for verdict in verdicts],
        "goals": [{"met": verdict.met, "words": str(verdict.words)} for verdict in verdicts],
        "pending": codes is None,
    }


def _named(fields: Mapping[str, Any]) -> Scene:
    name = fields.get("name")
    check_text("name", name)
    return find_scene(str(name))


def _described(scene: Scene) -> dict[str, Any]:
    return {
        "name": scene.name,
        "chapter": str(scene.chapter),
        "title": str(scene.title),
        "question": str(scene.question),
        "kind": scene.kind,
        "hints": [str(hint) for hint in scene.hints],
    }


ANSWERS = {"scenes": scenes, "scene": scene, "check": check}
