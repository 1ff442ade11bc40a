"""The kinds of isolation and of network access that the local engine can be asked for."""

from typing import Literal

IsolationChoice = Literal["auto", "namespaces", "uid", "process"]
NetworkChoice = Literal["auto", "none", "nat", "host"]
DEFAULT_NETWORK: NetworkChoice = "auto"
