"""A server that speaks the page's protocol with made-up answers: to see panels without a worker.

``python fake_server.py [PORT]``, and open that port of 127.0.0.1; ``--long`` makes every text
longer, as translations are. What it computes is no network: shapes and types are right, numbers
pretend.
"""

import asyncio
import json
import struct
import sys
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

import axone.playground
from axone.playground.words import LANGUAGES, words

PAGE = Path(axone.playground.__file__).parent / "page"
LONG = "--long" in sys.argv

DESIGN: dict[str, Any] = {
    "data": {"source": "spirals", "options": {"rows": 400, "noise": 0.1}},
    "network": {
        "hidden_layers": [
            {"name": "dense", "units": 6, "activation": "tanh"},
            {"name": "dense", "units": 4, "activation": "tanh"},
        ]
    },
    "training": {"optimizer": {"name": "adam", "learning_rate": 0.01}, "batch_size": 16},
    "seed": 0,
}

COLUMNS = [
    {"name": "age", "kind": "integer", "role": "feature", "width": 1, "missing": 0},
    {"name": "city", "kind": "category", "role": "feature", "width": 3, "missing": 2},
    {"name": "id", "kind": "id", "role": "left out", "width": 0, "missing": 0},
    {"name": "bought", "kind": "yes/no", "role": "target", "width": 1, "missing": 0},
]


def frame(header: dict[str, Any], arrays: dict[str, tuple[np.ndarray, dict[str, Any]]]) -> bytes:
    """Write a frame as the worker does: a padded header, then arrays at multiples of 8."""
    body, described = b"", []
    for name, (array, extras) in arrays.items():
        body += b"\0" * (-len(body) % 8)
        kind = f"{array.dtype.kind}{array.dtype.itemsize}"
        shape = list(array.shape)
        described.append(
            {"name": name, "dtype": kind, "shape": shape, "offset": len(body), **extras}
        )
        body += np.ascontiguousarray(array).tobytes()
    head = json.dumps({**header, "arrays": described}).encode()
    head += b" " * (-(len(head) + 4) % 8)
    return struct.pack("<I", len(head)) + head + body


