"""Python's error for a missing attribute, with what the caller may have meant."""


def no_attribute(owner: object, name: str, hint: str) -> AttributeError:
    """Return Python's AttributeError for a missing attribute of ``owner``, with a hint."""
    return AttributeError(f"{type(owner).__name__!r} object has no attribute {name!r}{hint}", name=name, obj=owner)
