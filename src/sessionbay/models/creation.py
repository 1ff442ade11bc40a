"""The parameters of a new session. They are mutable: results are frozen, and what callers build and send is not."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict, cast

from ..core import validation
from ..core.errors import SessionError
from ..core.public import public
from .browser_context import BrowserContext
from .context_sync import ContextMount, ContextSync
from .mobile_config import ExtraConfigs, check_packages

_NESTED_FIELDS = ("context_syncs", "context_mounts", "browser_context", "extra_configs")
_OFFICIAL_FIELDS = {
    "beta_network_id": "network_id",
    "beta_context_mounts": "context_mounts",
    "enable_browser_replay": "enable_record",
}


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
        extra_configs: Settings of phones (AgentBay). ``create`` also applies them by commands.
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
        validation.instance("browser_context", self.browser_context, BrowserContext, SessionError)
        validation.instance("extra_configs", self.extra_configs, ExtraConfigs, SessionError)
        if self.extra_configs and self.extra_configs.mobile:
            check_packages(self.extra_configs.mobile, SessionError)
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

    @classmethod
    def of(cls, params: "CreateSessionParams | None", fields: "CreateSessionFields") -> "CreateSessionParams":
        """Return a copy of ``params`` with ``fields`` replaced."""
        if unknown := sorted(fields.keys() - cls.__dataclass_fields__.keys()):
            allowed = ", ".join(cls.__dataclass_fields__)
            raise SessionError.usage(f"Unknown {', '.join(unknown)}: the parameters of a session are {allowed}.")
        if params is not None and not isinstance(params, CreateSessionParams):  # pyright: ignore[reportUnnecessaryIsInstance]  # for callers without a type checker
            kind = type(params).__name__
            raise SessionError.usage(f"params must be CreateSessionParams, not {kind}: use create(**params).")
        given = {**(vars(params) if params else {}), **fields}
        return cls(**_keep(_rename_official({name: value for name, value in given.items() if value is not None})))


def _rename_official(values: dict[str, Any]) -> dict[str, Any]:
    """Return fields with the official client's names replaced by those used here."""
    given = {new: values.pop(old) for old, new in _OFFICIAL_FIELDS.items() if old in values}
    if policy := values.pop("lifecycle_policy", None):
        names = LifecyclePolicy.__dataclass_fields__
        given |= {name: value for name in names if (value := getattr(policy, name) or None) is not None}
    if twice := [name for name in given if values.get(name)]:
        raise SessionError.usage(f"{', '.join(twice)} is given twice, once by the official client's name")
    return values | given


def _keep(values: dict[str, Any]) -> dict[str, Any]:
    """Return fields that do not change with the caller's objects."""
    copies = {name: copy.deepcopy(values[name]) for name in _NESTED_FIELDS if name in values}
    if isinstance(labels := values.get("labels"), Mapping):
        copies["labels"] = dict(cast("Mapping[str, str]", labels))
    return values | copies


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