class Pretended:
    """The worker's side: a design, an epoch that goes up, and answers."""

    def __init__(self) -> None:
        self.design = deepcopy(DESIGN)
        self.past: list[dict[str, Any]] = []
        self.future: list[dict[str, Any]] = []
        self.number, self.epoch, self.told = 1, 0, -1
        self.running, self.pace = False, None
        self.back: int | None = None
        self.runs: list[dict[str, Any]] = []

    def state(self) -> dict[str, Any]:
        optimizer = self.design["training"].get("optimizer", {})
        rate = optimizer.get("learning_rate", 0.001) if isinstance(optimizer, dict) else 0.001
        return {
            "running": self.running,
            "epoch": self.epoch,
            "step": self.epoch * 19,
            "batch": 0,
            "epochs": 5000,
            "learning_rate": rate,
            "pace": self.pace,
            "ended": None,
            "looking_back": self.back,
            "past": list(range(0, self.epoch + 1, max(1, self.epoch // 40))),
            "can_undo": bool(self.past),
            "can_redo": bool(self.future),
            "seconds": self.epoch * 0.01,
            "epochs_per_second": 60.0 if self.running else 0.0,
            "design_number": self.number,
        }

    def designed(self) -> dict[str, Any]:
        data = self.design["data"]
        table = data["source"].startswith("upload:")
        images = data["source"] == "digits"
        features = ["x₁", "x₂"] if not table else ["age", "city: Paris", "city: Rome"]
        layers = self.design["network"].get("hidden_layers", [])
        network = [
            {
                "layer": at,
                "name": layer["name"],
                "title": layer["name"].title(),
                "activation": layer.get("activation"),
                "output_shape": [layer.get("units", 4)],
                "parameters": 12,
                "units": layer.get("units", 4),
                "drawn": "units",
                "settings": layer,
            }
            for at, layer in enumerate(
                [*layers, {"name": "dense", "units": 1 if not images else 10}]
            )
        ]
        training = {
            "loss": "auto",
            "optimizer": "adam",
            "schedule": "constant",
            "epochs": 5000,
            "batch_size": "auto",
            "l1": 0.0,
            "l2": 0.0,
            "clip_norm": None,
            **self.design["training"],
        }
        rows = {"train": 280, "validation": 60, "test": 60}
        return {
            "design": self.design,
            "experiment": {**self.design, "training": training},
            "notes": ["12 rows without an answer are left out."] if table else [],
            "data": {
                "name": data["source"],
                "task": "classification",
                "rows": rows,
                "kind": "table" if not images else "images",
                "features": features if not images else [],
                "classes": ["inner", "outer"]
                if not images
                else [str(digit) for digit in range(10)],
                "target": "class" if not table else "bought",
                "targets": ["bought"] if table else [],
                "shape": [8, 8] if images else [len(features)],
                "scaling": [],
                "columns": COLUMNS if table else [],
            },
            "network": network,
            "parameters_total": 61,
            "engine": "native",
            "steps_of_epoch": 18,
            "views": {"can": ["curves", "surface", "units", "links"], "columns": features},
        }

    def frame(self) -> bytes:
        grid = np.linspace(-1, 1, 40)
        x, y = np.meshgrid(grid, grid)
        turn = 0.05 * self.epoch
        share = 1 / (1 + np.exp(-6 * np.sin(3 * np.hypot(x, y) - np.arctan2(y, x) + turn)))
        arrays: dict[str, tuple[np.ndarray, dict[str, Any]]] = {
            "surface": ((255 * share).astype("u1"), {})
        }
        fresh = np.arange(max(self.told + 1, self.epoch - 255), self.epoch + 1)
        if self.told != self.epoch:
            epochs = fresh.astype("f4")
            arrays["curve.epoch"] = (epochs, {})
            arrays["curve.train_loss"] = ((0.7 * np.exp(-epochs / 80)).astype("f4"), {})
            arrays["curve.validation_loss"] = ((0.1 + 0.6 * np.exp(-epochs / 90)).astype("f4"), {})
        header: dict[str, Any] = {"frame": self.epoch, "state": self.state()}
        if self.told < 0:
            header["curves"] = {"from": "start"}
            points = np.random.default_rng(0).uniform(-1, 1, (400, 2)).astype("f4")
            arrays["points"] = (points, {})
            arrays["points.label"] = ((np.hypot(*points.T) > 0.7).astype("i4"), {})
            arrays["points.number"] = (np.arange(400, dtype="i4"), {})
            arrays["points.part"] = ((np.arange(400) % 4 == 0).astype("u1"), {})
        self.told = self.epoch
        sizes = [2, *(layer["units"] for layer in self.designed()["network"])]
        for at, (before, size) in enumerate(pairwise(sizes)):
            seeded = np.random.default_rng(at)
            units = np.tanh(
                seeded.normal(size=(size, 1, 1)) * x + seeded.normal(size=(size, 1, 1)) * y
            )
            limits = {"low": [-1.0] * size, "high": [1.0] * size}
            arrays[f"units.{at}"] = (((units + 1) * 127).astype("u1"), limits)
            arrays[f"links.{at}"] = (seeded.normal(size=(size, before)).astype("f4"), {})
            arrays[f"bias.{at}"] = (seeded.normal(size=size).astype("f4"), {})
        inputs = np.stack([(x + 1) * 127, (y + 1) * 127]).astype("u1")
        arrays["units.input"] = (inputs, {"low": [-1.0, -1.0], "high": [1.0, 1.0]})
        arrays["flow"] = (np.ones(len(sizes) - 1, "f4"), {})
        return frame(header, arrays)

    def changed(self, design: dict[str, Any]) -> dict[str, Any]:
        self.past.append(self.design)
        self.future.clear()
        return self.begun(design)

    def begun(self, design: dict[str, Any]) -> dict[str, Any]:
        self.design, self.epoch, self.told, self.back = design, 0, -1, None
        self.number += 1
        return {**self.designed(), "state": self.state()}

    def answer(self, ask: str, fields: dict[str, Any]) -> Any:
        """Answer a question; LookupError holds a place and words where it is refused."""
        if ask == "hello" or ask == "language":
            return hello(self, fields.get("language", "en"))
        if ask == "design":
            training = fields["design"].get("training", {})
            if isinstance(l2 := training.get("l2", 0), str) or l2 < 0:
                raise LookupError("training.l2", f"must be at least 0; found {l2!r}.")
            return self.changed(fields["design"])
        if ask in ("undo", "redo"):
            source, other = (self.past, self.future) if ask == "undo" else (self.future, self.past)
            if not source:
                raise LookupError("", "There is nothing to undo.")
            other.append(self.design)
            return self.begun(source.pop())
        if ask in ("play", "pause"):
            self.running, self.back = ask == "play", None
        elif ask in ("step", "epoch"):
            self.running, self.back, self.epoch = False, None, self.epoch + 1
        elif ask == "reset":
            self.begun(self.design)
        elif ask == "pace":
            self.pace = fields.get("epochs_per_second")
        elif ask == "back":
            self.back, self.running = fields["epoch"], False
        elif ask == "rate":
            optimizer = self.design["training"].setdefault("optimizer", {"name": "adam"})
            optimizer["learning_rate"] = fields["learning_rate"]
        elif ask in CANNED:
            return CANNED[ask](fields)
        elif ask == "keep":
            self.runs.append(
                {"run": len(self.runs) + 1, "name": "Run", "curves": {}, "design": self.design}
            )
            return {"runs": self.runs}
        elif ask in ("scene", "opened", "remedy"):
            return {**self.changed(deepcopy(DESIGN)), "scene": {"name": "xor"}}
        else:
            raise LookupError("", f"Nobody knows the question {ask!r}.")
        return self.state()


def _rows(fields: dict[str, Any]) -> dict[str, Any]:
    rows = [
        {
            "number": at,
            "cells": [0.1 * at, -0.2],
            "target": "inner",
            "predicted": "outer",
            "wrong": True,
        }
        for at in range(fields.get("offset", 0), fields.get("offset", 0) + fields.get("count", 20))
    ]
    columns = [{"name": "x₁", "kind": "number"}, {"name": "x₂", "kind": "number"}]
    return {"total": 400, "columns": columns, "rows": rows}


CANNED: dict[str, Any] = {
    "rows": _rows,
    "look": lambda _: {"columns": COLUMNS},
    "view": lambda _: {"plane": {"names": ["x₁", "x₂"], "ranges": [[-1, 1], [-1, 1]]}},
    "stepping": lambda _: {"stages": []},
    "predict": lambda _: {"probabilities": [0.02, 0.9, 0.03, 0.01, 0.01, 0.01, 0.01, 0, 0.01, 0]},
    "formula": lambda _: {"x": [-1, 0, 1], "y": [0, 0, 1], "slope": [0, 0, 1], "derivative": "1"},
    "diagnosis": lambda _: {"findings": []},
    "scenes": lambda _: [
        {"name": "xor", "chapter": "1", "title": "XOR", "question": "Why two?", "kind": "watch"}
    ],
    "check": lambda _: {"passed": True, "words": ["Well done."]},
    "laboratory": lambda _: [],
    "code": lambda _: {"text": "import axone as ax\n"},
    "share": lambda _: {"fragment": "v1.pretended"},
    "save": lambda _: {"download": "/download/1", "name": "run.zip"},
    "drop": lambda _: {"runs": []},
}


def hello(worker: Pretended, language: str) -> dict[str, Any]:
    """Return what the page is told first."""
    try:
        from axone.experiments.schema import ExperimentData
        from axone.playground.catalogue import catalogue

        schema, known = ExperimentData.model_json_schema(), catalogue()
    except ImportError:
        schema, known = {}, {}
    texts = words()
    own = language if language in LANGUAGES else "en"
    if LONG:
        texts = {key: text + " " + text[: len(text) * 2 // 5 + 1] for key, text in texts.items()}
    return {
        "words": texts,
        "language": own,
        "languages": dict(LANGUAGES),
        "schema": schema,
        "catalogue": known,
        "state": worker.state(),
        "designed": worker.designed(),
    }


WORKER = Pretended()


async def socket(page: WebSocket) -> None:
    """Talk with one page."""
    await page.accept()
    wants = asyncio.Event()

    async def train() -> None:
        shown = None
        while True:
            await asyncio.sleep(1 / 30)
            if WORKER.running:
                WORKER.epoch += 1
            now = (WORKER.epoch, WORKER.number, WORKER.back)
            if wants.is_set() and now != shown:
                shown = now
                wants.clear()
                await page.send_bytes(WORKER.frame())

    WORKER.told = -1
    training = asyncio.create_task(train())
    try:
        while True:
            fields = json.loads(await page.receive_text())
            ask, number = fields.pop("ask"), fields.pop("id")
            if ask == "frame":
                wants.set()
                continue
            try:
                said = {"answer": number, "value": WORKER.answer(ask, fields)}
            except LookupError as error:
                place, text = error.args
                said = {"answer": number, "refused": {"place": place, "words": text}}
            await page.send_json(said)
            await page.send_json({"event": "state", **WORKER.state()})
    except WebSocketDisconnect:
        pass
    finally:
        training.cancel()


async def upload(request: Request) -> Response:
    """Take a file, unless its name says that it is wrong."""
    name = request.query_params.get("name", "file.csv")
    await request.body()
    if name.endswith(".exe"):
        return JSONResponse({"refused": {"place": "data.source", "words": "No table."}}, 400)
    return JSONResponse({"source": f"upload:{name}"})


async def index(_: Request) -> Response:
    """Return the page, as strict as the real server."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'"
    )
    return FileResponse(PAGE / "index.html", headers={"Content-Security-Policy": policy})


app = Starlette(
    routes=[
        Route("/", index),
        Route("/upload", upload, methods=["POST"]),
        WebSocketRoute("/talk", socket),
        Mount("/page", StaticFiles(directory=PAGE)),
    ]
)

if __name__ == "__main__":
    import uvicorn

    port = next((int(word) for word in sys.argv[1:] if word.isdigit()), 8765)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
