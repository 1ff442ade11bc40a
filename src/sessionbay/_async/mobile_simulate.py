"""The simulation of another phone."""

import json
from dataclasses import replace

from ..core import validation
from ..core.error_codes import ErrorCode
from ..core.errors import ContextError
from ..core.public import public
from ..environment import nonce
from ..models.context_sync import ContextSync, WhiteList
from ..models.contexts import ContextOperationResult
from ..models.mobile import MobileSimulateUploadResult
from ..models.mobile_config import MOBILE_INFO_PATH, MobileSimulateConfig, MobileSimulateMode, ModeOrText
from ..operations.mobile import MOBILE_INFO_FILE, MOBILE_INFO_FOLDER
from .client import AsyncClient


@public
class AsyncMobileSimulateService:
    """Makes the phones of new sessions simulate another one, whose description is kept in a context. AgentBay only.

    A refused call returns a failed result. Every method raises ``ContextUsageError`` for an invalid argument, before
    anything is sent, and ``ContextError`` when there is no response.

    Example:
        ```python
        service = AsyncMobileSimulateService(bay)
        sent = await service.upload_mobile_info('{"version": 1, "properties": {"ro.product.model": "SM-A505F"}}')
        service.set_simulate_enable(True)
        phone = MobileConfig(simulate_config=service.get_simulate_config())
        print(sent.success, phone.simulate_config.simulate_path)
        ```
    """

    def __init__(self, agent_bay: AsyncClient) -> None:
        validation.instance("agent_bay", agent_bay, AsyncClient, ContextError, required=True)
        if not agent_bay.core.api.dialect.phones:
            raise ContextError.usage(f"{agent_bay.core.api.dialect.title} has no phones: use AgentBay")
        self._api = agent_bay.core.api
        self._contexts = agent_bay.context
        self._enabled = False
        self._mode = MobileSimulateMode.PROPERTIES_ONLY
        self._context_id: str | None = None
        self._path: str | None = None
        self._owns_context = True

    def set_simulate_enable(self, enable: bool) -> None:
        """Enable the simulation, or disable it.

        Args:
            enable: Whether ``get_simulate_config`` enables it.

        Example:
            ```python
            service = AsyncMobileSimulateService(bay)
            service.set_simulate_enable(True)
            ```
        """
        self._enabled = validation.boolean("enable", enable, ContextError)

    def get_simulate_enable(self) -> bool:
        """Return whether the simulation is enabled; at first it is not.

        Example:
            ```python
            print(AsyncMobileSimulateService(bay).get_simulate_enable())
            ```
        """
        return self._enabled

    def set_simulate_mode(self, mode: ModeOrText) -> None:
        """Set the part of the phone that is simulated.

        Args:
            mode: The part, a ``MobileSimulateMode`` or its text.

        Example:
            ```python
            service = AsyncMobileSimulateService(bay)
            service.set_simulate_mode(MobileSimulateMode.ALL)
            ```
        """
        validation.choice("mode", mode, [str(one) for one in MobileSimulateMode], ContextError)
        self._mode = MobileSimulateMode(mode)

    def get_simulate_mode(self) -> MobileSimulateMode:
        """Return the part of the phone that is simulated: its properties at first.

        Example:
            ```python
            print(AsyncMobileSimulateService(bay).get_simulate_mode())
            ```
        """
        return self._mode

    def set_simulate_context_id(self, context_id: str) -> None:
        """Use the context of an earlier upload.

        Args:
            context_id: Its ``mobile_simulate_context_id``. A context of your own goes to ``has_mobile_info`` instead.

        Example:
            ```python
            service = AsyncMobileSimulateService(bay)
            service.set_simulate_context_id("SdkCtx-1")
            ```
        """
        self._use_own(validation.text("context_id", context_id, ContextError))

    def get_simulate_context_id(self) -> str | None:
        """Return the id of the context that holds the description; None before there is one.

        Example:
            ```python
            print(AsyncMobileSimulateService(bay).get_simulate_context_id())
            ```
        """
        return self._context_id

    def get_simulate_config(self) -> MobileSimulateConfig:
        """Return the ``simulate_config`` of a ``MobileConfig`` for new sessions.

        A context of your own must be in the ``context_syncs`` of these sessions; the service's is added by ``create``.

        Example:
            ```python
            print(AsyncMobileSimulateService(bay).get_simulate_config().simulate)
            ```
        """
        context_id = self._context_id if self._owns_context else None
        return MobileSimulateConfig(self._enabled, self._path, self._mode, context_id)

    async def has_mobile_info(self, context_sync: ContextSync) -> ContextOperationResult:
        """Look for a description in a context of your own; if there is one, use it.

        Args:
            context_sync: The context, and its path in the session. If its policy has white lists, the folder of the
                description is added to them.

        Returns:
            Whether there is one. If not, ``code`` is ``not_found``; another failure is a refusal.

        Example:
            ```python
            service = AsyncMobileSimulateService(bay)
            context = await bay.context.create("my-data")
            found = await service.has_mobile_info(ContextSync(context_id=context.context_id, path="/tmp/data"))
            print(found.success, found.error_message)
            ```
        """
        validation.instance("context_sync", context_sync, ContextSync, ContextError, required=True)
        folder = context_sync.path + MOBILE_INFO_FOLDER
        listed = await self._contexts.list_files(context_sync.context_id, folder, page_number=1, page_size=50)
        if not listed.success:
            return listed.as_failure(ContextOperationResult)
        if not any(entry.file_name == MOBILE_INFO_FILE for entry in listed.entries):
            reason = f"context {context_sync.context_id} has no {MOBILE_INFO_FILE} in {folder}"
            return replace(listed.as_failure(ContextOperationResult, reason), code=ErrorCode.NOT_FOUND)
        self._use(context_sync)
        return ContextOperationResult(success=True, data=True, request_id=listed.request_id)

    async def upload_mobile_info(
        self, mobile_dev_info_content: str, context_sync: ContextSync | None = None
    ) -> MobileSimulateUploadResult:
        """Upload the description of a phone, and use it.

        Args:
            mobile_dev_info_content: The description, a JSON object such as
                ``{"version": 1, "properties": {"ro.product.model": "SM-A505F"}, "packages": []}``.
            context_sync: A context of your own to upload to, and its path in the session; by default, a new context is
                made. If its policy has white lists, the folder of the description is added to them.

        Returns:
            ``mobile_simulate_context_id`` (also ``data``) is the id of the context. A failure has it, too, if there is
            one.

        Example:
            ```python
            service = AsyncMobileSimulateService(bay)
            sent = await service.upload_mobile_info('{"version": 1}')
            print(sent.mobile_simulate_context_id == service.get_simulate_context_id())
            ```
        """
        content = _check_description(mobile_dev_info_content)
        validation.instance("context_sync", context_sync, ContextSync, ContextError)
        if context_sync is None:
            made = await self._contexts.create(f"mobile_sim_{nonce()}_{int(self._api.clock.time())}")
            if not made.success:
                return made.as_failure(MobileSimulateUploadResult)
            self._use_own(made.context_id)
        else:
            self._use(context_sync)
        return await self._upload(content)

    async def _upload(self, content: str) -> MobileSimulateUploadResult:
        context_id = self._context_id or ""
        sent = await self._contexts.upload_file(context_id, f"{self._path}/{MOBILE_INFO_FILE}", content.encode())
        result = MobileSimulateUploadResult(success=True, data=context_id, request_id=sent.request_id)
        result = result if sent.success else sent.as_failure(MobileSimulateUploadResult)
        return replace(result, mobile_simulate_context_id=context_id)

    def _use_own(self, context_id: str) -> None:
        self._context_id, self._path, self._owns_context = context_id, MOBILE_INFO_PATH, True

    def _use(self, sync: ContextSync) -> None:
        """Use a context of the caller's; make sure that its white lists, if it has any, include the description."""
        self._context_id, self._path, self._owns_context = sync.context_id, sync.path + MOBILE_INFO_FOLDER, False
        lists = sync.policy.bw_list if sync.policy else None
        if lists and lists.white_lists and all(entry.path != MOBILE_INFO_FOLDER for entry in lists.white_lists):
            lists.white_lists = (*lists.white_lists, WhiteList(path=MOBILE_INFO_FOLDER))


def _check_description(value: object) -> str:
    """Return the text of a JSON object that is not empty."""
    text = validation.text("mobile_dev_info_content", value, ContextError)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise ContextError.usage(f"mobile_dev_info_content must be JSON text: {exc}") from exc
    if not isinstance(found, dict) or not found:
        raise ContextError.usage("mobile_dev_info_content must be a JSON object that is not empty")
    return text
