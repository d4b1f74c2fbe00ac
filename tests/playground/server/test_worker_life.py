"""A worker that dies, hangs, babbles or refuses: it is noticed, said, and started again."""

import os
import signal
import time

import pytest

from axone.playground import limits
from axone.playground.limits import STDERR_CHARACTERS

posix = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")


def alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(true):
    deadline = time.monotonic() + 30
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert true()


def test_a_worker_that_dies_is_started_again_with_the_last_good_design(served):
    page = served.page()
    page.value("design", design={"seed": 7})
    first = page.value("begun")["process"]
    with served.known() as client:
        client.post("/upload", params={"name": "t.csv"}, content=b"1")
    waiting = page.send("die", status=3)
    refused = page.answer(waiting)["refused"]
    assert refused == {
        "place": "",
        "words": "The training process has ended: it ended with status 3.",
    }
    ended = page.event("worker", alive=False)
    assert ended["words"].endswith("It is being started again.")
    page.event("worker", alive=True)
    begun = page.value("begun")
    assert begun["design"] == {"seed": 7}
    assert begun["process"] != first
    assert page.value("uploads") == {"t.csv": 1}
    assert "worker: about to die" in served.shown
    assert any("ended with status 3" in line for line in served.shown)


def test_a_worker_that_dies_after_long_is_started_again_just_so(served, monkeypatch):
    monkeypatch.setattr(limits, "RESTART_WINDOW", 0.0)
    page = served.page()
    for _ in range(6):
        page.send("die")
        page.event("worker", alive=False)
        page.event("worker", alive=True)
    assert page.value("echo")


def test_a_refused_design_is_not_a_good_one(served):
    page = served.page()
    page.value("design", design={"seed": 1})
    assert page.ask("refuse", design={"seed": 2})["refused"]
    page.send("die")
    page.event("worker", alive=True)
    assert page.value("begun")["design"] == {"seed": 1}


@posix
def test_a_worker_killed_in_mid_work_is_told_in_words(served):
    page = served.page()
    process = page.value("begun")["process"]
    waiting = page.send("hang")
    os.kill(process, signal.SIGKILL)
    assert "perhaps for want of memory" in page.answer(waiting)["refused"]["words"]
    page.event("worker", alive=True)
    assert page.value("echo")


@posix
def test_a_worker_that_hangs_is_killed_and_what_it_started_too(impatient):
    page = impatient.page()
    process, child = page.value("begun")["process"], page.value("child")
    assert alive(child)
    waiting = page.send("hang")
    assert "it did not answer" in page.answer(waiting)["refused"]["words"]
    page.event("worker", alive=True)
    wait_until(lambda: not alive(process) and not alive(child))
    assert page.value("echo")


def test_a_worker_that_gives_signs_of_life_does_not_hang(impatient):
    page = impatient.page()
    process = page.value("begun")["process"]
    assert page.value("train", seconds=3)
    assert page.value("begun")["process"] == process


def test_a_worker_with_nothing_to_do_does_not_hang(impatient):
    page = impatient.page()
    process = page.value("begun")["process"]
    page.send("hush")
    time.sleep(2.5)
    assert page.value("begun")["process"] == process


def test_a_design_that_kills_each_worker_is_given_up(served):
    page = served.page()
    page.value("design", design={"poison": True})
    page.send("die")
    page.event("worker", alive=True)
    for _ in range(2):
        page.event("worker", alive=False)
        page.event("worker", alive=True)
    assert page.value("begun")["design"] is None


def test_a_worker_that_dies_again_and_again_is_left_alone(served):
    page = served.page()
    for _ in range(3):
        page.send("die")
        page.event("worker", alive=True)
    page.send("die")
    assert "4 times within a minute" in page.event("worker", alive=False)["words"]
    assert "is not running" in page.ask("echo")["refused"]["words"]
    with served.known() as client:
        assert client.get("/upload").status_code == 200


def test_what_a_worker_prints_is_shown_and_spoils_no_message(served):
    page = served.page()
    assert page.value("echo")
    page.ask("print", text="to the terminal\x1b[31m")
    wait_until(lambda: "worker: a print of the worker's own" in served.shown)
    wait_until(lambda: any("to the terminal" in line for line in served.shown))


def test_a_worker_that_prints_without_end_fills_no_memory(served):
    page = served.page()
    page.value("print_much", bytes=10**7)
    wait_until(lambda: any(line.startswith("worker: xxx") for line in served.shown))
    assert max(map(len, served.shown)) <= STDERR_CHARACTERS + 20


def test_a_worker_that_talks_nonsense_is_replaced(served):
    page = served.page()
    process = page.value("begun")["process"]
    page.send("babble")
    assert "was not understood" in page.event("worker", alive=False)["words"]
    page.event("worker", alive=True)
    assert page.value("begun")["process"] != process


@pytest.mark.parametrize("said", ["[1]", "{", '{"answer": [1]}', "[" * 10_000, '{"internal": 7}'])
def test_whatever_a_worker_says_the_server_goes_on(served, said):
    page = served.page()
    page.send("say", text=said)
    with served.known() as client:
        assert client.get("/upload").status_code == 200
    wait_until(lambda: "value" in page.ask("echo"))


def test_a_file_of_the_command_may_be_named_by_designs_of_later_workers(serve, tmp_path):
    (tmp_path / "mine.csv").write_text("a,b")
    page = serve(source=str(tmp_path / "mine.csv")).page()
    page.send("die")
    page.event("worker", alive=True)
    assert page.value("begun")["files"] == {"mine.csv": str(tmp_path / "mine.csv")}


def test_a_design_that_a_later_worker_refuses_is_told_and_ends_nothing(served):
    page = served.page()
    page.send("say", text='{"internal": "refused", "words": "No such thing."}')
    assert page.value("echo")
    assert "worker: No such thing." in served.shown


def test_a_number_that_is_not_finite_is_null_for_the_page(served):
    page = served.page()
    page.send("say", text='{"event": "note", "loss": NaN, "most": -Infinity, "x": 1.5}')
    assert page.event("note") == {"event": "note", "loss": None, "most": None, "x": 1.5}


def test_a_source_that_the_worker_refuses_ends_the_playground_in_words(start):
    process = start("nonsense", "--no-browser")
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (2, "")
    assert "Error: There is no dataset 'nonsense'." in errors
