"""The contexts that are copied to a session or mounted in it, and their policies."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, model_validator

from ..core.public import public
from ..core.wire_model import Wire
from .strict_model import StrictModel

LifecycleText = Literal[
    "Lifecycle_1Day",
    "Lifecycle_3Days",
    "Lifecycle_5Days",
    "Lifecycle_10Days",
    "Lifecycle_15Days",
    "Lifecycle_30Days",
    "Lifecycle_90Days",
    "Lifecycle_180Days",
    "Lifecycle_360Days",
    "Lifecycle_Forever",
]
_WILDCARDS = frozenset("*?[]")
M = TypeVar("M", bound=Wire)


@public
class UploadMode(StrEnum):
    """How a context is stored: file by file, or as one archive."""

    FILE = "File"
    ARCHIVE = "Archive"


@public
class UploadStrategy(StrEnum):
    """When a session's files are uploaded."""

    UPLOAD_BEFORE_RESOURCE_RELEASE = "UploadBeforeResourceRelease"


@public
class DownloadStrategy(StrEnum):
    """How a context's files are downloaded."""

    DOWNLOAD_ASYNC = "DownloadAsync"


@public
class Lifecycle(StrEnum):
    """How long a context keeps its files."""

    LIFECYCLE_1DAY = "Lifecycle_1Day"
    LIFECYCLE_3DAYS = "Lifecycle_3Days"
    LIFECYCLE_5DAYS = "Lifecycle_5Days"
    LIFECYCLE_10DAYS = "Lifecycle_10Days"
    LIFECYCLE_15DAYS = "Lifecycle_15Days"
    LIFECYCLE_30DAYS = "Lifecycle_30Days"
    LIFECYCLE_90DAYS = "Lifecycle_90Days"
    LIFECYCLE_180DAYS = "Lifecycle_180Days"
    LIFECYCLE_360DAYS = "Lifecycle_360Days"
    LIFECYCLE_FOREVER = "Lifecycle_Forever"


@public
class UploadPolicy(StrictModel):
    """How files are uploaded from the session; ``archive_exclude_paths`` (AgentBay) need mode ``Archive``."""

    auto_upload: bool = True
    upload_strategy: Annotated[
        UploadStrategy | Literal["UploadBeforeResourceRelease"], AfterValidator(UploadStrategy)
    ] = UploadStrategy.UPLOAD_BEFORE_RESOURCE_RELEASE
    upload_mode: Annotated[UploadMode | Literal["File", "Archive"], AfterValidator(UploadMode)] = UploadMode.FILE
    archive_exclude_paths: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _archives_only(self) -> "UploadPolicy":
        if self.archive_exclude_paths and self.upload_mode != "Archive":
            raise ValueError('archive_exclude_paths go with upload_mode="Archive" only')
        return self


@public
class DownloadPolicy(StrictModel):
    """How files are downloaded to the session."""

    auto_download: bool = True
    download_strategy: Annotated[DownloadStrategy | Literal["DownloadAsync"], AfterValidator(DownloadStrategy)] = (
        DownloadStrategy.DOWNLOAD_ASYNC
    )


@public
class DeletePolicy(StrictModel):
    """Whether deletions in the session are applied to the context."""

    sync_local_file: bool = True


@public
class ExtractPolicy(StrictModel):
    """How downloaded archives are extracted. The official clients' ``extract_current_folder`` is accepted, too."""

    _official: ClassVar[Mapping[str, str]] = {"extract_current_folder": "extract_to_current_folder"}

    extract: bool = True
    delete_src_file: bool = True
    extract_to_current_folder: bool = False


@public
class RecyclePolicy(StrictModel):
    """How long the context keeps the files below ``paths``; an empty path means all files."""

    lifecycle: Annotated[Lifecycle | LifecycleText, AfterValidator(Lifecycle)] = Lifecycle.LIFECYCLE_FOREVER
    paths: tuple[str, ...] = ("",)

    @model_validator(mode="after")
    def _no_wildcards(self) -> "RecyclePolicy":
        return _reject_wildcards(self, "name the folder that holds the files", *self.paths)


@public
class WhiteList(StrictModel):
    """A synchronised path, relative to the context's path, and its exclusions. The flags are for AgentBay only."""

    path: str = ""
    exclude_paths: tuple[str, ...] = ()
    is_path_regex: bool | None = None
    is_exclude_regex: bool | None = None

    @model_validator(mode="after")
    def _no_wildcards(self) -> "WhiteList":
        hint = "name the path, or say that it is a regular expression"
        _reject_wildcards(self, hint, *(() if self.is_path_regex else (self.path,)))
        return _reject_wildcards(self, hint, *(() if self.is_exclude_regex else self.exclude_paths))


@public
class BWList(StrictModel):
    """The white lists of a context; None is the cloud's default: all files."""

    white_lists: tuple[WhiteList, ...] | None = None


@public
class MappingPolicy(StrictModel):
    """The path of the context on another operating system."""

    path: str = ""


@public
class SyncPolicy(StrictModel):
    """How a context and a session are synchronised."""

    upload_policy: UploadPolicy = Field(default_factory=UploadPolicy)
    download_policy: DownloadPolicy = Field(default_factory=DownloadPolicy)
    delete_policy: DeletePolicy = Field(default_factory=DeletePolicy)
    extract_policy: ExtractPolicy = Field(default_factory=ExtractPolicy)
    recycle_policy: RecyclePolicy = Field(default_factory=RecyclePolicy)
    bw_list: BWList = Field(default_factory=BWList)
    mapping_policy: MappingPolicy | None = None


