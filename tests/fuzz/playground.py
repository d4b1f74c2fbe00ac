"""What a page may ask of its bench: questions of every kind, mostly good, with hostile changes.

They come as text, as over the WebSocket, one after another to one bench on few rows; links and
designs are questions like others. After each the bench learns where it is told to, and is painted.
"""

import base64
import functools
import json
import tempfile
import zlib
from pathlib import Path
from unittest.mock import patch

import numpy as np
from hypothesis import strategies as st
from tests.fuzz.hostile import mutated
from tests.fuzz.oracle import Finding, watched

from axone.files import without_infinities
from axone.playground.asked import NoQuestionError, question
from axone.playground.bench import Bench
from axone.playground.designs import Designer
from axone.playground.diagnosing import Diagnoser
from axone.playground.frames import encode
from axone.playground.laboratory import Laboratory
from axone.playground.questions import answers
from axone.playground.sources import Sources
from axone.playground.views import Stage, View, frame_arrays

TABLE = """name,size,kind,since,price
a,1.5,oak,2020-01-01,10
b,2.5,ash,2020-02-01,20
c,,oak,2021-03-01,30
d,4.5,elm,2022-04-01,40
e,5.5,ash,2023-05-01,50
f,6.5,oak,2024-06-01,60
"""


def _design(source, **sections):
    rows = {"source": source, "validation": 0.25, "test": 0, **sections.pop("data", {})}
    training = {"epochs": 3, "batch_size": 4, **sections.pop("training", {})}
    return {"data": rows, "training": training, "seed": 0, **sections}


DENSE = [{"name": "dense", "units": 3, "activation": "tanh", "bias": True}]
DESIGNS = {
    "classes": _design(
        "spirals",
        data={"options": {"rows": 24, "noise": 0.1, "arms": 3}, "scaling": "min_max"},
        network={
            "hidden_layers": [
                *DENSE,
                {"name": "residual", "layers": [{"name": "dense", "units": 3}]},
                {"name": "batch_norm", "momentum": 0.9},
                {"name": "dropout", "rate": 0.2},
            ]
        },
        training={
            "optimizer": {"name": "adam", "learning_rate": 0.01},
            "schedule": {"name": "warmup", "epochs": 2, "after": "cosine"},
            "l1": 0.1,
            "clip_norm": 1.0,
            "class_weight": {"0": 1.0, "1": 2.0},
            "label_smoothing": 0.1,
        },
        dtype="float32",
        threads=1,
        engine="auto",
    ),
    "numbers": _design(
        "hills",
        data={"options": {"rows": 24}, "target_scaling": {"name": "divide", "by": 2.0}},
        network={
            "hidden_layers": [{"name": "dense", "units": 2, "activation": "max(z, a*z), a=0.1"}]
        },
        training={"loss": {"name": "pinball", "levels": [0.1, 0.5, 0.9]}, "batch_size": "auto"},
    ),
    "table": _design(
        "upload:table.csv",
        data={
            "target": "kind",
            "columns": {"size": "number", "since": "date", "name": "ignore"},
            "missing": ["?"],
            "task": "auto",
        },
        network={"hidden_layers": DENSE, "layer_names": ["x", "h", "y"], "frozen": "h"},
        training={"optimizer": {"name": "lbfgs", "memory": 3}},
    ),
    "images": _design(
        "upload:images.npz",
        network={
            "hidden_layers": [
                {"name": "reshape", "shape": [1, 6, 6]},
                {"name": "conv2d", "channels": 2, "kernel_size": 3, "padding": "same"},
                {"name": "max_pool", "size": 2, "stride": 1},
                {"name": "upsample", "factor": 2},
                {"name": "flatten"},
            ]
        },
        training={"augmentation": [{"name": "shift", "pixels": 1}], "class_weight": "balanced"},
    ),
    "sequences": _design(
        "hills",
        data={"options": {"rows": 24}},
        network={
            "hidden_layers": [
                {"name": "reshape", "shape": [2, 1]},
                {"name": "recurrent", "cell": {"name": "gru", "units": 2}},
                {"name": "last_step"},
            ]
        },
    ),
}
VIEW = {
    "plane": {"kind": "columns", "columns": [0, 1]},
    "parts": ["curves", "surface", "units", "links", "flow", "confusion", "residuals"],
    "grid": 12,
}
QUESTIONS = [
    *({"ask": "design", "design": design} for design in DESIGNS.values()),
    {"ask": "opened", "fragment": "a1.eJyrrgUAAXUA-Q"},
    *({"ask": name} for name in ("play", "pause", "step", "epoch", "undo", "redo", "share")),
    *({"ask": name} for name in ("save", "scenes", "diagnosis", "laboratory")),
    {"ask": "reset", "seed": 3},
    {"ask": "rate", "learning_rate": 0.1},
    {"ask": "pace", "epochs_per_second": 20},
    {
        "ask": "view",
        **VIEW,
        "unit_grid": 10,
        "example": {"part": "train", "row": 0},
        "target": 0,
    },
    {"ask": "view", "plane": {"kind": "components"}, "parts": ["surface", "maps"], "grid": 10},
    {"ask": "share", "view": VIEW},
    {"ask": "back", "epoch": 1},
    {"ask": "keep", "name": "one"},
    {"ask": "drop", "run": 1},
    {"ask": "rename", "run": 1, "name": "two"},
    {"ask": "go_back_to", "run": 1},
    {"ask": "rows", "part": "train", "offset": 0, "count": 5, "order": "loss", "filter": "all"},
    {"ask": "rows", "part": "validation", "offset": 1, "count": 5, "filter": "wrong"},
    {"ask": "look", "source": "upload:table.csv"},
    {"ask": "predict", "values": [0.5, -0.5]},
    {"ask": "predict", "values": ["a", 1.5, "oak", "2020-01-01", 10]},
    {"ask": "stepping", "row": {"part": "train", "place": 1}, "jacobian": True, "training": True},
    {"ask": "stepping", "values": [0.5, -0.5], "target": "1"},
    {"ask": "stepping_neuron", "row": {"part": "train", "place": 0}, "layer": 0, "unit": 1},
    {
        "ask": "stepping_cell",
        "row": {"part": "train", "place": 0},
        "layer": 0,
        "kind": "backward",
        "symbol": "δ",
        "index": [0, 1],
    },
    {"ask": "formula", "text": "max(z, a*z), a=0.1"},
    {"ask": "remedy", "finding": 1, "remedy": 1, "code": "overfitting"},
    {"ask": "scene", "name": "a-smaller-memory"},
    {"ask": "check", "name": "a-smaller-memory"},
    {"ask": "laboratory", "name": "xor", "settings": {"seed": 1}, "theme": "dark"},
    *({"ask": "code", "target": each, "exact": True} for each in ("python", "pytorch", "toml")),
]
LINK = {
    "design": DESIGNS["classes"],
    "epoch": 2,
    "view": {"plane": {"kind": "columns", "columns": [0, 1]}, "parts": ["curves"], "grid": 20},
}


