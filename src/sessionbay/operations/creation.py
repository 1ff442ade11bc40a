"""Encodes ``CreateSessionParams`` as a request."""

from collections.abc import Iterator, Mapping
from typing import Any

from .._version import __version__
from ..core.errors import SessionError
from ..dialects.base import Dialect
from ..models.browser_context import BrowserContext
from ..models.context_sync import BWList, ContextSync, DeletePolicy, SyncPolicy, UploadPolicy, WhiteList
from ..models.creation import CreateSessionParams
from ..models.mobile_config import MOBILE_INFO_PATH, ExtraConfigs
from .mounts import PersistenceItem, mount_item, policy_item, sync_item
from .session import CreateRequest

DEFAULT_IDLE_MINUTES = 5
COOKIE_PATHS = ("/Local State", "/Default/Cookies", "/Default/Cookies-journal")
LOGIN_PATHS = tuple(
    f"/Default/{name}"
    for name in (
        "Local Storage",
        "IndexedDB",
        "Session Storage",
        "Login Data",
        "Login Data-journal",
        "Login Data For Account",
        "Login Data For Account-journal",
        "Web Data",
        "Web Data-journal",
        "Preferences",
        "Secure Preferences",
        "TransportSecurity",
        "Network Persistent State",
        "GPUCache",
        "Affiliation Database",
        "Affiliation Database-journal",
    )
)
EXTENSIONS_PATH = "/tmp/extensions/"


def create_request(
    params: CreateSessionParams, dialect: Dialect, reserved_labels: Mapping[str, str] | None = None
) -> CreateRequest:
    """Return the request that creates a session with the parameters and the reserved labels."""
    idle = params.idle_release_timeout
    if idle is None and params.max_runtime is not None:
        idle = DEFAULT_IDLE_MINUTES * 60
    return CreateRequest(
        image_id=params.image_id,
        labels={**params.labels, **(reserved_labels or {})} or None,
        mcp_policy_id=params.policy_id,
        timeout=None if idle is None else int(idle),
        max_runtime=None if params.max_runtime is None else int(params.max_runtime),
        manual_release=params.manual_release or None,
        network_id=params.network_id,
        enable_record=params.enable_record,
        load_skill=params.load_skills or None,
        skills=list(params.skill_names) or None,
        persistence_data_list=list(_persistence(params, dialect)) or None,
        extra_configs=None if _is_simulation_only(params.extra_configs) else params.extra_configs,
        sdk_stats=sdk_stats(params.framework, dialect),
        login_region_id=dialect.region_id,
        context_id=params.context_id,
        session_id=params.session_id,
        external_user_id=params.external_user_id,
        vpc_resource=params.vpc_resource,
        direct_link=params.direct_link,
    )


def sdk_stats(framework: str, dialect: Dialect) -> dict[str, Any]:
    """Return the client's name and version, which both clouds expect with each new session."""
    stats = {"source": "sdk", "sdk_language": "python", "sdk_version": __version__, "is_release": True}
    if dialect.names_framework:
        return stats | {"framework": framework}
    if framework:
        raise SessionError.usage(f"{dialect.title} has no framework parameter: leave it out")
    return stats


def awaited_context_ids(params: CreateSessionParams) -> frozenset[str]:
    """Return the contexts that ``create`` waits for: those of the browser always, as the official clients do."""
    ids = {sync.context_id for sync in _syncs(params) if sync.wait}
    if browser := params.browser_context:
        ids |= {browser.context_id, browser.extension_context_id or "", browser.fingerprint_context_id or ""}
    return frozenset(ids - {""})


def _syncs(params: CreateSessionParams) -> Iterator[ContextSync]:
    """Yield the contexts to copy, with that of a simulated phone."""
    yield from params.context_syncs
    mobile = params.extra_configs and params.extra_configs.mobile
    if mobile and mobile.simulate_config and (context_id := mobile.simulate_config.simulated_context_id):
        yield ContextSync(context_id=context_id, path=MOBILE_INFO_PATH)


def _is_simulation_only(configs: ExtraConfigs | None) -> bool:
    """Return whether nothing is left to send: the simulation of a phone is not sent."""
    mobile = configs and configs.mobile
    return bool(mobile and mobile.simulate_config and not mobile.dump())


def _persistence(params: CreateSessionParams, dialect: Dialect) -> Iterator[PersistenceItem]:
    """Yield the bindings in the order of the clouds' own clients."""
    browser = params.browser_context
    for sync in _syncs(params):
        yield sync_item(sync, dialect)
    if browser and browser.extension_context_id:
        yield policy_item(browser.extension_context_id, EXTENSIONS_PATH, _extension_policy(browser), dialect)
    if browser and browser.fingerprint_context_id:
        nothing = SyncPolicy(upload_policy=UploadPolicy(auto_upload=False), bw_list=BWList(white_lists=()))
        yield policy_item(browser.fingerprint_context_id, dialect.fingerprint_path, nothing, dialect)
    for mount in params.context_mounts:
        yield mount_item(mount, dialect)
    if browser:
        yield policy_item(browser.context_id, dialect.profile_path, _profile_policy(browser, dialect), dialect)


def _extension_policy(browser: BrowserContext) -> SyncPolicy:
    return SyncPolicy(
        upload_policy=UploadPolicy(auto_upload=False),
        delete_policy=DeletePolicy(sync_local_file=False),
        bw_list=_white_lists(*browser.extension_ids),
    )


def _profile_policy(browser: BrowserContext, dialect: Dialect) -> SyncPolicy:
    kept = COOKIE_PATHS + LOGIN_PATHS if (browser.sync_mode or dialect.sync_mode) == "standard" else COOKIE_PATHS
    return SyncPolicy(upload_policy=UploadPolicy(auto_upload=browser.auto_upload), bw_list=_white_lists(*kept))


def _white_lists(*paths: str) -> BWList:
    return BWList(white_lists=tuple(WhiteList(path=path) for path in paths))
