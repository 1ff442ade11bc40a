"""Each promise of the reference documents has a test, and each test cites a promise that there is."""

import re
from pathlib import Path

from .requirements import PROMISES

TESTS = Path(__file__).parent
CITED = re.compile(r"@promise\((.*?)\)", re.DOTALL)


def test_every_promise_is_cited_and_every_citation_is_a_promise() -> None:
    sources = [path.read_text("utf-8") for path in TESTS.rglob("test_*.py") if "_sync" not in path.parts]
    cited = {word for text in sources for call in CITED.findall(text) for word in call.split('"')[1::2]}
    assert cited == PROMISES.keys()
