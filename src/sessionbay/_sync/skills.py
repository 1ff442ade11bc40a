# Generated from src/sessionbay/_async/skills.py by scripts/generate_sync.py. Do not edit.
"""Skills."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from ..core import validation
from ..core.errors import SkillError
from ..core.operation import Operation
from ..core.public import public
from ..core.result import Result
from ..core.wire_model import Wire
from ..environment import environment
from ..models.skills import SKILLS_ROOT, SkillBinding, SkillsMetadataResult, SkillsOperationResult
from ..operations import skills as ops
from .api_client import ApiClient

Q = TypeVar("Q", bound=Wire)
R = TypeVar("R", bound=Result[Any])

ROOT_VARIABLE = "AGENTBAY_OFFICIAL_SKILLS_ROOT"


@public
class Skills:
    """Lists the cloud's skills for agents, and binds them to contexts.

    AgentBay only; the local engine refuses. A session gets skills when it is created with ``load_skills=True``, and
    ``skill_names`` to select some. A refusal is a result. Every method raises ``SkillUsageError`` for an invalid
    argument and on AGB, before anything is sent, and ``SkillError`` when there is no response.
    """

    def __init__(self, api: ApiClient) -> None:
        self._api = api

    def get_metadata(
        self,
        image_id: str | None = None,
        skill_names: Sequence[str] | None = None,
        skill_ids: Sequence[str] | None = None,
    ) -> SkillsMetadataResult:
        """Get the metadata of skills.

        Args:
            image_id: Only skills of this image.
            skill_names: Only these; unknown names are ignored.
            skill_ids: The ids of the skills, in place of the other two.

        Returns:
            ``skills`` (also ``data``), each with ``name``, ``description`` and ``skill_id``, and ``skills_root_path``.

        Example:
            ```python
            found = bay.beta_skills.get_metadata(skill_names=["pdf"])
            print(found.success, found.error_message)
            ```
        """
        if skill_ids is None:
            names = None if skill_names is None else validation.texts("skill_names", skill_names, SkillError)
            result = self._call(ops.GET_SKILLS, ops.SkillsRequest(image_id=image_id, skill_group_ids=names))
        elif image_id is None and skill_names is None:
            ids = validation.texts("skill_ids", skill_ids, SkillError)
            result = self._call(ops.LIST_SKILLS, ops.SkillIdsRequest(skill_id_list=ids))
        else:
            raise SkillError.usage("skill_ids cannot be combined: pass it without image_id and skill_names")
        if not result.success or result.skills_root_path:
            return result
        return replace(result, skills_root_path=environment().get(ROOT_VARIABLE) or SKILLS_ROOT)

    def bind_context(self, items: Sequence[SkillBinding]) -> SkillsOperationResult:
        """Bind skills to contexts: a session with the context has them at a path.

        Args:
            items: Each a dict of ``context_id``, ``skill_ids`` and ``path``.

        Returns:
            Whether the cloud accepted the request.

        Example:
            ```python
            binding = {"context_id": "SdkCtx-1", "skill_ids": ["builtin:pdf"], "path": "/home/wuying/skills"}
            print((bay.beta_skills.bind_context([binding])).error_message)
            ```
        """
        region = self._api.dialect.region_id
        request = ops.BindSkillsRequest(context_skill_bind_items=ops.parse_bindings(items), login_region_id=region)
        return self._call(ops.BIND_SKILLS, request)

    def unbind_context(self, items: Sequence[SkillBinding]) -> SkillsOperationResult:
        """Unbind skills from contexts.

        Args:
            items: Each a dict of ``context_id``, ``skill_ids`` and ``path``.

        Returns:
            Whether the cloud accepted the request.

        Example:
            ```python
            binding = {"context_id": "SdkCtx-1", "skill_ids": ["builtin:pdf"], "path": "/home/wuying/skills"}
            print((bay.beta_skills.unbind_context([binding])).error_message)
            ```
        """
        region = self._api.dialect.region_id
        request = ops.UnbindSkillsRequest(context_skill_unbind_items=ops.parse_bindings(items), login_region_id=region)
        return self._call(ops.UNBIND_SKILLS, request)

    def _call(self, op: Operation[Q, Any, R], request: Q) -> R:
        return self._api.raise_if_strict(self._api.call(op, request))


@public
class Beta:
    """The beta features under short names."""

    def __init__(self, skills: Skills) -> None:
        self.skills = skills
