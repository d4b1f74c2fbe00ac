"""The WebSocket: questions and answers, frames, two pages, and what no page should send."""

import json
import socket
import time
from contextlib import ExitStack, suppress

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from axone.playground.limits import (
    MOST_CONNECTIONS,
    MOST_WAITING,
    MOST_WAITING_OF_ALL,
    TEXT_BYTES,
)


def wait_until(true):
    deadline = time.monotonic() + 30
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert true()


def closed_with(page):
    try:
        while True:
            page.next()
    except ConnectionClosed as closed:
        return closed.rcvd.code


def test_a_question_is_answered_under_its_own_number(shared):
    page = shared.page()
    page.asked = 40
    assert page.ask("echo", text="é\U0001f600", list=[1, 2.5, None]) == {
        "answer": 41,
        "value": {"ask": "echo", "text": "é\U0001f600", "list": [1, 2.5, None]},
    }


def test_the_worker_is_told_how_to_begin(serve):
    served = serve(source="iris")
    begun = served.page().value("begun")
    assert begun["source"] == "iris"
    assert begun["folder"] == str(served.folder)
    assert begun["language"] == "en"
    assert begun["design"] is None


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "https://127.0.0.1"])
def test_a_page_of_another_origin_is_refused(shared, origin):
    with pytest.raises(InvalidStatus) as refused:
        shared.page(Origin=origin)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("cookie", ["", "axone-playground-1=x", "{name}=", "{name}=wrong"])
def test_a_page_without_the_cookie_is_refused(shared, cookie):
    with pytest.raises(InvalidStatus) as refused:
        shared.page(Cookie=cookie.format(name=shared.keys.cookie_name))
    assert refused.value.response.status_code == 403


def test_a_page_by_a_foreign_name_is_refused(shared):
    with pytest.raises(InvalidStatus) as refused:
        shared.page(Host=f"rebound.example:{shared.port}")
    assert refused.value.response.status_code in (400, 421)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "{",
        "[]",
        "7",
        '{"ask": "echo"}',
        '{"id": true, "ask": "echo"}',
        '{"id": -1, "ask": "echo"}',
        '{"id": 1e300, "ask": "echo"}',
        '{"id": 9007199254740993, "ask": "echo"}',
        '{"id": ' + "9" * 500_000 + ', "ask": "echo"}',
        "[" * 500_000,
        '{"id":1,"ask":"echo","x":' + '{"x":' * 100_000 + "1" + "}" * 100_001,
    ],
    ids=lambda message: f"{message[:30]}… {len(message)}",
)
def test_what_is_no_question_closes_the_connection_and_nothing_else(shared, message):
    page = shared.page()
    page.socket.send(message)
    assert closed_with(page) == 1007
    assert shared.page().value("echo")


def test_bytes_close_the_connection(shared):
    page = shared.page()
    page.socket.send(b"\x00" * 100)
    assert closed_with(page) == 1003


def test_a_text_that_is_no_utf_8_closes_the_connection(shared):
    page = shared.page()
    page.socket.send(b"\xff\xfe", text=True)
    assert closed_with(page) == 1007
    assert shared.page().value("echo")


def test_a_message_that_is_too_long_closes_the_connection(shared):
    page = shared.page()
    page.socket.send(json.dumps({"id": 1, "ask": "echo", "text": "x" * TEXT_BYTES}))
    assert closed_with(page) == 1009
    assert shared.page().value("echo")


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("1e999", "not finite"),
        ("-Infinity", "not finite"),
        ("[[NaN]]", "not finite"),
        ("1" * 4000, "more than 40 characters"),
        ('"\\ud800"', "half a character"),
        ('{"\\udfff": 1}', "half a character"),
        ("[" * 80 + "]" * 80, "64 deep"),
    ],
    ids=lambda text: text[:20],
)
def test_what_no_answer_needs_is_refused_in_words_under_its_number(shared, field, words):
    page = shared.page()
    page.socket.send(f'{{"id": 9, "ask": "echo", "value": {field}}}')
    refused = page.answer(9)["refused"]
    assert refused["place"] == ""
    assert words in refused["words"]
    assert page.value("echo")


