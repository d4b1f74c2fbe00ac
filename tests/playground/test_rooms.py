"""Imports point one way: the server knows no network, the worker no HTTP, each room those below."""

import ast
from pathlib import Path

import pytest

import axone

ROOT = Path(axone.__file__).parent
HOME = ROOT / "playground"
SERVER = {
    "asked",
    "connection",
    "door",
    "downloads",
    "guard",
    "keys",
    "process",
    "server",
    "serving",
    "session",
    "static",
    "uploads",
}
BOTH = {"limits", "pipe"}
BELOW_THE_BENCH = {
    "attempts",
    "describing",
    "designs",
    "frames",
    "kept",
    "numbers",
    "pace",
    "past",
    "sources",
    "undoing",
}


def imported(path):
    """Return the modules that a file imports when it is imported, but for types."""
    pending, found = [ast.parse(path.read_text("utf-8"))], set()
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.ImportFrom):
            found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
        elif isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        pending += ast.iter_child_nodes(node)
    return found


def rooms(path):
    """Return the rooms of the playground that a file imports from."""
    inner = (name.split(".") for name in imported(path) if name.startswith("axone.playground."))
    return {parts[2] for parts in inner}


MODULES = {
    ".".join(path.relative_to(HOME).with_suffix("").parts): path for path in HOME.rglob("*.py")
}
KNOWN = {path.stem for path in HOME.iterdir()}


def room_of(module):
    return module.split(".")[0]


@pytest.mark.parametrize("module", sorted(SERVER))
def test_the_server_knows_nothing_of_the_worker(module):
    assert rooms(MODULES[module]) & KNOWN <= SERVER | BOTH
    numbers = {"numpy", "axone.network", "axone.training", "axone.experiments", "axone.engines"}
    assert not numbers & imported(MODULES[module])


@pytest.mark.parametrize("module", sorted(set(MODULES) - SERVER - BOTH))
def test_the_worker_knows_nothing_of_the_server(module):
    assert not rooms(MODULES[module]) & SERVER
    outside = {name.split(".")[0] for name in imported(MODULES[module])}
    assert not outside & {"starlette", "uvicorn", "websockets", "asyncio"}


@pytest.mark.parametrize("module", [*sorted(BELOW_THE_BENCH), "bench"])
def test_what_the_bench_stands_on_knows_no_question_and_no_pipe(module):
    allowed = BELOW_THE_BENCH | {"views", "limits"}
    assert rooms(MODULES[module]) & KNOWN <= allowed


@pytest.mark.parametrize("module", sorted(m for m in MODULES if room_of(m) == "views"))
def test_views_are_made_of_what_is_prepared_and_never_ask_the_bench(module):
    assert rooms(MODULES[module]) & KNOWN <= {"views", "frames", "limits", "numbers"}


@pytest.mark.parametrize("module", sorted(m for m in MODULES if room_of(m) == "questions"))
def test_no_question_asks_another_and_only_the_worker_asks_them(module):
    others = {name for name in imported(MODULES[module]) if ".playground.questions." in name}
    assert not others


def test_questions_are_asked_by_the_worker_and_what_it_begins_with_alone():
    asking = {module for module, path in MODULES.items() if "questions" in rooms(path)}
    assert asking == {"beginning", "worker"}


def test_nobody_but_the_command_line_knows_the_playground():
    outside = [path for path in ROOT.rglob("*.py") if HOME not in path.parents]
    knows = {
        path.relative_to(ROOT).parts[0]
        for path in outside
        if any(name.startswith("axone.playground") for name in imported(path))
    }
    assert knows == {"cli"}
