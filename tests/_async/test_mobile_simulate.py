"""The simulation of another phone: its description in a context, and the settings of new sessions."""

from typing import Any

import httpx
import pytest

from sessionbay import (
    AsyncAGB,
    AsyncAgentBay,
    AsyncMobileSimulateService,
    BWList,
    ContextSync,
    ContextUsageError,
    MobileSimulateConfig,
    MobileSimulateMode,
    SyncPolicy,
    WhiteList,
)

from ..fake_cloud import KEY, FakeCloud, no, yes

INFO = '{"version": 1, "properties": {"ro.product.model": "SM-A505F"}}'
FOLDER = "/agentbay_mobile_info/"


def on(**answers: Any) -> tuple[AsyncMobileSimulateService, FakeCloud]:
    cloud = FakeCloud(**answers)
    return AsyncMobileSimulateService(AsyncAgentBay(api_key=KEY, transport=cloud)), cloud


async def test_a_description_is_kept_in_a_context_of_its_own(bay: AsyncAgentBay) -> None:
    service = AsyncMobileSimulateService(bay)
    sent = await service.upload_mobile_info(INFO)
    context_id = sent.mobile_simulate_context_id
    assert (sent.success, sent.data, service.get_simulate_context_id()) == (True, context_id, context_id)
    listed = await bay.context.list_files(context_id, "/data/agentbay_mobile_info")
    assert [(entry.file_name, entry.size) for entry in listed.entries] == [("dev_info.json", len(INFO))]
    service.set_simulate_enable(True)
    service.set_simulate_mode("All")
    config = service.get_simulate_config()
    assert config == MobileSimulateConfig(True, "/data/agentbay_mobile_info", MobileSimulateMode.ALL, context_id)
    await bay.context.delete(context_id)


class Store(FakeCloud):
    """A cloud that takes files."""

    stored = b""

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.method != "PUT":
            return super()._answer(request)
        self.stored = request.content
        return httpx.Response(200)


async def test_a_description_is_found_in_a_context_of_the_callers() -> None:
    files = yes([{"FileName": "a.txt"}, {"FileName": "dev_info.json"}], Count=2)
    cloud = Store(DescribeContextFiles=[yes([], Count=0), files], GetContextFileUploadUrl=yes({"Url": "https://s/put"}))
    bay = AsyncAgentBay(api_key=KEY, transport=cloud)
    lists = BWList(white_lists=(WhiteList(path="/src"),))
    sync = ContextSync(context_id="SdkCtx-1", path="/tmp/data", policy=SyncPolicy(bw_list=lists))
    service, other = AsyncMobileSimulateService(bay), AsyncMobileSimulateService(bay)
    missing = await service.has_mobile_info(sync)
    assert (missing.success, missing.code) == (False, "not_found")
    assert service.get_simulate_config() == MobileSimulateConfig(False, None, "PropertiesOnly")
    assert (await service.upload_mobile_info(INFO, sync)).success
    assert (cloud.stored.decode(), cloud.forms[1]["FilePath"]) == (INFO, f"/tmp/data{FOLDER}/dev_info.json")
    assert await other.has_mobile_info(sync)
    config = MobileSimulateConfig(False, f"/tmp/data{FOLDER}", "PropertiesOnly")
    assert service.get_simulate_config() == other.get_simulate_config() == config
    assert sync.policy
    assert [entry.path for entry in sync.policy.bw_list.white_lists or ()] == ["/src", FOLDER]


async def test_failures_keep_their_reason_and_the_context() -> None:
    refused = no("Quota", "too many contexts")
    service, _ = on(GetContext=[refused, yes({"Id": "SdkCtx-1"})], GetContextFileUploadUrl=no("Denied", "not yours"))
    failed = await service.upload_mobile_info(INFO)
    assert (failed.success, failed.error_message) == (False, "[Quota] too many contexts")
    assert failed.mobile_simulate_context_id == ""
    failed = await service.upload_mobile_info(INFO)
    assert (failed.success, failed.error_message) == (False, "[Denied] not yours")
    assert failed.mobile_simulate_context_id == service.get_simulate_context_id() == "SdkCtx-1"
    service, _ = on(DescribeContextFiles=no("Denied", "not yours"))
    looked = await service.has_mobile_info(ContextSync(context_id="c", path="/p"))
    assert (looked.success, looked.error_message) == (False, "[Denied] not yours")


@pytest.mark.parametrize("content", ["", " ", "{}", "[]", "[1]", "null", "no JSON", None, b"{}", "[" * 100_000])
async def test_a_description_that_is_no_json_object_raises_before_anything_is_sent(content: Any) -> None:
    service, cloud = on()
    with pytest.raises(ContextUsageError, match="mobile_dev_info_content"):
        await service.upload_mobile_info(content)
    assert cloud.requests == []


async def test_other_mistakes_raise_before_anything_is_sent() -> None:
    service, cloud = on()
    wrong: Any = "SdkCtx-1"
    with pytest.raises(ContextUsageError, match="context_sync must be of the class"):
        await service.upload_mobile_info(INFO, wrong)
    with pytest.raises(ContextUsageError, match="context_sync must be of the class"):
        await service.has_mobile_info(wrong)
    with pytest.raises(ContextUsageError, match="mode must be 'PropertiesOnly' or"):
        service.set_simulate_mode("Everything")  # type: ignore[arg-type]
    with pytest.raises(ContextUsageError, match="enable must be True or False"):
        service.set_simulate_enable(1)  # type: ignore[arg-type]
    with pytest.raises(ContextUsageError, match="context_id must be"):
        service.set_simulate_context_id("")
    with pytest.raises(ContextUsageError, match="AGB has no phones"):
        AsyncMobileSimulateService(AsyncAGB(api_key=KEY, transport=cloud))
    with pytest.raises(ContextUsageError, match="agent_bay must be of the class"):
        AsyncMobileSimulateService(wrong)
    assert cloud.requests == []


async def test_an_earlier_upload_is_used_again() -> None:
    service, _ = on()
    assert (service.get_simulate_enable(), service.get_simulate_mode()) == (False, "PropertiesOnly")
    assert service.get_simulate_context_id() is None
    service.set_simulate_context_id("SdkCtx-7")
    assert service.get_simulate_config().simulated_context_id == "SdkCtx-7"
