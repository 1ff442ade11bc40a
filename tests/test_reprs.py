"""Every public class has a repr of its own, without an address."""

import inspect

import sessionbay


def test_no_public_class_has_the_default_repr() -> None:
    classes = [getattr(sessionbay, name) for name in sessionbay.__all__]  # type: ignore[attr-defined]  # generated
    default = {one.__name__ for one in classes if inspect.isclass(one) and one.__repr__ is object.__repr__}
    assert default <= {"SupportsIsSet", "AgentBayLogger"}  # a protocol, and a namespace that is never instantiated
