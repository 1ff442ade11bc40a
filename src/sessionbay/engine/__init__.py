"""The embedded engine: the clouds' wire protocol, served by this machine.

Needs the extra ``local``: ``pip install ".[local]"`` in a clone.
"""

from .config import EngineConfig as EngineConfig
from .limits import Limits as Limits
from .thread import IsolationWarning as IsolationWarning, LocalEngine as LocalEngine
