"""Sessions that are sent elsewhere: by their reference, without a key, attached with the receiver's own."""

import copy
import pickle

import pytest

from sessionbay import AsyncAGB, AsyncAgentBay, AsyncSession, MapResult, SessionError, SessionReference, SessionResult
from sessionbay.engine import LocalEngine

from .conftest import IMAGE, connect

ELSEWHERE = SessionReference("session-1", "agentbay", "https://elsewhere.example", "cn-hangzhou")


@pytest.fixture
def _with_a_key(engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AGENTBAY", "AGB"):
        monkeypatch.setenv(f"{name}_API_KEY", engine.api_key.reveal())


@pytest.mark.usefixtures("_with_a_key")
async def test_a_session_that_comes_out_of_a_pickle_is_attached(session: AsyncSession) -> None:
    again: AsyncSession = pickle.loads(pickle.dumps(session))
    async with again.agent_bay:
        assert (await again.command.run("echo hello")).output == "hello\n"


@pytest.mark.usefixtures("_with_a_key")
async def test_a_result_comes_out_of_a_pickle_with_its_session_attached(either: AsyncAgentBay) -> None:
    made = await either.create(image_id=IMAGE)
    again: SessionResult[AsyncSession] = pickle.loads(pickle.dumps(made))
    async with again.session.agent_bay:
        assert (await again.session.delete()).success


@pytest.mark.usefixtures("_with_a_key")
def test_sessions_that_come_out_of_pickles_share_a_client(engine: LocalEngine) -> None:
    refs = [SessionReference(f"session-{n}", "agentbay", engine.endpoint) for n in range(2)]
    bay = connect(engine, AsyncAgentBay)
    one, other = (pickle.loads(pickle.dumps(bay.attach(ref))) for ref in refs)
    assert one.agent_bay is other.agent_bay


@pytest.mark.usefixtures("_with_a_key")
async def test_a_client_that_was_closed_is_not_shared(bay_session: AsyncSession) -> None:
    first = pickle.loads(pickle.dumps(bay_session))
    await first.agent_bay.aclose()
    async with pickle.loads(pickle.dumps(bay_session)).agent_bay as again:
        assert (await again.list()).success


async def test_a_reference_says_where_the_session_is(session: AsyncSession, engine: LocalEngine) -> None:
    cloud = "agb" if isinstance(session.agent_bay, AsyncAGB) else "agentbay"
    payload = session.ref
    assert (payload.session_id, payload.cloud, payload.endpoint) == (session.session_id, cloud, engine.endpoint)


async def test_a_pickle_holds_neither_the_key_nor_the_token(session: AsyncSession) -> None:
    data = pickle.dumps(session)
    assert [secret for secret in (session.get_api_key(), session.get_token()) if secret.encode() in data] == []


def test_a_session_is_not_attached_without_a_key() -> None:
    bay = AsyncAgentBay("akm-own", endpoint=ELSEWHERE.endpoint)
    data = pickle.dumps(bay.attach(ELSEWHERE))
    with pytest.raises(SessionError, match=r"session-1 at https://elsewhere.example .* AGENTBAY_API_KEY") as raised:
        pickle.loads(data)
    assert raised.value.kind == "usage"


def test_a_session_over_plain_http_is_not_attached_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTBAY_API_KEY", "akm-own")
    bay = AsyncAgentBay(endpoint="http://elsewhere.example", allow_http=True)
    data = pickle.dumps(AsyncSession(bay, "session-1"))
    with pytest.raises(ValueError, match=r"neither https nor this machine.* attach\(\) of a client"):
        pickle.loads(data)


async def test_a_client_attaches_a_session_by_its_reference(session: AsyncSession, engine: LocalEngine) -> None:
    key = engine.api_key.reveal()
    async with type(session.agent_bay)(key, endpoint=engine.endpoint) as other:
        assert (await other.attach(session.ref).command.run("echo hello")).output == "hello\n"


@pytest.mark.parametrize(
    "ref",
    [
        SessionReference("session-1", "agb", "https://elsewhere.example"),
        SessionReference("s", "agentbay", "https://a.b"),
    ],
    ids=["cloud", "address"],
)
def test_a_client_attaches_no_session_of_another_cloud_or_address(ref: SessionReference) -> None:
    bay = AsyncAgentBay("akm-own", endpoint=ELSEWHERE.endpoint)
    with pytest.raises(SessionError, match=r"this client talks to https://elsewhere\.example"):
        bay.attach(ref)


def test_a_copy_of_a_session_is_the_session_itself() -> None:
    session = AsyncAgentBay("akm-own", endpoint=ELSEWHERE.endpoint).attach(ELSEWHERE)
    assert copy.copy(session) is session
    assert copy.deepcopy([session])[0] is session


@pytest.mark.parametrize("way", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_client_is_neither_pickled_nor_copied(way: object) -> None:
    with pytest.raises(TypeError, match=r"send the session or session\.ref"):
        way(AsyncAgentBay("akm-own"))  # type: ignore[operator]


def test_an_item_of_a_fan_out_comes_out_of_a_pickle_with_its_error() -> None:
    error = SessionError.of("timeout", "too late", attempt="abc")
    error.add_note("and more")
    again: MapResult[int, str] = pickle.loads(pickle.dumps(MapResult[int, str](index=1, item=2, error=error)))
    assert isinstance(again.error, TimeoutError)
    assert (again.error.attempt, again.error.__notes__, str(again.error)) == ("abc", ["and more"], "too late")  # type: ignore[attr-defined]
