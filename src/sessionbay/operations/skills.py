"""Skills of the cloud. AgentBay only."""

from typing import Annotated

from pydantic import Field

from ..core import validation
from ..core.encoding import TEXT_COMPACT
from ..core.errors import SkillError
from ..core.operation import NOTHING, Operation
from ..core.wire_model import NullableStr, Wire
from ..models.skills import Skill, SkillBinding, SkillsMetadataResult, SkillsOperationResult


class SkillsRequest(Wire):
    """The cloud's name for the skill names is ``SkillGroupIds`` here."""

    image_id: str | None = None
    skill_group_ids: Annotated[list[str] | None, TEXT_COMPACT] = None


class SkillIdsRequest(Wire):
    skill_id_list: Annotated[list[str], TEXT_COMPACT]


class SkillAnswer(Wire):
    name: NullableStr = ""
    description: NullableStr = ""
    skill_id: NullableStr = ""


class SkillsAnswer(Wire):
    skill_path: NullableStr = ""
    meta_data_list: list[SkillAnswer] = Field(default_factory=list[SkillAnswer])


class SkillItem(Wire):
    context_id: str
    skill_ids: list[str]
    path: str


class BindSkillsRequest(Wire):
    context_skill_bind_items: Annotated[list[SkillItem], TEXT_COMPACT]
    login_region_id: str | None = None


class UnbindSkillsRequest(Wire):
    context_skill_unbind_items: Annotated[list[SkillItem], TEXT_COMPACT]
    login_region_id: str | None = None


def _skills(answers: list[SkillAnswer]) -> tuple[Skill, ...]:
    """Return the skills that have a name."""
    return tuple(Skill(**answer.dump()) for answer in answers if answer.name.strip())


GET_SKILLS = Operation(
    action="GetSkillMetaData",
    agb=None,
    request=SkillsRequest,
    answer=SkillsAnswer,
    result=SkillsMetadataResult,
    fields=lambda answer: {"data": _skills(answer.meta_data_list), "skills_root_path": answer.skill_path},
    idempotent=True,
)
LIST_SKILLS = Operation(
    action="ListSkillMetaData",
    agb=None,
    request=SkillIdsRequest,
    answer=list[SkillAnswer],
    result=SkillsMetadataResult,
    fields=lambda answers: {"data": _skills(answers)},
    idempotent=True,
)
BIND_SKILLS = Operation(
    action="BindContextSkillAsync", agb=None, request=BindSkillsRequest, answer=NOTHING, result=SkillsOperationResult
)
UNBIND_SKILLS = Operation(
    action="UnbindContextSkillAsync",
    agb=None,
    request=UnbindSkillsRequest,
    answer=NOTHING,
    result=SkillsOperationResult,
)


def parse_bindings(bindings: object) -> list[SkillItem]:
    """Return the bindings of a request; raise SkillUsageError if one is invalid."""
    items = validation.items("items", bindings, SkillError)
    if not items:
        raise SkillError.usage("items must not be empty: pass at least one")
    return [_item(f"items[{index}]", item) for index, item in enumerate(items)]


def _item(name: str, binding: object) -> SkillItem:
    keys = sorted(SkillBinding.__annotations__)
    plain = validation.json_object(name, binding, SkillError)
    if sorted(plain) != keys:
        raise SkillError.usage(f"{name} must have {', '.join(keys)}, not {', '.join(map(repr, plain)) or 'nothing'}")
    return SkillItem(
        context_id=validation.text(f"{name}: context_id", plain["context_id"], SkillError),
        skill_ids=validation.texts(f"{name}: skill_ids", plain["skill_ids"], SkillError),
        path=validation.text(f"{name}: path", plain["path"], SkillError),
    )
