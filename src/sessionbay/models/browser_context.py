"""The contexts that keep a browser's profile, extensions and fingerprint between sessions."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ..core.public import public
from .strict_model import StrictModel, positional


def _context_id(value: str) -> str:
    if not value.strip():
        raise ValueError("a context's id must not be blank")
    return value


def _extension_id(value: str) -> str:
    if not value.strip() or set(value) & set("/*?[]"):
        raise ValueError(f"{value!r} is not an extension's id: ids are file names, such as ext_1.zip")
    return value


ContextId = Annotated[str, AfterValidator(_context_id)]
ExtensionId = Annotated[str, AfterValidator(_extension_id)]


@public
class BrowserSyncMode(StrEnum):
    """The part of a browser's profile that is stored.

    ``MINIMAL`` is the cookies; ``STANDARD`` adds logins, storage and preferences, saved passwords included.
    """

    MINIMAL = "minimal"
    STANDARD = "standard"


@public
class ExtensionOption(StrictModel):
    """Extensions for a browser, and the context that stores them. ``create_extension_option`` makes one.

    Attributes:
        context_id: The id of the context.
        extension_ids: The ids of the extensions, at least one.
    """

    context_id: ContextId
    extension_ids: Annotated[tuple[ExtensionId, ...], Field(min_length=1)]

    @positional
    def __init__(self, context_id: str, extension_ids: Sequence[str]) -> None: ...

    def validate(self) -> bool:  # type: ignore[override]  # the official client's name; pydantic's own is deprecated
        """Return True: invalid values raise as soon as they are passed or assigned.

        Returns:
            True.

        Example:
            ```python
            from sessionbay import ExtensionOption

            print(ExtensionOption("SdkCtx-1", ["ext_1.zip"]).validate())
            ```
        """
        return True

    def __str__(self) -> str:
        return f"{self.context_id}: {', '.join(self.extension_ids)}"


@public
class BrowserFingerprintContext(StrictModel):
    """The context that stores a browser's fingerprint."""

    fingerprint_context_id: ContextId

    @positional
    def __init__(self, fingerprint_context_id: str) -> None: ...


@public
class BrowserContext(StrictModel):
    """The contexts that store a browser's profile, extensions and fingerprint.

    Attributes:
        context_id: The context of the profile.
        auto_upload: Whether the profile is uploaded when the session ends.
        sync_mode: The part of the profile that is stored; None is the cloud's default: ``standard`` on AgentBay,
            ``minimal`` on AGB.
        extension_option: Extensions to bring in.
        fingerprint_context: The context of the fingerprint.
    """

    context_id: ContextId
    auto_upload: bool = True
    sync_mode: Annotated[BrowserSyncMode | Literal["minimal", "standard"], AfterValidator(BrowserSyncMode)] | None = (
        None
    )
    extension_option: ExtensionOption | None = None
    fingerprint_context: BrowserFingerprintContext | None = None

    @positional
    def __init__(
        self,
        context_id: str,
        auto_upload: bool = True,
        sync_mode: BrowserSyncMode | Literal["minimal", "standard"] | None = None,
        extension_option: ExtensionOption | None = None,
        fingerprint_context: BrowserFingerprintContext | None = None,
    ) -> None: ...

    @property
    def extension_context_id(self) -> str | None:
        """The id of the context of the extensions; None without extensions."""
        return self.extension_option.context_id if self.extension_option else None

    @property
    def extension_ids(self) -> list[str]:
        """The ids of the extensions."""
        return list(self.extension_option.extension_ids) if self.extension_option else []

    @property
    def fingerprint_context_id(self) -> str | None:
        """The id of the context of the fingerprint; None without one."""
        return self.fingerprint_context.fingerprint_context_id if self.fingerprint_context else None
