"""Skills as callers see them: what the cloud has of them, and which a context is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypedDict

from ..core.errors import AgentBayError, SkillError
from ..core.result import Result

ROOT = "/home/wuying/skills"


@dataclass(frozen=True)
class Skill:
    """One skill: instructions and files for an agent, in a folder of its own.

    Attributes:
        skill_id: The cloud's id; empty where it does not say.
    """

    name: str
    description: str = ""
    skill_id: str = ""


class SkillBinding(TypedDict):
    """Which skills a context is given, or loses, and where they are in it."""

    context_id: str
    skill_ids: Sequence[str]
    path: str


@dataclass(frozen=True, kw_only=True)
class SkillsMetadataResult(Result[tuple[Skill, ...]]):
    """The answer to ``beta_skills.get_metadata``.

    Attributes:
        skills_root_path: The folder that holds the skills in a session, each in one of its name.
    """

    skills_root_path: str = ""

    error_type: ClassVar[type[AgentBayError]] = SkillError

    @property
    def skills(self) -> list[Skill]:
        """The skills."""
        return list(self.unwrap())


class SkillsOperationResult(Result[None]):
    """The answer to ``beta_skills.bind_context`` and ``unbind_context``, which is no more than yes or no."""

    error_type: ClassVar[type[AgentBayError]] = SkillError
