"""Frames: what is written can be read, and what cannot be read is reported, never fallen over."""

import json
import string

import pytest
from hypothesis import given, strategies as st

from sessionbay.operations import frames, terminals
from sessionbay.operations.frames import BadFrame, Frame

names = st.text(min_size=1)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
data = st.dictionaries(st.text(), values, max_size=4)


@given(st.builds(Frame, id=names, source=names, target=names, data=data, error=st.text()))
def test_what_is_written_is_read_as_it_was(frame: Frame) -> None:
    assert frames.read(frames.write(frame)) == frame
    assert frames.write(frame).isascii()


def problem(message: str | bytes) -> str:
    """Return why a message is no frame, empty when it is one."""
    try:
        frames.read(message)
    except BadFrame as exc:
        return str(exc)
    return ""


@given(st.text() | st.binary() | values.map(json.dumps))
def test_a_message_is_a_frame_or_is_reported_as_invalid(message: str | bytes) -> None:
    assert problem(message) or frames.read(message)


@given(st.dictionaries(st.sampled_from(["invocationId", "requestId", "source", "target", "data", "error"]), values))
def test_an_object_is_a_frame_or_is_reported_as_invalid(payload: dict[str, object]) -> None:
    message = json.dumps(payload)
    if problem(message):
        return
    frame = frames.read(message)
    assert frame.id
    assert frame.target
    assert isinstance(frame.method + frame.route + frame.failure, str)


@pytest.mark.parametrize("rest", ["", ',"target":"SDK"', ',"target":"SDK","data":3', ',"target":"SDK","data":"{"'])
def test_the_call_of_a_bad_frame_is_reported_where_it_can_be_read(rest: str) -> None:
    with pytest.raises(BadFrame) as bad:
        frames.read(f'{{"requestId":"7"{rest}}}')
    assert bad.value.id == "7"


def test_a_call_is_written_as_the_clouds_own_clients_write_it() -> None:
    call = frames.call("9d1c", "wuying_codespace", "run_code", {"language": "python"}, mode="stream")
    assert json.loads(frames.write(call)) == {
        "invocationId": "9d1c",
        "source": "SDK",
        "target": "wuying_codespace",
        "data": {"method": "run_code", "mode": "stream", "params": {"language": "python"}},
    }


@pytest.mark.parametrize("failure", ["", "why"])
def test_an_answer_goes_back_to_its_call(failure: str) -> None:
    call = frames.call("1", "PTY_SERVER", "pty.list", {})
    reported = frames.failed(call, "why") if failure else frames.result(call, {"ptySessionIds": []})
    read = frames.read(frames.write(reported))
    assert (read.id, read.source, read.target, read.failure) == ("1", "PTY_SERVER", "SDK", failure)


def test_a_stream_is_events_and_an_end() -> None:
    call = frames.call("1", "wuying_codespace", "run_code", {}, mode="stream")
    event, end = frames.event(call, "stdout", chunk="x"), frames.end(call, status="finished")
    assert event.data == {"phase": "event", "eventType": "stdout", "chunk": "x"}
    assert end.data == {"phase": "end", "status": "finished"}


def test_the_hubs_own_refusal_is_read_by_both_clouds_clients() -> None:
    payload = json.loads(frames.write(frames.refused("1", "no such server")))
    assert (payload["source"], payload["error"]) == ("WEBSOCKET_SERVER", "no such server")
    assert (payload["data"]["phase"], payload["data"]["error"]) == ("error", "no such server")


def test_a_push_is_routed_by_who_sent_it() -> None:
    assert frames.push("1", "PTY_SERVER", "pty.exit", exitCode=0).route == "PTY_SERVER"
    assert Frame(id="1", source="x", target="wuying_filesystem").route == "wuying_filesystem"


def test_a_frame_of_the_hub_needs_no_target_and_no_data() -> None:
    frame = frames.read('{"requestId": "1", "source": "WEBSOCKET_SERVER", "error": "gone"}')
    assert (frame.id, frame.target, frame.failure) == ("1", "SDK", "gone")


def test_data_may_come_as_text() -> None:
    assert frames.read('{"invocationId":"1","target":"SDK","data":"{\\"a\\": 1}"}').data == {"a": 1}


@given(st.text(), st.lists(st.integers(1, 7)))
def test_text_is_never_cut_within_a_character(text: str, sizes: list[int]) -> None:
    whole = text.encode("utf-8", "replace")
    characters, sent = terminals.CharacterDecoder(), list[bytes]()
    rest = whole
    for size in [*sizes, len(whole)]:
        sent.append(characters.add(rest[:size]))
        rest = rest[size:]
    assert all(terminals.encode(part)[0] == "utf8" for part in sent)
    assert b"".join(sent) + characters.rest() == whole


@given(st.lists(st.binary(max_size=6)))
def test_bytes_come_through_whatever_they_are(parts: list[bytes]) -> None:
    characters = terminals.CharacterDecoder()
    sent = b"".join([characters.add(part) for part in parts]) + characters.rest()
    assert sent == b"".join(parts)


@given(st.binary())
def test_what_is_typed_arrives(typed: bytes) -> None:
    encoding, text = terminals.encode(typed)
    assert terminals.InputParams(pty_session_id="1", encoding=encoding, data=text).bytes() == typed


@given(st.text(string.printable))
def test_input_that_is_not_its_encoding_is_reported(text: str) -> None:
    params = terminals.InputParams(pty_session_id="1", encoding="base64", data=text + "*")
    with pytest.raises(ValueError, match=r".*"):
        params.bytes()
