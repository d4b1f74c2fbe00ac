"""`axone playground` as a process: its first line, Ctrl-C, and nothing left behind."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from websockets.sync.client import connect

from axone.playground import serve as serve_playground

posix = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")


def first_line(process):
    line = process.stdout.readline()
    found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\?token=([\w-]{43})\n", line)
    assert found, line + process.stderr.read()
    return int(found[1]), line.strip()


def children(process):
    """The processes that it has started, as Linux lists them."""
    path = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    try:
        return [int(number) for number in path.read_text().split()]
    except FileNotFoundError:
        pytest.skip("needs Linux's list of processes")


def gone(number):
    """Whether a process is no more; one whose parent has not looked yet is a zombie."""
    for _ in range(200):
        state = Path(f"/proc/{number}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


def page_at(address):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with pytest.raises(urllib.error.HTTPError) as answer:
        opener.open(address, timeout=30)
    with answer.value:
        return answer.value.read()


def connected(port, address):
    class NotFollowed(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_request):
            return None

    opener = urllib.request.build_opener(NotFollowed, urllib.request.ProxyHandler({}))
    with pytest.raises(urllib.error.HTTPError) as answer:
        opener.open(address, timeout=30)
    cookie = answer.value.headers["Set-Cookie"].partition(";")[0]
    answer.value.close()
    return connect(
        f"ws://127.0.0.1:{port}/talk",
        origin=f"http://127.0.0.1:{port}",
        additional_headers={"Cookie": cookie},
        proxy=None,
    )


@posix
@pytest.mark.parametrize(
    ("number", "status"), [("SIGINT", 0), ("SIGTERM", 143), ("SIGHUP", 129)], ids=str
)
def test_a_signal_ends_it_cleanly_worker_and_folder_too(start, tmp_path, number, status):
    process = start("--no-browser")
    port, address = first_line(process)
    assert len(list((tmp_path / "temporary").iterdir())) == 1
    with connected(port, address) as socket_:
        socket_.send('{"id": 1, "ask": "child"}')
        answer = json.loads(socket_.recv(timeout=30))
        started = [*children(process), answer["value"]]
        assert len(started) == 2
        process.send_signal(getattr(signal, number))
        output, errors = process.communicate(timeout=30)
    assert process.returncode == status
    assert output == ""
    assert "Traceback" not in errors
    assert list((tmp_path / "temporary").iterdir()) == []
    assert all(map(gone, started))


@posix
def test_a_worker_that_hangs_does_not_keep_it_from_ending(start, tmp_path):
    process = start("--no-browser")
    port, address = first_line(process)
    with connected(port, address) as socket_:
        socket_.send('{"id": 1, "ask": "hang"}')
        started = children(process)
        process.send_signal(signal.SIGINT)
        _output, errors = process.communicate(timeout=30)
    assert (process.returncode, "Traceback" in errors) == (0, False)
    assert list((tmp_path / "temporary").iterdir()) == []
    assert all(map(gone, started))


def test_a_taken_port_is_said_in_words(start):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start("--no-browser", "--port", taken.getsockname()[1])
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (2, "")
    assert "Another program has port" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--host", "0.0.0.0"], "add --i-know"),
        (["--host", "0.0.0.0", "--i-know"], "$AXONE_PASSWORD"),
        (["--i-know"], "go with --host"),
        (["--password-file", "x"], "go with --host"),
    ],
    ids=str,
)
def test_other_machines_need_more_than_a_word(start, words, complaint):
    process = start("--no-browser", *words)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (2, "")
    assert complaint in errors


def test_a_short_password_is_refused(start, tmp_path):
    (tmp_path / "password").write_text("elevenchars\nand more, which is not read\n")
    process = start(
        "--no-browser", "--host", "0.0.0.0", "--i-know", "--password-file", tmp_path / "password"
    )
    assert "at least 12 characters" in process.communicate(timeout=60)[1]
    assert process.returncode == 2


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "nowhere.invalid"])
def test_python_needs_a_password_as_well(host):
    with pytest.raises(ValueError, match="at least 12 characters"):
        serve_playground(host=host, browser=False)


def test_an_address_of_another_machine_is_said_in_words():
    with pytest.raises(ValueError, match="no address of this machine"):
        serve_playground(host="192.0.2.1", password="x" * 12, browser=False)


def test_the_browser_is_opened_with_the_address(start, tmp_path, monkeypatch):
    script = tmp_path / "browser"
    script.write_text(
        f'#!/bin/sh\necho "$1" > {tmp_path}/opened.part\n'
        f"mv {tmp_path}/opened.part {tmp_path}/opened\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(script))
    process = start()
    _port, address = first_line(process)
    while process.poll() is None and not (tmp_path / "opened").exists():
        time.sleep(0.02)
    assert (tmp_path / "opened").read_text().strip() == address


def test_its_help_reads_no_server():
    told = "print(*sorted({'starlette', 'uvicorn', 'websockets', 'numpy'} & sys.modules.keys()))"
    program = f"""
import sys
from axone.cli import main
sys.argv = ["axone", "playground", "--help"]
try:
    main()
except SystemExit:
    {told}
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "--no-browser" in done.stdout
    assert done.stdout.splitlines()[-1] == ""


@posix
def test_it_goes_on_when_nobody_reads_what_it_prints(start):
    process = start("--no-browser")
    port, address = first_line(process)
    process.stdout.close()
    process.stderr.close()
    with connected(port, address) as socket_:
        socket_.send('{"id": 1, "ask": "print", "text": "to nobody"}')
        assert json.loads(socket_.recv(timeout=30))["answer"] == 1
        assert b"used already" in page_at(address)
        socket_.send('{"id": 2, "ask": "echo"}')
        assert json.loads(socket_.recv(timeout=30))["answer"] == 2
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
