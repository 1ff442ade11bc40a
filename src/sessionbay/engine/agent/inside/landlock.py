"""Restricting file access with Landlock, which needs neither privileges nor mounts."""

from __future__ import annotations

import ctypes
import os
import stat
import struct

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on all machines
GET_VERSION, PATH_BENEATH = 1, 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
TRUNCATE, IOCTL_DEVICE = 1 << 14, 1 << 15
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEVICE  # the rights that a rule for a file may have
READ_RIGHTS = EXECUTE | READ_FILE | READ_DIR
RIGHT_COUNTS = {1: 13, 2: 14, 3: 15, 4: 15}  # the number of rights in each version; 16 from version 5 on
ALL_SCOPES = 3  # abstract sockets and signals, from version 6 on


def version(libc: ctypes.CDLL) -> int:
    """Return the kernel's Landlock version, 0 if there is none."""
    return max(int(libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), GET_VERSION)), 0)


def confine(libc: ctypes.CDLL, read: list[str], write: list[str]) -> int:
    """Restrict this process and its descendants to these paths; return the version used, 0 if there is none."""
    found = version(libc)
    if not found:
        return 0
    handled = (1 << RIGHT_COUNTS.get(found, 16)) - 1
    attributes = struct.pack("=QQQ", handled, 0, ALL_SCOPES)
    size = 24 if found >= 6 else 8
    rules = libc.syscall(CREATE_RULESET, ctypes.c_char_p(attributes), ctypes.c_size_t(size), 0)
    if rules < 0:
        return 0
    try:
        for paths, rights in ((read, READ_RIGHTS), (write, handled)):
            for path in paths:
                allow(libc, rules, path, rights & handled)
        return 0 if libc.syscall(RESTRICT_SELF, rules, 0) else found
    finally:
        os.close(rules)


def allow(libc: ctypes.CDLL, rules: int, path: str, rights: int) -> None:
    """Add a rule for a file, or for a folder and its contents; ignore a missing one."""
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(fd).st_mode):
            rights &= FILE_RIGHTS
        rule = struct.pack("=Qi", rights, fd)
        if libc.syscall(ADD_RULE, rules, PATH_BENEATH, ctypes.c_char_p(rule), 0):
            raise OSError(ctypes.get_errno(), "Landlock rejects a rule", path)
    finally:
        os.close(fd)
