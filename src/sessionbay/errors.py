"""The exceptions of this package, which are importable from ``sessionbay``, too."""

from .core.errors import *  # noqa: F403
from .core.errors import __all__ as __all__
