# Generated from tests/_async/test_environments.py by scripts/generate_sync.py. Do not edit.
"""What the local engine refuses, it refuses by name: tools, actions, and the images of other machines."""

import pytest

from sessionbay import AgentBay, Session
from sessionbay.engine.unsupported import TOOLS

from ..environments import IMAGES, MODULES, image_refusal, refusal


@pytest.mark.one_driver
def test_the_tools_of_each_refused_module_are_refused_by_name(bay_session: Session) -> None:
    refused = [about["call"] for about in MODULES.values() if about["call"] in TOOLS]
    assert len(refused) > 2
    for call in refused:
        result = bay_session.call_mcp_tool(call, {})
        assert not result.success
        assert repr(call) in result.error_message
        assert refusal(call) in result.error_message


@pytest.mark.one_driver
def test_an_environment_of_another_machine_is_refused_by_name(bay: AgentBay) -> None:
    refused = [image for _, image in IMAGES if image_refusal(image)]
    assert refused == ["windows_latest", "mobile_latest"]
    for image in refused:
        created = bay.create(image_id=image)
        assert (created.success, created.code) == (False, "ImageNotSupportedLocally")
        assert image in created.error_message
