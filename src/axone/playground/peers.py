"""Whose connection it is: of another user of this machine none is taken, where the system tells.

An address with its token stands in the list of processes while a browser is opened, and a browser
sends the cookie of one port of 127.0.0.1 to every other port, behind which another user may listen.
Linux knows the owner of each socket; where nobody tells, token and cookie stand alone.
"""

import os
import sys
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_MOST_BYTES = 2**24
"""Of one of them: a hundred thousand sockets."""

_ROOT = 0


def is_foreign(client: tuple[str, int], server: tuple[str, int]) -> bool:
    """Whether the client's end of a connection is here and belongs to another user.

    Parameters
    ----------
    client, server : (str, int)
        Address and port of either end.

    Returns
    -------
    bool
        False where the system does not say: not on this machine, or not on such a system. The
        superuser is nobody else: there is nothing that root may not read. Whose an end is that was
        let go already no system says; nobody waits there for an answer.
    """
    if not hasattr(os, "geteuid"):
        return False
    ends = _written(*client), _written(*server)
    return any(not socket or owner not in (os.geteuid(), _ROOT) for owner, socket in _owners(*ends))


def _owners(client: frozenset[str], server: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield owner and number of the sockets from client to server; 0 and 0 once it is let go."""
    for table in _TABLES:
        try:
            with table.open() as file:
                lines = file.read(_MOST_BYTES).splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            cells = line.split()
            if len(cells) > 9 and cells[1] in client and cells[2] in server:
                yield int(cells[7]), int(cells[9])


def _written(host: str, port: int) -> frozenset[str]:
    """Return an end as the tables write it: words of 32 bits in the machine's order, in hex."""
    address = ip_address(host.partition("%")[0])
    packed = address.packed
    forms = {packed}
    if address.version == 4:
        # A socket of IPv6 that speaks to an address of IPv4.
        forms.add(bytes(10) + b"\xff\xff" + packed)
    else:
        mapped = address.ipv4_mapped
        forms |= {mapped.packed} if mapped is not None else set()
    return frozenset(f"{_words(form)}:{port:04X}" for form in forms)


def _words(packed: bytes) -> str:
    words = (packed[at : at + 4] for at in range(0, len(packed), 4))
    return "".join(f"{int.from_bytes(word, sys.byteorder):08X}" for word in words)
