"""The parameters of a new session. They are mutable: results are frozen, and what callers build and send is not."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self, TypedDict, TypeVar

from pydantic import AfterValidator, Field, model_validator

from ..core import validation
from ..core.errors import SessionError
from ..core.public import public
from ..core.wire_model import Wire
from .mobile_config import ExtraConfigs
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
_NESTED_FIELDS = ("context_syncs", "context_mounts", "browser_context", "extra_configs")
_OFFICIAL_FIELDS = {
    "beta_network_id": "network_id",
    "beta_context_mounts": "context_mounts",
    "enable_browser_replay": "enable_record",
}
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
class ContextMount(StrictModel):
    """A context mounted in the session (AgentBay, image ``aio-ubuntu-2404``). ``strategy`` is ``storage_mode``."""

    _official: ClassVar[Mapping[str, str]] = {"strategy": "storage_mode"}

    context_id: str = Field(min_length=1)
    path: str = Field(min_length=1)
    access_mode: Literal["readWrite", "readOnly"] = "readWrite"
    storage_mode: Literal["standard", "performance"] = "standard"
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


BetaContextMount = ContextMount


@public
class BrowserContext(StrictModel):
    """The contexts that store a browser's profile, extensions and fingerprint.

    ``profile`` selects the stored part of the profile: cookies only (``minimal``), or logins and storage, too
    (``standard``, AgentBay); None is the cloud's default.
    """

    context_id: str = Field(min_length=1)
    auto_upload: bool = True
    profile: Literal["minimal", "standard"] | None = None
    extension_context_id: str | None = None
    extension_ids: tuple[str, ...] = ()
    fingerprint_context_id: str | None = None

    @model_validator(mode="after")
    def _extensions_need_context(self) -> "BrowserContext":
        if self.extension_ids and not self.extension_context_id:
            raise ValueError("extension_ids require extension_context_id")
        return self


@public
@dataclass
class LifecyclePolicy:
    """When the cloud releases a session: the three fields of ``CreateSessionParams`` as one object."""

    idle_release_timeout: float | None = None
    max_runtime: float | None = None
    manual_release: bool = False


@public
@dataclass(kw_only=True)
class CreateSessionParams:
    """The parameters of a new session. All are optional, except ``image_id`` on AGB.

    The fields may be assigned until the parameters are used; a client copies them.

    Attributes:
        image_id: The image, e.g. ``linux_latest`` or ``agb-code-space-1``; the default is AgentBay's. Required on AGB.
        labels: Labels to find the session by.
        policy_id: The id of a policy from the cloud's console.
        idle_release_timeout: Seconds of inactivity after which the cloud releases the session.
        max_runtime: Seconds after which the cloud releases the session in any case, in whole minutes. Without
            ``idle_release_timeout`` it implies an idle timeout of 5 minutes (AgentBay).
        manual_release: Disables the automatic release; excludes the two timeouts (AgentBay).
        network_id: The id of a network of your account (AgentBay).
        enable_record: Whether the browser is recorded; None is the console's setting (AgentBay).
        load_skills: Whether skills are loaded into the session (AgentBay).
        skill_names: The skills to load; the default is all (AgentBay).
        context_syncs: Contexts to synchronise with the session.
        context_mounts: Contexts to mount in the session (AgentBay).
        browser_context: Contexts for the browser's profile.
        extra_configs: Settings of phones (AgentBay).
        framework: The agent framework in use, for the cloud's statistics (AgentBay).
        lifecycle_policy: ``idle_release_timeout``, ``max_runtime`` and ``manual_release`` as one object.
        beta_network_id, beta_context_mounts, enable_browser_replay: The official client's names of ``network_id``,
            ``context_mounts`` and ``enable_record``.
        context_id, session_id, external_user_id, vpc_resource, direct_link: Fields of the protocol that the official
            clients do not use.
    """

    image_id: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    policy_id: str | None = None
    idle_release_timeout: float | None = None
    max_runtime: float | None = None
    manual_release: bool = False
    network_id: str | None = None
    enable_record: bool | None = None
    load_skills: bool = False
    skill_names: Sequence[str] = ()
    context_syncs: Sequence[ContextSync] = field(default_factory=list[ContextSync])
    context_mounts: Sequence[ContextMount] = field(default_factory=list[ContextMount])
    browser_context: BrowserContext | None = None
    extra_configs: ExtraConfigs | None = None
    framework: str = ""
    lifecycle_policy: LifecyclePolicy | None = None
    beta_network_id: str | None = None
    beta_context_mounts: Sequence[ContextMount] | None = None
    enable_browser_replay: bool | None = None
    context_id: str | None = None
    session_id: str | None = None
    external_user_id: str | None = None
    vpc_resource: bool | None = None
    direct_link: bool | None = None

    def __post_init__(self) -> None:
        self.labels, self.framework = self.labels or {}, self.framework or ""  # the official clients allow None
        for name in ("skill_names", "context_syncs", "context_mounts"):
            if getattr(self, name) is None:
                setattr(self, name, [])
        if self.labels:
            validation.own_labels(self.labels, SessionError)
        for name, kind in (("context_syncs", ContextSync), ("context_mounts", ContextMount)):
            for item in validation.items(name, getattr(self, name), SessionError):
                validation.instance(f"each of {name}", item, kind, SessionError)
        for name in ("image_id", "policy_id", "network_id", "framework", "context_id", "session_id"):
            if getattr(self, name) is not None:
                validation.utf8(name, getattr(self, name), SessionError)
        for name in ("idle_release_timeout", "max_runtime"):
            if getattr(self, name) is not None:
                whole = validation.seconds(name, getattr(self, name), SessionError)
                if whole != int(whole):
                    raise SessionError.usage(f"{name} must be whole seconds, not {whole}")
        if self.manual_release and (self.idle_release_timeout or self.max_runtime):
            raise SessionError.usage("manual_release goes without idle_release_timeout and max_runtime")
        if self.skill_names and not self.load_skills:
            raise SessionError.usage("skill_names needs load_skills=True")

    def _resolve(self) -> "CreateSessionParams":
        """Return a copy that keeps its values, with the official client's names replaced by those used here."""
        given = {new: getattr(self, old) for old, new in _OFFICIAL_FIELDS.items()}
        if policy := self.lifecycle_policy:
            given |= {name: getattr(policy, name) or None for name in LifecyclePolicy.__dataclass_fields__}
        given = {name: value for name, value in given.items() if value is not None}
        if twice := [name for name in given if getattr(self, name)]:
            raise SessionError.usage(f"{', '.join(twice)} is given twice, once by the official client's name")
        nested = {name: getattr(self, name) for name in _NESTED_FIELDS}
        values: dict[str, Any] = dict.fromkeys([*_OFFICIAL_FIELDS, "lifecycle_policy"])
        return replace(self, labels=dict(self.labels), **values | copy.deepcopy(nested | given))

    @classmethod
    def of(cls, params: "CreateSessionParams | None", fields: "CreateSessionFields") -> "CreateSessionParams":
        """Return a copy of ``params`` with ``fields`` replaced."""
        if unknown := sorted(fields.keys() - cls.__dataclass_fields__.keys()):
            allowed = ", ".join(cls.__dataclass_fields__)
            raise SessionError.usage(f"Unknown {', '.join(unknown)}: the parameters of a session are {allowed}.")
        if params is not None and not isinstance(params, CreateSessionParams):  # pyright: ignore[reportUnnecessaryIsInstance]  # for callers without a type checker
            kind = type(params).__name__
            raise SessionError.usage(f"params must be CreateSessionParams, not {kind}: use create(**params).")
        return replace(params or cls(), **fields)._resolve()


@public
class CreateSessionFields(TypedDict, total=False):
    """The fields of ``CreateSessionParams`` as keyword arguments. A test keeps the two in sync."""

    image_id: str | None
    labels: Mapping[str, str]
    policy_id: str | None
    idle_release_timeout: float | None
    max_runtime: float | None
    manual_release: bool
    network_id: str | None
    enable_record: bool | None
    load_skills: bool
    skill_names: Sequence[str]
    context_syncs: Sequence[ContextSync]
    context_mounts: Sequence[ContextMount]
    browser_context: BrowserContext | None
    extra_configs: ExtraConfigs | None
    framework: str
    lifecycle_policy: LifecyclePolicy | None
    beta_network_id: str | None
    beta_context_mounts: Sequence[ContextMount] | None
    enable_browser_replay: bool | None
    context_id: str | None
    session_id: str | None
    external_user_id: str | None
    vpc_resource: bool | None
    direct_link: bool | None


def _reject_wildcards(model: M, hint: str, *paths: str) -> M:
    for path in paths:
        if _WILDCARDS & set(path):
            raise ValueError(f"{path!r} holds a wildcard (one of * ? [ ]): {hint}")
    return model
