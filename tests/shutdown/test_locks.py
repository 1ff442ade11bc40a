"""A signal while the main thread holds a lock: the sessions are deleted before the handler returns, whatever it is."""

import json

import pytest

from .conftest import Programs

LOCKS = ("none", "pydantic", "logging", "a log handler", "threading", "import", "a module's import", "a finalizer")

# The handler returns after a second in any case. Here it waits longer, so that no machine is too slow.
PROGRAM = """
    import _imp, contextlib, gc, json, logging
    import pydantic.main
    from sessionbay import AGB, shutdown
    shutdown.HANDLER_TIMEOUT = 60
    signal.signal(signal.SIGTERM, lambda *_: None)
    sessionbay.install_signal_handlers()
    logging.basicConfig(level=logging.DEBUG, stream=open(os.devnull, "w"))
    users = threading.Lock()

    class ImportLock:
        acquire, release = _imp.acquire_lock, _imp.release_lock

    class Garbage:
        def __init__(self):
            self.me = self
        def __del__(self):
            with users:
                pass

    class Importer:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name == "imported_during_a_signal":
                strike("a module's import")

    LOCKS = {
        "none": threading.Lock(),
        "pydantic": pydantic.main._rebuild_lock,
        "logging": logging._lock,
        "a log handler": logging.getLogger().handlers[0].lock,
        "threading": threading._active_limbo_lock,
        "import": ImportLock,
        "a finalizer": users,
    }
    left = {}

    def strike(name):
        bay.session(labels=labels).__enter__()
        agb.session(image_id="agb-code-space-1", labels=labels).__enter__()
        if name == "a finalizer":
            Garbage()
            gc.set_threshold(1)
        lock = LOCKS.get(name, threading.Lock())
        lock.acquire()
        os.kill(os.getpid(), signal.SIGTERM)
        left[name] = len(shutdown._registered)
        lock.release()
        gc.set_threshold(700)

    with AgentBay() as bay, AGB() as agb:
        for name in LOCKS:
            strike(name)
        sys.meta_path.insert(0, Importer)
        with contextlib.suppress(ImportError):
            import imported_during_a_signal
    print(json.dumps(left))
"""


def test_no_lock_that_the_interrupted_thread_holds_keeps_a_session(programs: Programs) -> None:
    key = programs.engine.api_key.reveal()
    ended = programs.run(PROGRAM, AGB_ENDPOINT=programs.engine.endpoint, AGB_API_KEY=key)
    assert json.loads(ended.stdout) == dict.fromkeys(LOCKS, 0), ended.stderr
    assert programs.left() == []


@pytest.mark.parametrize("twin", ["sync", "async"])
def test_a_session_whose_creation_is_under_way_is_found_and_deleted(programs: Programs, twin: str) -> None:
    begin = "" if twin == "sync" else "async "
    program = programs.start(f"""
        import sessionbay._{twin}.api_client as client
        send = client.send
        {begin}def sent(http, request, limit):
            response = {"await " if begin else ""}send(http, request, limit)
            if b"CreateMcpSession" in request.url.raw_path:
                os.kill(os.getpid(), signal.SIGTERM)
            return response
        client.send = sent
        sessionbay.install_signal_handlers()
        {begin}def main():
            {begin}with {"Async" if begin else ""}AgentBay() as bay, bay.session(labels=labels):
                pass
        {"asyncio.run(main())" if begin else "main()"}
    """)
    assert (program.end().status, programs.left()) == (-15, [])


def test_while_a_signal_ends_the_program_no_session_is_created(programs: Programs) -> None:
    ended = programs.run("""
        from sessionbay import shutdown
        shutdown._is_ending = True
        with AgentBay() as bay:
            bay.session(labels=labels).__enter__()
    """)
    assert "a signal is ending the program: no session is created any more" in ended.stderr
    assert programs.left() == []
