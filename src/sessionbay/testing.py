"""Fault injection by rule, for tests of programs that use this package. See docs/internals/faults.md."""

from ._async.faults import AsyncFaultTransport as AsyncFaultTransport
from ._sync.faults import FaultTransport as FaultTransport
from .core.faults import Fault as Fault, FaultPlan as FaultPlan, Fired as Fired, Rule as Rule
