"""Axone: small neural networks that train fast, read like the textbook and explain themselves.

A network is described once, as data (`Network` of layers); its equations are written once, in
NumPy, in `axone.layers`; engines run that description; everything else only uses the two.

A name is imported when it is first asked for; `__init__.pyi` says from where.
"""

import lazy_loader

from axone.version import VERSION

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

__version__ = VERSION
