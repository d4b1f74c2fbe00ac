"""Every scene can be trained; what it asks for is not there at first, and can be had."""

import copy
from collections.abc import Mapping
from typing import Any

import pytest
from tests.playground.scenes.solutions import SOLUTIONS
from tests.playground.scenes.trained import TrainedBench

from axone.playground.scenes import SCENES, Progress, Scene

pytestmark = pytest.mark.filterwarnings("ignore:All weights of layer")

ASKING = [scene for scene in SCENES.values() if scene.kind != "look"]
LOOKING = [scene for scene in SCENES.values() if scene.kind == "look"]


def changed(design: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a design with some settings changed."""
    other = copy.deepcopy(dict(design))
    for key, value in changes.items():
        *sections, name = key.split(".")
        section = other
        for each in sections:
            section = section[each]
        section[name] = value
    return other


def progress_at(scene: Scene, design: Mapping[str, Any], epochs: int) -> Progress:
    """Return a design trained for some epochs, as the scene's check looks at it."""
    bench = TrainedBench(design, epochs)
    asks = scene.asks_for_diagnosis()
    return Progress(bench, bench.result().diagnosis.codes if asks else ())


def told(scene: Scene, progress: Progress) -> list[str]:
    return [str(words) for met, words in scene.judged(progress) if not met]


@pytest.mark.parametrize("scene", ASKING, ids=lambda scene: scene.name)
def test_the_design_that_a_scene_begins_with_does_not_pass_its_check(scene: Scene) -> None:
    epochs = SOLUTIONS[scene.name].epochs
    assert told(scene, progress_at(scene, scene.design, epochs))


@pytest.mark.parametrize("scene", ASKING, ids=lambda scene: scene.name)
def test_a_scene_has_a_solution_that_passes_its_check(scene: Scene) -> None:
    solution = SOLUTIONS[scene.name]
    progress = progress_at(scene, changed(scene.design, solution.changes), solution.epochs)
    assert told(scene, progress) == []


@pytest.mark.parametrize("scene", ASKING, ids=lambda scene: scene.name)
def test_nothing_is_passed_before_anything_is_trained(scene: Scene) -> None:
    solution = SOLUTIONS[scene.name]
    assert told(scene, Progress(TrainedBench(changed(scene.design, solution.changes)), None))


@pytest.mark.parametrize("scene", LOOKING, ids=lambda scene: scene.name)
def test_what_is_to_be_looked_at_is_passed_by_training_it(scene: Scene) -> None:
    assert told(scene, progress_at(scene, scene.design, 1))
    assert told(scene, progress_at(scene, scene.design, 200)) == []


@pytest.mark.parametrize(
    "scene", [scene for scene in ASKING if scene.kind == "mend"], ids=lambda scene: scene.name
)
def test_a_scene_to_be_mended_fails_by_what_its_check_wants_gone(scene: Scene) -> None:
    progress = progress_at(scene, scene.design, SOLUTIONS[scene.name].epochs)
    assert progress.findings is not None
    gone = {condition.code for condition in scene.check if hasattr(condition, "code")}
    assert gone
    assert gone <= set(progress.findings)


def test_other_rows_do_not_pass_for_those_of_the_scene() -> None:
    scene = SCENES["xor-by-a-hidden-layer"]
    easier = changed(scene.design, {"data.source": "and", "network.hidden_layers": []})
    progress = progress_at(scene, easier, 300)
    assert progress.score("train", "accuracy") == 1
    assert told(scene, progress) == ["data.source is part of the task: put it back."]


def test_a_setting_that_belongs_to_the_task_must_stay() -> None:
    scene = SCENES["batch-size"]
    progress = progress_at(
        scene,
        changed(
            scene.design,
            {
                "training.optimizer": {"name": "adam", "learning_rate": 0.05},
                "training.batch_size": 4,
            },
        ),
        20,
    )
    assert told(scene, progress) == ["training.optimizer is part of the task: put it back."]


def test_there_is_a_scene_of_every_chapter_and_each_has_its_own_name() -> None:
    assert len(SCENES) >= 24
    assert len({scene.chapter.english for scene in SCENES.values()}) == 13
    titles = [scene.title.english for scene in SCENES.values()]
    assert len(set(titles)) == len(titles)
    assert all(scene.hints and scene.question for scene in SCENES.values())
