"""A token read in the list of processes, or a cookie caught at another port, opens nothing."""

import os
import socket
import subprocess
import sys

import pytest

from axone.playground.peers import is_foreign

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux alone tells")
root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root is another user"
)

GET = """
import encodings.idna, os, socket, sys
os.setuid(12345)
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as there:
    there.sendall(sys.argv[2].encode())
    print(there.recv(4096).decode().splitlines()[0])
"""


@linux
@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_a_connection_of_ones_own_is_not_foreign(host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listening:
        listening.bind((host, 0))
        listening.listen()
        with socket.socket(family) as there:
            there.connect(listening.getsockname())
            here, client = listening.accept()
            with here:
                assert not is_foreign(client[:2], here.getsockname()[:2])
                there.close()
                assert is_foreign(client[:2], here.getsockname()[:2])


@linux
def test_a_connection_that_is_nowhere_in_the_tables_is_left_to_token_and_cookie():
    assert not is_foreign(("127.0.0.1", 1), ("127.0.0.1", 2))


@linux
@root
@pytest.mark.parametrize("by", ["token", "cookie"])
def test_another_user_of_the_machine_is_refused_whatever_he_has_read(served, by):
    host = f"Host: 127.0.0.1:{served.port}\r\nConnection: close"
    request = {
        "token": f"GET /?token={served.keys.token} HTTP/1.1\r\n{host}\r\n\r\n",
        "cookie": f"GET / HTTP/1.1\r\n{host}\r\nCookie: {served.cookie}\r\n\r\n",
    }[by]
    told = subprocess.run(
        [sys.executable, "-c", GET, str(served.port), request],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.startswith("HTTP/1.1 403")
    # The token is not spent by it.
    with served.client() as client:
        assert client.get(f"/?token={served.keys.token}").status_code == 303
