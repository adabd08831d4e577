"""Becomes another program that can open no socket, and only the files that are named.

``python offline.py [--online] [--read PATH]... [--write PATH]... -- PROGRAM [ARGUMENT...]``

The program ends when who started it is gone. A filter of system calls (seccomp) and, where any
path is named, rules for files (Landlock), which the program and all its children keep. They need no
rights and no namespace, so they hold in a container without privileges, too. Each is left out where
this file or the kernel does not know it.

Sources: ``linux/seccomp.h``, ``linux/filter.h``, ``linux/audit.h``, ``linux/landlock.h``, the
tables of system calls.
"""

import ctypes
import errno
import os
import struct
import sys

ONLINE = "--online"
FAILED = 126
SAID = "offline: "
"""How this program ends, and what it says first, where the other one cannot be run."""

_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | errno.EACCES
_KILL = 0x80000000
_UNKNOWN_CALL = 0x00050000 | errno.ENOSYS
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_CLONE3 = 435
_THREAD = 0x00010000
"""The flag of ``clone`` that makes a thread instead of a process."""
_IO_URING_SETUP = 425
_FOREIGN_CALLS = 0x40000000
"""System calls from here on are those of x32, by which a program could get past the filter."""
_SIGKILL = 9  # the module that has its name takes 8 ms to import
_SET_DEATH_SIGNAL, _NO_NEW_PRIVILEGES, _SET_FILTER, _MODE_FILTER = 1, 38, 22, 2
_KNOWN = {
    "x86_64": (
        0xC000003E,
        (41, 109, 112),
        56,
        (57, 58, 59, 62, 101, 129, 200, 234, 297, 302, 310, 311, 322),
    ),
    "aarch64": (
        0xC00000B7,
        (198, 154, 157),
        220,
        (117, 129, 130, 131, 138, 221, 240, 261, 270, 271, 281),
    ),
}
"""For each machine, what the kernel calls it, and the numbers of system calls.

First ``socket`` and those by which a process would leave the group by which it is ended
(``setpgid``, ``setsid``); then ``clone``; last those by which one makes another process (``fork``,
``vfork``), becomes another program (``execve``, ``execveat``) or touches others (``kill``,
``tkill``, ``tgkill``, ``rt_sigqueueinfo``, ``rt_tgsigqueueinfo``, ``ptrace``, ``prlimit64``,
``process_vm_readv``, ``process_vm_writev``)."""
_PIDFD_SEND_SIGNAL, _PIDFD_GETFD = 424, 438
"""Likewise; these numbers are the same on all machines."""

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""These numbers are the same on all machines."""
_PATH_BENEATH = 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_ALL = (1 << 13) - 1
"""Every right over files of the first version of Landlock (Linux 5.13); later ones add to them."""
_OF_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE
_READING = _EXECUTE | _READ_FILE | _READ_DIR


_Lines = tuple[tuple[int, int, int, int], ...]


def _threads_only(clone: int) -> _Lines:
    """Let ``clone`` make threads and nothing else.

    What ``clone3`` shall make a filter cannot see; libraries then take ``clone``.
    """
    return (
        (_EQUAL, 0, 1, _CLONE3),
        (_RETURN, 0, 0, _UNKNOWN_CALL),
        (_EQUAL, 0, 4, clone),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_ANY_BIT, 1, 0, _THREAD),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    )


def _filter(architecture: int, refused: tuple[int, ...], before: _Lines = ()) -> bytes:
    """Return the filter as the kernel takes it: each line is code, two jumps and a number."""
    last = len(refused) - 1
    lines = (
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        *before,
        (_AT_LEAST, len(refused), 0, _FOREIGN_CALLS),
        *((_EQUAL, last - at, int(at == last), number) for at, number in enumerate(refused)),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    )
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def confine(*, alone: bool = False) -> bool:
    """Let this process and its children open no socket from now on; tell whether that holds.

    Nor can they leave their process group. If it shall be *alone*, it can neither make another
    process, become another program nor touch others.
    """
    known = _KNOWN.get(os.uname().machine)
    if sys.platform != "linux" or known is None or sys.maxsize < 1 << 32:
        return False
    architecture, always, clone, others = known
    more = (*others, _PIDFD_SEND_SIGNAL, _PIDFD_GETFD) if alone else ()
    before = _threads_only(clone) if alone else ()
    code = _filter(architecture, (*always, _IO_URING_SETUP, *more), before)
    kept = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(kept))
    libc = ctypes.CDLL(None, use_errno=True)
    word = ctypes.c_ulong
    without_privileges = libc.prctl(_NO_NEW_PRIVILEGES, word(1), word(0), word(0), word(0))
    filtered = libc.prctl(_SET_FILTER, word(_MODE_FILTER), program, word(0), word(0))
    return (without_privileges, filtered) == (0, 0)


def enclose(readable: list[str], writable: list[str], listable: tuple[str, ...] = ()) -> bool:
    """Leave this process and its children no files but those at or below the given paths.

    Of directories that are only *listable*, the names can be had. Paths that do not exist are
    passed over. Tell whether that holds.
    """
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    word = ctypes.c_ulong
    attributes = struct.pack("=Q", _ALL)
    rules = libc.syscall(_CREATE_RULESET, attributes, word(len(attributes)), word(0))
    if rules < 0:
        return False
    for rights, paths in ((_READING, readable), (_ALL, writable), (_READ_DIR, listable)):
        for path in paths:
            _allow(libc, rules, path, rights)
    libc.prctl(_NO_NEW_PRIVILEGES, word(1), word(0), word(0), word(0))
    enclosed: bool = libc.syscall(_RESTRICT_SELF, word(rules), word(0)) == 0
    os.close(rules)
    return enclosed


def _allow(libc: ctypes.CDLL, rules: int, path: str, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not os.path.isdir(path):  # noqa: PTH112 - pathlib takes longer to import than all of this
        rights &= _OF_A_FILE
    rule = struct.pack("=Qi", rights, opened)
    libc.syscall(_ADD_RULE, ctypes.c_ulong(rules), ctypes.c_ulong(_PATH_BENEATH), rule, 0)
    os.close(opened)


def _parse(arguments: list[str]) -> tuple[dict[str, list[str]], list[str]]:
    """Return the paths by option, and the program with its arguments."""
    end = arguments.index("--")
    paths: dict[str, list[str]] = {"--read": [], "--write": []}
    for option, path in zip(arguments[:end:2], arguments[1:end:2], strict=True):
        paths[option].append(path)
    return paths, arguments[end + 1 :]


def tie() -> None:
    """Let the kernel end this process when its parent is gone, however that ends."""
    if sys.platform == "linux":
        word = ctypes.c_ulong
        libc = ctypes.CDLL(None)
        libc.prctl(_SET_DEATH_SIGNAL, word(_SIGKILL), word(0), word(0), word(0))


def main() -> None:
    """Confine this process and become the program; exit with ``FAILED`` where it cannot be run."""
    arguments = sys.argv[1:]
    tie()
    online = arguments[0] == ONLINE
    paths, program = _parse(arguments[online:])
    if not online:
        confine()
    if any(paths.values()):
        enclose(paths["--read"], paths["--write"])
    try:
        os.execvp(program[0], program)  # noqa: S606 - what the caller named
    except OSError as error:
        sys.stderr.write(f"{SAID}{error.strerror}\n")
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
