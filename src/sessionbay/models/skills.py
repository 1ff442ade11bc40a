"""Skills of the cloud, and their bindings to contexts."""

from collections.abc import Sequence
from typing import TypedDict

from ..core.errors import SkillError
from ..core.public import public
from ..core.result import ListResult, Result
from ..core.value import Record

SKILLS_ROOT = "/home/wuying/skills"


@public
class Skill(Record):
    """A skill: a folder with instructions and files for an agent.

    Attributes:
        skill_id: The cloud's id, or an empty string.
    """

    name: str
    description: str = ""
    skill_id: str = ""


@public
class SkillBinding(TypedDict):
    """The skills to bind to, or unbind from, a path of a context."""

    context_id: str
    skill_ids: Sequence[str]
    path: str


@public
class SkillsMetadataResult(ListResult[Skill], error=SkillError):
    """The result of ``beta_skills.get_metadata``.

    Attributes:
        skills_root_path: The folder of the skills in a session, with one subfolder per skill.
    """

    skills_root_path: str = ""

    @property
    def skills(self) -> list[Skill]:
        """The skills."""
        return list(self.unwrap())


@public
class SkillsOperationResult(Result[None], error=SkillError):
    """The result of ``beta_skills.bind_context`` and ``unbind_context``, without a payload."""
