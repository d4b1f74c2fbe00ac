"""Files that are given to the page, and those that are fetched: safe names, bounds, one folder."""

import os
import socket
import stat
from contextlib import suppress

import pytest

from axone.data.home import suffix_of
from axone.errors import DataError
from axone.playground import uploads
from axone.playground.limits import MOST_UPLOADS, NAME_BYTES, NAME_CHARACTERS, UPLOAD_BYTES
from axone.playground.uploads import ENDINGS, safe_name


def give(client, name, content=b"a,b\n1,2\n"):
    return client.post("/upload", params={"name": name}, content=content)


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("table.csv", "table.csv"),
        ("Mesures été (2).CSV", "Mesures été (2).csv"),
        ("表.csv.gz", "表.csv.gz"),
        ("../../etc/table.csv", "table.csv"),
        ("C:\\Users\\me\\table.csv", "table.csv"),
        (".csv", "table.csv"),
        ("...csv", "table.csv"),
        (" .hidden.csv", "hidden.csv"),
        ("a\x00b\n\x1b[31m.csv", "a_b___31m.csv"),
        ('a<b>:|?*".csv', "a_b______.csv"),
        ("con.csv", "_con.csv"),
        ("\u202etable.csv", "_table.csv"),
        ("\ud800.csv", "_.csv"),
        ("e\u0301.ts", "é.ts"),
    ],
)
def test_a_name_is_made_safe_and_stays_what_it_was(given, safe):
    assert safe_name(given) == safe


@pytest.mark.parametrize("letter", ["a", "é", "表", "\U0001f600"])
def test_a_long_name_is_shortened_and_keeps_its_ending(letter):
    name = safe_name(letter * 100_000 + ".csv.gz")
    assert len(name) <= NAME_CHARACTERS
    assert len(name.encode()) <= NAME_BYTES
    assert name.endswith(".csv.gz")


@pytest.mark.parametrize(
    "name", ["", ".", "..", "table", "table.exe", "table.py", "x.pkl", "x.sqlite", "x.db", "a.csv/"]
)
def test_what_does_not_end_as_a_table_is_refused_in_words(shared, name):
    with shared.known() as client:
        answer = give(client, name)
    assert answer.status_code == 400
    assert "does not end as" in answer.json()["refused"]["words"]


def test_every_ending_that_is_taken_is_one_that_is_read():
    assert {suffix_of("x" + ending) for ending in ENDINGS} == set(ENDINGS)
    assert {".csv", ".npz", ".ts", ".parquet", ".csv.gz", ".zip", ".xlsx"} < set(ENDINGS)


def test_a_file_lies_in_the_folder_and_the_worker_is_told(served):
    page = served.page()
    with served.known() as client:
        assert give(client, "../my table.csv").json() == {"source": "upload:my table.csv"}
    assert page.value("uploads") == {"my table.csv": 8}
    path = served.session.uploads.files()["my table.csv"]
    assert path.read_bytes() == b"a,b\n1,2\n"
    assert path.parent == served.folder / "uploads"
    if os.name == "posix":
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_name_never_comes_to_mean_another_content(served):
    with served.known() as client:
        sources = [
            give(client, name, content).json()["source"]
            for name, content in [
                ("t.csv", b"1"),
                ("t.csv", b"2"),
                ("T.csv", b"3"),
                ("t.csv", b"1"),
                ("t.csv", b"2"),
            ]
        ]
    assert sources[:2] == ["upload:t.csv", "upload:t-2.csv"]
    assert sources[3:] == sources[:2]
    contents = {name: path.read_bytes() for name, path in served.session.uploads.files().items()}
    assert sorted(contents.values()) == [b"1", b"2", b"3"]
    assert len({name.lower() for name in contents}) == 3


def test_an_empty_file_is_refused(shared):
    with shared.known() as client:
        assert "is empty" in give(client, "t.csv", b"").json()["refused"]["words"]
    assert list((shared.folder / "uploads").iterdir()) == []


