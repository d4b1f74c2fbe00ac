"""The laboratory: the worked cases of a course, each with its table, its picture and what is seen.

Every experiment is a function of a few settings, with defaults that show the point, and returns an
`Observation`. `axone lab` lists them. One is imported when it is first asked for.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
