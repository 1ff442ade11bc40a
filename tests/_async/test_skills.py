"""Skills: requests, responses, and clouds without them."""

import json
from typing import Any

import pytest

from sessionbay import AsyncAGB, AsyncAgentBay, SkillError, SkillUsageError

from ..fake_cloud import KEY, FakeCloud, no, yes

PDF = {"Name": "pdf", "Description": "reads pages"}
BINDING = {"context_id": "c", "skill_ids": ["builtin:pdf"], "path": "/skills"}


def client(cloud: FakeCloud, **options: Any) -> AsyncAgentBay:
    return AsyncAgentBay(api_key=KEY, transport=cloud, **options)


async def test_skills_are_reported_by_image_and_name() -> None:
    nameless = {"Name": "  ", "Description": "nobody"}
    cloud = FakeCloud(GetSkillMetaData=yes({"SkillPath": "/opt/skills", "MetaDataList": [PDF, nameless]}))
    found = await client(cloud).beta_skills.get_metadata("linux_latest", ["pdf", "\u540d"])
    assert [(skill.name, skill.description, skill.skill_id) for skill in found.skills] == [("pdf", "reads pages", "")]
    assert found.skills_root_path == "/opt/skills"
    assert cloud.forms[0]["ImageId"] == "linux_latest"
    assert cloud.forms[0]["SkillGroupIds"] == '["pdf","\u540d"]'


async def test_all_skills_are_reported_without_any_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = FakeCloud(GetSkillMetaData=yes({}))
    found = await client(cloud).beta.skills.get_metadata()
    assert (found.skills, found.skills_root_path) == ([], "/home/wuying/skills")
    assert not {"ImageId", "SkillGroupIds"} & set(cloud.forms[0])
    monkeypatch.setenv("AGENTBAY_OFFICIAL_SKILLS_ROOT", "/mine")
    assert (await client(cloud).beta_skills.get_metadata()).skills_root_path == "/mine"


@pytest.mark.parametrize("ids", [["builtin:pdf"], []])
async def test_skills_are_reported_by_id(ids: list[str]) -> None:
    cloud = FakeCloud(ListSkillMetaData=yes([PDF | {"SkillId": "builtin:pdf"}]))
    found = await client(cloud).beta_skills.get_metadata(skill_ids=ids)
    assert (found.skills[0].skill_id, found.skills_root_path) == ("builtin:pdf", "/home/wuying/skills")
    assert json.loads(cloud.forms[0]["SkillIdList"]) == ids


@pytest.mark.parametrize(
    ("action", "field", "method"),
    [
        ("BindContextSkillAsync", "ContextSkillBindItems", "bind_context"),
        ("UnbindContextSkillAsync", "ContextSkillUnbindItems", "unbind_context"),
    ],
)
async def test_contexts_are_given_skills_and_lose_them(action: str, field: str, method: str) -> None:
    cloud = FakeCloud(**{action: yes()})
    assert (await getattr(client(cloud).beta_skills, method)([BINDING])).success
    assert cloud.forms[0][field] == '[{"ContextId":"c","SkillIds":["builtin:pdf"],"Path":"/skills"}]'
    assert cloud.forms[0]["LoginRegionId"] == "cn-hangzhou"


async def test_a_refusal_is_a_result_and_an_error_of_a_strict_client() -> None:
    refused = no("Skill.NotFound", "no such skill")
    cloud = FakeCloud(GetSkillMetaData=refused, ListSkillMetaData=refused, BindContextSkillAsync=refused)
    skills = client(cloud).beta_skills
    for result in (
        await skills.get_metadata(),
        await skills.get_metadata(skill_ids=["x"]),
        await skills.bind_context([BINDING]),  # type: ignore[list-item]
    ):
        assert (result.success, result.error_message) == (False, "[Skill.NotFound] no such skill")
    with pytest.raises(SkillError, match="no such skill"):
        await client(cloud, strict=True).beta_skills.get_metadata()


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([], "must not be empty"),
        ("x", "must be a list"),
        ([{"context_id": "c"}], "must have context_id, path, skill_ids"),
        ([BINDING | {"path": " "}], "path must be"),
        ([BINDING | {"skill_ids": "builtin:pdf"}], "skill_ids must be a list"),
        ([BINDING | {"more": 1}], "must have"),
    ],
)
async def test_a_mistake_raises_before_anything_is_sent(items: Any, message: str) -> None:
    cloud = FakeCloud()
    for method in (client(cloud).beta_skills.bind_context, client(cloud).beta_skills.unbind_context):
        with pytest.raises(SkillUsageError, match=message):
            await method(items)
    with pytest.raises(SkillUsageError, match="cannot be combined"):
        await client(cloud).beta_skills.get_metadata("image", skill_ids=["x"])
    with pytest.raises(SkillUsageError, match="skill_names"):
        await client(cloud).beta_skills.get_metadata(skill_names="pdf")
    assert cloud.requests == []


async def test_agb_has_no_skills() -> None:
    skills = AsyncAGB(api_key=KEY, transport=FakeCloud()).beta_skills
    with pytest.raises(SkillUsageError, match="AGB has no GetSkillMetaData"):
        await skills.get_metadata()
    with pytest.raises(SkillUsageError, match="AGB has no BindContextSkillAsync"):
        await skills.bind_context([BINDING])  # type: ignore[list-item]


async def test_the_local_engine_refuses_skills_by_name(bay: AsyncAgentBay) -> None:
    found = await bay.beta_skills.get_metadata()
    assert (found.success, found.code) == (False, "ActionNotSupportedLocally")
    assert "write their files to the session" in found.error_message


async def test_a_session_is_created_with_skills() -> None:
    cloud = FakeCloud(CreateMcpSession=yes({"SessionId": "session-1", "Success": True}))
    await client(cloud).create(load_skills=True, skill_names=["pdf"])
    assert (cloud.forms[0]["LoadSkill"].lower(), cloud.forms[0]["Skills"]) == ("true", '["pdf"]')
