"""Which addresses mean the same Git repository.

Source: Argo CD, ``util/git`` (``NormalizeGitURL``, ``SameURL``). Beyond that, scheme and user are
disregarded: a checkout is usually cloned by another way than Argo CD's.
"""

import re

_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://")
_SCP = re.compile(r"^(?:[^/@:]+@)?([^/:]+):(?!\d+/)(.*)$")
_PORT = re.compile(r"^([^/:]+):(?:22|80|443|9418)(?=/)")


def normalise(address: str) -> str:
    """Return *address* as ``host/path``: without scheme, user, usual port and ``.git``.

    ``https://me@GitHub.com/Org/Repo.git/`` and ``git@github.com:org/repo`` are both
    ``github.com/org/repo``; as Argo CD has it, case does not count.
    """
    text = address.strip().lower()
    if _SCHEME.match(text):
        rest = _SCHEME.sub("", text)
        host, slash, path = rest.partition("/")
        text = _PORT.sub(r"\1", host.rpartition("@")[2] + slash + path)
    elif found := _SCP.match(text):
        text = f"{found[1]}/{found[2].lstrip('/')}"
    return text.rstrip("/").removesuffix(".git").rstrip("/")