@public
class ContextSync(StrictModel):
    """A context to copy to ``path`` of the session and back. With ``wait``, ``create`` waits for the copy.

    The official client's name of ``wait``, ``beta_wait_for_completion``, is accepted, too.
    """

    _official: ClassVar[Mapping[str, str]] = {"beta_wait_for_completion": "wait"}

    context_id: str = Field(min_length=1)
    path: str = Field(min_length=1)
    policy: SyncPolicy | None = None
    wait: bool = True

    @classmethod
    def new(
        cls,
        context_id: str,
        path: str,
        policy: SyncPolicy | None = None,
        beta_wait_for_completion: bool | None = None,
    ) -> "ContextSync":
        """Return a binding of a context to a path.

        Args:
            context_id: The id of the context.
            path: The path in the session.
            policy: How the two are synchronised; None is the cloud's default.
            beta_wait_for_completion: Whether ``create`` waits for the copy; the default is yes.

        Returns:
            The binding.

        Example:
            ```python
            print(ContextSync.new("SdkCtx-1", "/tmp/data").path)
            ```
        """
        return cls(context_id=context_id, path=path, policy=policy, wait=beta_wait_for_completion is not False)

    def with_policy(self, policy: SyncPolicy) -> "ContextSync":
        """Return the same binding with another policy.

        Args:
            policy: How context and session are synchronised.

        Returns:
            The binding.

        Example:
            ```python
            sync = ContextSync.new("SdkCtx-1", "/tmp/data").with_policy(SyncPolicy())
            print(sync.policy is not None)
            ```
        """
        return self.model_copy(update={"policy": policy})


@public
class ContextMountAccessMode(StrEnum):
    """What a session may do with a mounted context."""

    READ_WRITE = "readWrite"
    READ_ONLY = "readOnly"


@public
class ContextMountStrategy(StrEnum):
    """How the cloud stores a mounted context."""

    STANDARD = "standard"
    PERFORMANCE = "performance"


@public
class ContextMount(StrictModel):
    """A context mounted in the session (AgentBay, image ``aio-ubuntu-2404``). ``strategy`` is ``storage_mode``."""

    _official: ClassVar[Mapping[str, str]] = {"strategy": "storage_mode"}

    context_id: str = Field(min_length=1)
    path: str = Field(min_length=1)
    access_mode: Annotated[
        ContextMountAccessMode | Literal["readWrite", "readOnly"], AfterValidator(ContextMountAccessMode)
    ] = ContextMountAccessMode.READ_WRITE
    storage_mode: Annotated[
        ContextMountStrategy | Literal["standard", "performance"], AfterValidator(ContextMountStrategy)
    ] = ContextMountStrategy.STANDARD
    source_path: str = ""

    @classmethod
    def new(cls, context_id: str, path: str, **settings: Any) -> Self:
        """Return a mount of a context.

        Args:
            context_id: The id of the context.
            path: The path in the session.
            settings: The other fields.

        Returns:
            The mount.

        Example:
            ```python
            print(ContextMount.new("SdkCtx-1", "/mnt/data", access_mode="readOnly").access_mode)
            ```
        """
        return cls(context_id=context_id, path=path, **settings)

    def with_access_mode(self, access_mode: ContextMountAccessMode) -> Self:
        """Return the same mount with another access mode.

        Args:
            access_mode: What the session may do.

        Returns:
            The mount.

        Example:
            ```python
            from sessionbay import ContextMount, ContextMountAccessMode

            mount = ContextMount.new("SdkCtx-1", "/mnt/data").with_access_mode(ContextMountAccessMode.READ_ONLY)
            print(mount.access_mode)
            ```
        """
        return self.model_copy(update={"access_mode": ContextMountAccessMode(access_mode)})

    def with_strategy(self, strategy: ContextMountStrategy) -> Self:
        """Return the same mount with another way of storing it.

        Args:
            strategy: How the cloud stores the context.

        Returns:
            The mount.

        Example:
            ```python
            from sessionbay import ContextMount, ContextMountStrategy

            mount = ContextMount.new("SdkCtx-1", "/mnt/data").with_strategy(ContextMountStrategy.PERFORMANCE)
            print(mount.storage_mode)
            ```
        """
        return self.model_copy(update={"storage_mode": ContextMountStrategy(strategy)})

    def with_source_path(self, source_path: str) -> Self:
        """Return a mount of a folder of the context.

        Args:
            source_path: The folder's path in the context; empty for all of it.

        Returns:
            The mount.

        Example:
            ```python
            from sessionbay import ContextMount

            print(ContextMount.new("SdkCtx-1", "/mnt/data").with_source_path("sub").source_path)
            ```
        """
        return self.model_copy(update={"source_path": source_path})


BetaContextMount = ContextMount
BetaContextMountAccessMode = ContextMountAccessMode
BetaContextMountStrategy = ContextMountStrategy


def _reject_wildcards(model: M, hint: str, *paths: str) -> M:
    for path in paths:
        if _WILDCARDS & set(path):
            raise ValueError(f"{path!r} holds a wildcard (one of * ? [ ]): {hint}")
    return model
