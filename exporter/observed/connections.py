"""What it means that no connection came about, in the words of the system and not of a library."""

import os

import aiohttp


def meaning(error: Exception) -> str:
    """Return what an *error* of the network says, on one line; its name where it says nothing.

    aiohttp puts its own objects into what it says of connections, and asyncio the address.
    """
    if type(error) is aiohttp.ClientConnectorError:
        return f"{error.host}:{error.port}: {_of_system(error.os_error)}"
    return " ".join(str(error).split()) or type(error).__name__


def _of_system(error: OSError) -> str:
    """Return the name of the system's error; of names that are not known there is no number."""
    number = error.errno or 0
    return os.strerror(number) if number > 0 else error.strerror or str(error)