@pytest.mark.parametrize("ask", [None, 7, "", "Echo", "a b", "x" * 33, "écho", "echo\n"])
def test_a_question_of_no_known_shape_is_refused(shared, ask):
    page = shared.page()
    assert "Nobody knows" in page.ask(ask)["refused"]["words"]


def test_a_page_cannot_speak_for_the_server(shared):
    page = shared.page()
    assert page.ask("echo", internal="begin")["refused"]
    page.socket.send('{"internal": "begin", "source": "/etc/passwd"}')
    assert closed_with(page) == 1007


def test_ten_thousand_messages_a_second_end_the_connection_and_not_the_playground(served):
    page = served.page(max_queue=None)
    message = json.dumps({"id": 1, "ask": "echo"})
    with suppress(ConnectionClosed):
        for _ in range(10_000):
            page.socket.send(message)
    assert closed_with(page) == 1008
    again = served.page()
    assert again.value("begun")["folder"] == str(served.folder)
    assert again.value("count")["asked"] < 5000


def test_more_questions_than_a_worker_may_have_are_refused_at_once(served):
    page = served.page()
    for _ in range(MOST_WAITING):
        page.send("silence")
    assert "Too many questions" in page.ask("echo")["refused"]["words"]


def test_pages_that_go_and_leave_their_questions_behind_find_an_end(served):
    for _ in range(MOST_WAITING_OF_ALL // MOST_WAITING):
        page = served.page()
        for _ in range(MOST_WAITING - 1):
            page.send("silence")
        page.value("echo")
    page = served.page()
    for _ in range(MOST_WAITING_OF_ALL // MOST_WAITING):
        page.send("silence")
    assert "Too many questions" in page.ask("echo")["refused"]["words"]


def test_frames_travel_as_bytes_and_are_asked_for_one_by_one(shared):
    page = shared.page()
    for size in (0, 10, 100_000):
        page.send("frame", size=size)
        assert page.next() == b"frame" + bytes(size)


def test_a_page_that_does_not_read_gets_the_latest_frame_and_not_all(served):
    page = served.page()
    number = page.send("frames", count=300, size=2**20)
    time.sleep(0.1)
    wait_until(lambda: not served.session.waiting)
    page.answer(number)
    shown = [int.from_bytes(frame[:4], "little") for frame in page.frames]
    while not shown or shown[-1] != 299:
        shown.append(int.from_bytes(page.next()[:4], "little"))
    assert shown == sorted(set(shown))
    assert len(shown) < 300


def test_events_come_in_their_order(shared):
    page = shared.page()
    page.ask("events", count=200)
    assert [event["words"] for event in page.events] == [str(number) for number in range(200)]


def test_the_newest_page_wins_and_the_older_is_told(shared):
    older = shared.page()
    assert older.value("echo")
    newer = shared.page()
    assert newer.value("echo")
    assert older.next() == {"event": "elsewhere"}
    assert closed_with(older) == 4001
    assert newer.value("echo")


def test_an_answer_to_the_older_page_never_reaches_the_newer(shared):
    older = shared.page()
    older.send("slowly", text="for the older")
    newer = shared.page()
    assert newer.ask("echo", text="for the newer") == {
        "answer": 1,
        "value": {"ask": "echo", "text": "for the newer"},
    }


def test_connections_that_say_nothing_keep_nobody_out(serve, monkeypatch):
    monkeypatch.setattr("axone.playground.limits.SILENT_SECONDS", 0.2)
    served = serve()
    with ExitStack() as silent:
        for begun in (b"", b"GET / HTTP/1.1\r\nHost:") * (MOST_CONNECTIONS // 2 + 1):
            there = silent.enter_context(socket.create_connection(("127.0.0.1", served.port)))
            there.sendall(begun)
            there.settimeout(30)
        page = served.page()
        assert there.recv(1) == b""
        with served.known() as client:
            assert client.get("/").status_code != 503
        assert page.value("echo", word="still here")["word"] == "still here"