def _fragment(content):
    """What a link says, without a look at whether any link says it."""
    packed = zlib.compress(json.dumps(content).encode())
    return f"a1.{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


@st.composite
def _changed(draw, questions):
    """A question whose fields are changed; of a link what it says, or the text itself."""
    asked = draw(st.sampled_from(questions))
    if asked["ask"] == "opened":
        broken = draw(st.sampled_from(["", "", "", "", "", "A", "=", "\ud800"]))
        return {"ask": "opened", "fragment": _fragment(draw(mutated([LINK]))) + broken}
    return {**draw(mutated([{**asked, "ask": ""}])), "ask": asked["ask"]}


DESIGNING = [each for each in QUESTIONS if each["ask"] in ("design", "opened")]
WITH_FIELDS = [each for each in QUESTIONS if len(each) > 1 and each not in DESIGNING]
cases = st.tuples(
    st.sampled_from(sorted(DESIGNS)),
    st.lists(
        st.sampled_from(QUESTIONS) | _changed(WITH_FIELDS) | _changed(DESIGNING),
        min_size=1,
        max_size=3,
    ),
)


@functools.cache
def _home():
    """A folder with the files that the page was given."""
    place = tempfile.TemporaryDirectory(prefix="axone-fuzz-")
    folder = Path(place.name)
    (folder / "table.csv").write_text(TABLE)
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (16, 6, 6), dtype=np.uint8)
    np.savez(folder / "images.npz", X=images, y=np.arange(16) % 2)
    return place, Sources({each.name: each for each in folder.iterdir()})


@functools.cache
def _designer():
    """One for all tries: it keeps the rows of the last designs, as it does for a page."""
    return Designer(_home()[1])


def _bench(name, folder):
    bench = Bench(folder, sources=_home()[1])
    bench.designer = _designer()
    bench.announce_download = lambda path, _name: path.name
    bench.set_design(DESIGNS[name])
    bench.epoch()
    return bench


def _ask(bench, text):
    """Do as server and worker do with a message; an answer that JSON has no words for is found."""
    try:
        asked = question(text)
    except NoQuestionError:
        return
    if asked.wrong is not None:
        return
    if asked.ask == "view":
        view = View.from_data(asked.fields, bench.design.prepared)
        stage = Stage.of(bench.design.prepared, view)
        value = stage.to_data()
        _paint(bench, stage)
    elif asked.ask in answers():
        value = answers()[asked.ask](bench, asked.fields)
    else:
        return
    try:
        json.dumps(without_infinities({"value": value}), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise Finding(f"an answer to {asked.ask} that is no JSON", str(error)) from error


def _paint(bench, stage):
    parameters, history = bench.parameters(), bench.history()
    flow = bench.attempt.flow
    arrays = frame_arrays(stage, parameters, history, 0, history.epochs, flow, fresh=True)
    encode(1, bench.state(), arrays)


def attempt(case, folder):
    """Ask one question after another; each is answered, or refused in words."""
    name, asked = case
    with (
        patch.object(Laboratory, "look", lambda *_arguments: {"seen": {}}),
        patch.object(Laboratory, "warm", lambda _self: None),
        patch.object(Diagnoser, "_begin", lambda *_arguments: None),
    ):
        bench = _bench(name, folder)
        for number, each in enumerate(asked):
            text = json.dumps({**each, "id": number})
            with watched():
                _ask(bench, text)
            with watched():
                if bench.playing:
                    bench.learn()
                _paint(
                    bench,
                    Stage.of(
                        bench.design.prepared, View.from_data({"grid": 10}, bench.design.prepared)
                    ),
                )
            bench.pause()
