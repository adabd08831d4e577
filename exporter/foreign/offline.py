"""Becomes another program that can open no socket: ``python offline.py PROGRAM [ARGUMENT...]``.

A filter of system calls (seccomp) that the program and all its children keep. It needs no rights
and no network namespace, so it holds in a container without privileges, too. On systems that this
file does not know, the program runs without.

Sources: ``linux/seccomp.h``, ``linux/filter.h``, ``linux/audit.h``, the tables of system calls.
"""

import ctypes
import errno
import os
import struct
import sys

FAILED = 126
SAID = "offline: "
"""How this program ends, and what it says first, where the other one cannot be run."""

_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | errno.EACCES
_KILL = 0x80000000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE = 0, 4
_IO_URING_SETUP = 425
_FOREIGN_CALLS = 0x40000000
"""System calls from here on are those of x32, by which a program could get past the filter."""
_NO_NEW_PRIVILEGES, _SET_FILTER, _MODE_FILTER = 38, 22, 2
_KNOWN = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""For each machine, what the kernel calls it, and the number of ``socket``."""


def _filter(architecture: int, socket: int) -> bytes:
    """Return the filter as the kernel takes it: each line is code, two jumps and a number."""
    lines = (
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 2, 0, _FOREIGN_CALLS),
        (_EQUAL, 1, 0, socket),
        (_EQUAL, 0, 1, _IO_URING_SETUP),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    )
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def confine() -> bool:
    """Let this process and its children open no socket from now on; tell whether that holds."""
    known = _KNOWN.get(os.uname().machine)
    if sys.platform != "linux" or known is None or sys.maxsize < 1 << 32:
        return False
    code = _filter(*known)
    kept = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(kept))
    libc = ctypes.CDLL(None, use_errno=True)
    word = ctypes.c_ulong
    without_privileges = libc.prctl(_NO_NEW_PRIVILEGES, word(1), word(0), word(0), word(0))
    filtered = libc.prctl(_SET_FILTER, word(_MODE_FILTER), program, word(0), word(0))
    return (without_privileges, filtered) == (0, 0)


def main() -> None:
    """Confine this process and become the program; exit with ``FAILED`` where it cannot be run."""
    confine()
    try:
        os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - what the caller named
    except OSError as error:
        sys.stderr.write(f"{SAID}{error.strerror}\n")
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
