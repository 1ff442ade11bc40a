"""A seccomp filter that denies system calls that attacks need and ordinary programs do not.

``ptrace`` and ``process_vm_readv`` are allowed, as debuggers need them. They reach only the session's own processes:
the agent is not dumpable, and a tracer's filter also applies to its tracees.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
NUMBER_AT, ARCHITECTURE_AT, FIRST_AT, SECOND_AT = (
    0,
    4,
    16,
    24,
)  # the low halves of the arguments, as the kernel ignores the rest
X32 = 0x40000000  # the first system call of the x32 ABI
NEW_NAMESPACE = 0x7E020000  # CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
TIOCSTI, TIOCLINUX = 0x5412, 0x541C  # they inject input into a terminal

MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
IOCTL, CLONE, UNSHARE, CLONE3 = (16, 29), (56, 220), (272, 97), (435, 435)
SOCKET, SOCKETPAIR = (41, 198), (53, 199)
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16}
"""The only families of sockets: others lead past the session's network (AF_VSOCK), or to rarely used kernel code."""
REFUSED: dict[str, dict[str, tuple[int, int | None]]] = {
    "keys": {"add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219)},
    "mounts": {
        "mount": (165, 40),
        "umount2": (166, 39),
        "pivot_root": (155, 41),
        "chroot": (161, 51),
        "setns": (308, 268),
        "open_tree": (428, 428),
        "move_mount": (429, 429),
        "fsopen": (430, 430),
        "fsconfig": (431, 431),
        "fsmount": (432, 432),
        "fspick": (433, 433),
        "mount_setattr": (442, 442),
        "open_tree_attr": (467, 467),
        "open_by_handle_at": (304, 265),
    },
    "wide and often broken parts of the kernel": {
        "bpf": (321, 280),
        "perf_event_open": (298, 241),
        "userfaultfd": (323, 282),
        "io_uring_setup": (425, 425),
        "io_uring_enter": (426, 426),
        "io_uring_register": (427, 427),
    },
    "the machine": {
        "kexec_load": (246, 104),
        "kexec_file_load": (320, 294),
        "init_module": (175, 105),
        "finit_module": (313, 273),
        "delete_module": (176, 106),
        "reboot": (169, 142),
        "swapon": (167, 224),
        "swapoff": (168, 225),
        "acct": (163, 89),
        "syslog": (103, 116),
        "quotactl": (179, 60),
        "quotactl_fd": (443, 443),
        "sethostname": (170, 161),
        "setdomainname": (171, 162),
        "settimeofday": (164, 170),
        "clock_settime": (227, 112),
        "adjtimex": (159, 171),
        "clock_adjtime": (305, 266),
    },
    "x86_64 only": {"iopl": (172, None), "ioperm": (173, None), "modify_ldt": (154, None), "uselib": (134, None)},
}


def program(machine: str) -> bytes | None:
    """Return the filter program for a machine, None if the machine is unknown."""
    if machine not in MACHINES:
        return None
    column = list(MACHINES).index(machine)
    plain = [row[column] for group in REFUSED.values() for row in group.values()]
    return assemble(
        [
            (LOAD, ARCHITECTURE_AT),
            (EQUAL, MACHINES[machine], "", "kill"),
            (LOAD, NUMBER_AT),
            *([(AT_LEAST, X32, "missing", "")] if machine == "x86_64" else []),
            (EQUAL, CLONE3[column], "missing", ""),  # a filter cannot read its flags; libc falls back to clone
            (EQUAL, IOCTL[column], "ioctl", ""),
            (EQUAL, CLONE[column], "flags", ""),
            (EQUAL, UNSHARE[column], "flags", ""),
            (EQUAL, SOCKET[column], "family", ""),
            (EQUAL, SOCKETPAIR[column], "family", ""),
            *((EQUAL, number, "refuse", "") for number in plain if number is not None),
            (RETURN, ALLOW),
            "ioctl",
            (LOAD, SECOND_AT),
            (EQUAL, TIOCSTI, "refuse", ""),
            (EQUAL, TIOCLINUX, "refuse", "allowed"),
            "flags",
            (LOAD, FIRST_AT),
            (ANY_BIT, NEW_NAMESPACE, "refuse", "allowed"),
            "family",
            (LOAD, FIRST_AT),
            *((EQUAL, family, "allowed", "") for family in FAMILIES.values()),
            (RETURN, ERRNO | errno.EAFNOSUPPORT),
            "allowed",
            (RETURN, ALLOW),
            "refuse",
            (RETURN, ERRNO | errno.EPERM),
            "missing",
            (RETURN, ERRNO | errno.ENOSYS),
            "kill",
            (RETURN, KILL),
        ]
    )


def assemble(lines: list[str | tuple[int, int] | tuple[int, int, str, str]]) -> bytes:
    """Assemble instructions. A string is a label for the next instruction; an empty target is the next one."""
    labels: dict[str, int] = {}
    steps: list[tuple[int, int, str, str]] = []
    for line in lines:
        if isinstance(line, str):
            labels[line] = len(steps)
        else:
            steps.append(line if len(line) == 4 else (*line, "", ""))
    code = b""
    for index, (opcode, value, yes, no) in enumerate(steps):
        jumps = [labels[name] - index - 1 if name else 0 for name in (yes, no)]
        code += struct.pack("=HBBI", opcode, *jumps, value)
    return code


def install(libc: ctypes.CDLL) -> bool:
    """Install the filter for this process and its descendants; return whether that succeeded."""
    code = program(os.uname().machine)
    if code is None:
        return False
    buffer = ctypes.create_string_buffer(code, len(code))
    head = struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer))
    return bool(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.c_char_p(head), 0, 0) == 0)
