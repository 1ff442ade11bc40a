"""What the local engine refuses, it refuses by name: tools, actions, and the images of other machines."""

import pytest

from sessionbay import AsyncAgentBay, AsyncSession
from sessionbay.engine import images
from sessionbay.engine.unsupported import TOOLS

from ..environments import IMAGES, MODULES, image_refusal, refusal


async def test_the_tools_of_each_refused_module_are_refused_by_name(session: AsyncSession) -> None:
    refused = [about["call"] for about in MODULES.values() if about["call"] in TOOLS]
    assert len(refused) > 5
    for call in refused:
        result = await session.call_mcp_tool(call, {})
        assert not result.success
        assert repr(call) in result.error_message
        assert refusal(call) in result.error_message


@pytest.mark.parametrize("image", sorted({image for _, image in IMAGES}))
async def test_an_environment_is_served_or_refused_by_name(bay: AsyncAgentBay, image: str) -> None:
    created = await bay.create(image_id=image)
    if image_refusal(image):
        assert (created.success, created.code) == (False, "ImageNotSupportedLocally")
        assert image in created.error_message
    elif images.kind_of(image) == "browser" and images.CHROMIUM.find() is None:
        assert (created.success, created.code) == (False, "DependencyMissing")
    else:
        assert created.success
        assert (await created.session.delete()).success