def test_a_gigabyte_that_is_announced_is_refused_before_a_byte_of_it(shared):
    with socket.create_connection(("127.0.0.1", shared.port), timeout=30) as connection:
        connection.sendall(
            f"POST /upload?name=t.csv HTTP/1.1\r\nHost: 127.0.0.1:{shared.port}\r\n"
            f"Cookie: {shared.cookie}\r\nOrigin: {shared.origin}\r\n"
            f"Content-Length: {2**30}\r\n\r\n".encode()
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")
    assert list((shared.folder / "uploads").iterdir()) == []


def test_a_gigabyte_that_is_streamed_is_cut_off_and_leaves_nothing(shared):
    block = b"100000\r\n" + bytes(2**20) + b"\r\n"
    sent = 0
    with socket.create_connection(("127.0.0.1", shared.port), timeout=30) as connection:
        connection.sendall(
            f"POST /upload?name=t.csv HTTP/1.1\r\nHost: 127.0.0.1:{shared.port}\r\n"
            f"Cookie: {shared.cookie}\r\nOrigin: {shared.origin}\r\n"
            "Transfer-Encoding: chunked\r\n\r\n".encode()
        )
        with suppress(OSError):  # which one is the system's choice
            for _ in range(1024):
                connection.sendall(block)
                sent += 2**20
    assert UPLOAD_BYTES - 2**20 <= sent < UPLOAD_BYTES + 2**26
    assert shared.session.uploads.files() == {}
    assert list((shared.folder / "uploads").iterdir()) == []


def test_a_wrong_length_leaves_nothing(shared):
    for announced in ("9", "x", "-1", "9" * 30):
        with socket.create_connection(("127.0.0.1", shared.port), timeout=30) as connection:
            connection.sendall(
                f"POST /upload?name=t.csv HTTP/1.1\r\nHost: 127.0.0.1:{shared.port}\r\n"
                f"Cookie: {shared.cookie}\r\nOrigin: {shared.origin}\r\n"
                f"Content-Length: {announced}\r\n\r\n1,2".encode()
            )
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1000):
                pass
    assert shared.session.uploads.files() == {}
    assert list((shared.folder / "uploads").iterdir()) == []


def test_all_files_together_are_bounded(served, monkeypatch):
    monkeypatch.setattr(uploads, "UPLOADS_BYTES", 100)
    with served.known() as client:
        assert give(client, "a.csv", b"x" * 60).status_code == 200
        refused = give(client, "b.csv", b"y" * 60)
        assert (refused.status_code, give(client, "c.csv", b"z" * 40).status_code) == (413, 200)
        assert "All files of a session" in refused.json()["refused"]["words"]
        assert give(client, "d.csv", b"z").status_code == 413


def test_the_number_of_files_is_bounded(served):
    with served.known() as client:
        for number in range(MOST_UPLOADS):
            assert give(client, "t.csv", str(number).encode()).status_code == 200
        assert "No more than" in give(client, "t.csv", b"more").json()["refused"]["words"]
    assert len(served.session.uploads.files()) == MOST_UPLOADS


def test_a_page_may_ask_what_is_taken(shared):
    with shared.known() as client:
        told = client.get("/upload").json()
    assert told == {"most_bytes": UPLOAD_BYTES, "endings": list(ENDINGS)}


def test_what_the_worker_saves_is_fetched_under_its_name(served):
    assert served.page().value("save") == {"download": "one"}
    with served.known() as client:
        answer = client.get("/download/one")
    assert answer.content == b"PK saved"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"L_ufe_1.zip\"; filename*=UTF-8''L%C3%A4ufe%201.zip"
    )


def test_nothing_outside_the_folder_is_given_away(served, tmp_path):
    (tmp_path / "secret").write_text("secret")
    (served.folder / "link").symlink_to(tmp_path / "secret")
    page = served.page()
    paths = (tmp_path / "secret", served.folder / "link", served.folder / ".." / "secret", "", "\0")
    with served.known() as client:
        for path in (*paths, served.folder, "/etc/passwd"):
            page.ask("steal", path=str(path))
            assert client.get("/download/two").status_code == 404
        for number in ("%2e%2e", "%2e%2e%2fsecret", "x" * 5000, "%00"):
            assert client.get(f"/download/{number}").status_code == 404


def test_a_name_that_no_file_may_have_raises_its_own_error():
    with pytest.raises(DataError, match=r"\.csv"):
        safe_name("x" * 10**6)
