"""Who gets in: the token, the cookie, names and origins, and what every response carries."""

import http.client
import re
import socket

import pytest
from tests.playground.server.conftest import Served

from axone.playground.guard import HEADERS, Address
from axone.playground.keys import Keys

CONTENT = {"index.html": "<p>hi", "core/store.js": "export const a = 1;", "style/base.css": "p{}"}


def write_page(folder):
    """A small page, and things beside it that are not for anybody."""
    for name, text in CONTENT.items():
        path = folder / "page" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "page" / "notes.py").write_text("secret = 1")
    (folder / "secret.js").write_text("secret")


@pytest.fixture
def serve(serve, tmp_path):
    """As everywhere, but with that page."""
    write_page(tmp_path)
    return serve


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """As everywhere, but with that page."""
    folder = tmp_path_factory.mktemp("shared")
    write_page(folder)
    (folder / "session").mkdir()
    running = Served(folder / "session")
    yield running
    running.end()


def at_door(served, token, **headers):
    with served.client(**headers) as client:
        return client.get("/", params={"token": token})


def test_the_token_is_exchanged_once_for_a_cookie_and_leads_to_the_page(served):
    answer = at_door(served, served.keys.token)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    cookie, *attributes = answer.headers["set-cookie"].split("; ")
    assert cookie == f"axone-playground-{served.port}={served.keys.cookie}"
    assert {each.lower() for each in attributes} == {"httponly", "samesite=strict", "path=/"}
    with served.client(cookie=cookie) as client:
        assert client.get("/").text == "<p>hi"


def test_a_wrong_token_is_refused_in_words(served):
    for token in ("", "x", "é" * 50, "a" * 8000, served.keys.token[:-1]):
        answer = at_door(served, token)
        assert answer.status_code == 403
        assert "Its token is none of this playground" in answer.text
        assert "set-cookie" not in answer.headers
    assert served.announced == []
    assert at_door(served, served.keys.token).status_code == 303


def test_a_used_token_is_refused_and_a_fresh_address_is_printed_once(served):
    used = served.keys.token
    assert at_door(served, used).status_code == 303
    answers = [at_door(served, used) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {403}
    assert "used already" in answers[0].text
    (fresh,) = served.announced
    token = re.fullmatch(rf"http://127\.0\.0\.1:{served.port}/\?token=([\w-]{{43}})", fresh)[1]
    assert token != used
    assert at_door(served, token).status_code == 303


def test_a_used_token_leads_the_browser_that_has_the_cookie_to_the_page(served):
    used = served.keys.token
    at_door(served, used)
    assert at_door(served, used, cookie=served.cookie).headers["location"] == "/"
    assert served.announced == []


def test_fresh_addresses_are_bounded_in_time():
    now = [0.0]
    keys = Keys(1, clock=lambda: now[0])
    made = 0
    for second in range(100):
        now[0] = float(second)
        keys.spend(keys.token)
        made += keys.fresh() is not None
    assert made == 10


@pytest.mark.parametrize("path", ["/", "/page/core/store.js", "/talk", "/download/x", "/upload"])
def test_nothing_is_to_be_had_without_the_cookie(shared, path):
    for cookie in ("", "x", f"{shared.keys.cookie_name}=", f"{shared.keys.cookie_name}=x; a=b"):
        with shared.client(cookie=cookie) as client:
            answer = client.get(path)
        assert answer.status_code == 403
        assert "not open here" in answer.text
        assert shared.keys.token not in answer.text


def test_a_cookie_of_the_same_name_from_another_server_does_not_lock_us_out(shared):
    with shared.client(cookie=f"{shared.keys.cookie_name}=theirs; {shared.cookie}") as client:
        assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "rebound.example",
        "rebound.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.1.example:{port}",
        "localhost.example:{port}",
        "[::1]:{port}",
        "127.0.0.1:{port}:{port}",
        "127.0.0.1:{port}, evil",
        "evil@127.0.0.1:{port}",
        "0:{port}",
        "2130706433:{port}",
    ],
)
def test_a_request_by_another_name_is_refused_whatever_it_knows(shared, host):
    headers = {"cookie": shared.cookie, "host": host.format(port=shared.port)}
    with shared.client(**headers) as client:
        assert client.get("/").status_code == 421
        assert client.get("/", params={"token": shared.keys.token}).status_code == 421


def test_two_names_and_no_name_are_refused(shared):
    for hosts in ([], [f"127.0.0.1:{shared.port}"] * 2):
        lines = "".join(f"Host: {host}\r\n" for host in hosts)
        request = f"GET / HTTP/1.1\r\n{lines}Cookie: {shared.cookie}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", shared.port)) as connection:
            connection.sendall(request.encode())
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            assert answer.status in (400, 421)


