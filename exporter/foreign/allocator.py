"""Memory that was given up goes back to the machine, where the C library can be asked for that."""

import ctypes


def give_back() -> None:
    """Let the C library return what is free; others run meanwhile.

    What a reading is decoded from is freed all at once, between what stays: glibc keeps that for
    later, and would have a tenth more with each of the first readings. Others have no such call.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
