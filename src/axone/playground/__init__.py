"""The playground: a page in the browser over the compiled engine, served to this machine alone.

`axone playground` runs `serve`. The server knows the page, its sizes and its rights, and nothing of
networks; the worker, a process of its own, knows networks and nothing of HTTP.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