def test_localhost_is_our_name_too(shared):
    with shared.client(cookie=shared.cookie, host=f"LocalHost:{shared.port}") as client:
        assert client.get("/").status_code == 200


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1"])
def test_only_our_own_page_may_post(shared, origin):
    headers = {"cookie": shared.cookie} | ({"origin": origin} if origin else {})
    with shared.client(**headers) as client:
        answer = client.post("/upload", params={"name": "a.csv"}, content=b"a,b\n1,2\n")
    assert answer.status_code == 403
    assert shared.session.uploads.files() == {}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/page/core/store.js", 200),
        ("/page/nothing.js", 404),
        ("/download/x", 404),
        ("/nothing", 404),
        ("/?token=x", 303),
    ],
)
def test_every_response_carries_the_headers_that_bind_a_browser(shared, path, status):
    with shared.known() as client:
        answer = client.get(path)
    assert answer.status_code == status
    for name, value in HEADERS.items():
        if name not in ("Cache-Control", "Content-Security-Policy"):
            assert answer.headers[name] == value
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_refusals_carry_them_too(shared):
    with shared.client() as client:
        answers = [client.get("/"), client.post("/upload"), client.get("/", headers={"host": "x"})]
    for answer in answers:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "script-src" not in answer.headers["Content-Security-Policy"]


def test_the_page_is_not_kept_and_modules_are_asked_for_again(shared):
    with shared.known() as client:
        assert client.get("/").headers["cache-control"] == "no-store"
        module = client.get("/page/core/store.js")
        assert module.headers["cache-control"] == "no-cache"
        assert module.headers["content-type"] == "text/javascript; charset=utf-8"
        again = client.get("/page/core/store.js", headers={"if-none-match": module.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get("/page/style/base.css").headers["content-type"].startswith("text/css")


@pytest.mark.parametrize(
    "path",
    [
        "/page/../secret.js",
        "/page/%2e%2e/secret.js",
        "/page/..%2fsecret.js",
        "/page/%2e%2e%2fsecret.js",
        "/page/core/..%5c..%5csecret.js",
        "/page//etc/passwd",
        "/page/%2fetc%2fpasswd",
        "/page/core/store.js%00.png",
        "/page/notes.py",
        "/page/core",
        "/page/core/",
        "/page/",
        "/page/CORE/STORE.JS",
        "/secret.js",
    ],
)
def test_no_path_leads_out_of_the_page(shared, path):
    connection = http.client.HTTPConnection("127.0.0.1", shared.port, timeout=30)
    connection.putrequest("GET", path, skip_host=True)
    connection.putheader("Host", f"127.0.0.1:{shared.port}")
    connection.putheader("Cookie", shared.cookie)
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 404
    assert b"secret" not in answer.read()
    connection.close()


def test_a_password_opens_the_door_and_guesses_are_few(serve):
    served = serve(password="correct horse battery", host="0.0.0.0")
    with served.client(origin=served.origin) as client:
        form = client.get("/")
        assert (form.status_code, form.headers["Referrer-Policy"]) == (401, "same-origin")
        assert "form-action 'self'" in form.headers["Content-Security-Policy"]
        assert client.post("/login", data={"password": "correct horse"}).status_code == 403
        right = client.post("/login", data={"password": "correct horse battery"})
        assert (right.status_code, right.headers["location"]) == (303, "/")
        assert served.keys.cookie in right.headers["set-cookie"]
        tried = [client.post("/login", data={"password": "x"}).status_code for _ in range(10)]
        assert tried == [403] * 3 + [429] * 7
        assert client.post("/login", data={"password": "correct horse battery"}).status_code == 429
        assert client.post("/login", content=b"password=" + b"x" * 10_000).status_code == 413
    with served.client(origin="http://evil.example") as client:
        assert client.post("/login", data={"password": "x"}).status_code == 403
    with served.client(origin=served.origin) as client:
        assert client.post("/login", content=b"\xff&&&&&&&").status_code == 429


@pytest.mark.parametrize(
    ("host", "header", "ours"),
    [
        ("0.0.0.0", "192.168.1.7:8000", True),
        ("0.0.0.0", "localhost:8000", True),
        ("0.0.0.0", "rebound.example:8000", False),
        ("::", "[fe80::1]:8000", True),
        ("192.168.1.7", "192.168.1.7:8000", True),
        ("192.168.1.7", "192.168.1.8:8000", False),
        ("192.168.1.7", "localhost:8000", False),
        ("here.example", "Here.Example:8000", True),
        ("::1", "[::1]:8000", True),
        ("127.0.0.1", "127.0.0.1:08000", True),
        ("127.0.0.1", "127.0.0.1:٨٠٠٠", False),
        ("127.0.0.1", "", False),
    ],
)
def test_which_names_are_ours(host, header, ours):
    assert Address(host, 8000).answers_to(header) is ours


def test_the_default_port_may_go_without_saying():
    assert Address("127.0.0.1", 80).answers_to("127.0.0.1")
    assert Address("::1", 80).answers_to("[::1]")
    assert not Address("::1", 80).answers_to("::1")
