"""The file by which clients find the simulated server."""

import json
from pathlib import Path


def write_kubeconfig(
    path: Path, *, url: str, token: str | Path | None = None, authority: Path | None = None
) -> None:
    """Write a kubeconfig for a server at *url*; *authority* is the file of its CA.

    A *token* that is a path is the file that holds it.
    """
    cluster = {"server": url}
    if authority:
        cluster["certificate-authority"] = str(authority)
    user = {"tokenFile" if isinstance(token, Path) else "token": str(token)} if token else {}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "simulated", "cluster": cluster}],
        "users": [{"name": "simulated", "user": user}],
        "contexts": [
            {"name": "simulated", "context": {"cluster": "simulated", "user": "simulated"}}
        ],
        "current-context": "simulated",
    }
    path.write_text(json.dumps(content, indent=2))
