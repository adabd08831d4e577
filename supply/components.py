"""The parts of the image, as the Dockerfile and the pinned requirements tell them."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.markers import Marker

ROOT: Final = Path(__file__).parents[1]
LOCK: Final = "requirements/image.txt"
DIGEST: Final = re.compile(r"@sha256:[0-9a-f]{64}\Z")
_PIN: Final = re.compile(r"(?P<name>[a-z0-9.-]+)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]*))?")
_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_IMAGE: Final = re.compile(r"^ARG (PYTHON|GO)_IMAGE=(\S+)$", re.MULTILINE)
_DEBIAN: Final = re.compile(r'"([a-z-]+)=([^"]+)"')
_RENDERERS: Final = re.compile(
    r"(helm\.sh/helm/v\d+(?=/cmd/helm)|sigs\.k8s\.io/kustomize/kustomize/v\d+)\S*@(v[\d.]+)"
)
_PYTHON: Final = re.compile(r"python:(\d+\.\d+)")

LICENCES: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            *("aiohttp-retry", "annotated-types", "attrs", "charset-normalizer", "durationpy"),
            *("jmespath", "six"),
            *("pydantic", "pydantic-core", "pyyaml", "tini", "typing-inspection", "urllib3"),
        ),
        "MIT",
    ),
    **dict.fromkeys(
        (
            *(
                "aiosignal",
                "bcrypt",
                "botocore",
                "frozenlist",
                "kubernetes",
                "kustomize",
                "multidict",
            ),
            *("propcache", "requests", "tzdata", "websocket-client", "yarl"),
            *("helm.sh/helm/v3", "helm.sh/helm/v4", "sigs.k8s.io/kustomize/kustomize/v5"),
        ),
        "Apache-2.0",
    ),
    **dict.fromkeys(
        (
            *(
                "click",
                "cronsim",
                "google-re2",
                "idna",
                "jinja2",
                "markupsafe",
                "msgspec",
                "oauthlib",
                "pycparser",
            ),
            "python-dateutil",
        ),
        "BSD-3-Clause",
    ),
    **dict.fromkeys(("aiohappyeyeballs", "python", "typing-extensions"), "PSF-2.0"),
    **dict.fromkeys(("requests-oauthlib", "resolvelib"), "ISC"),
    "aiohttp": "Apache-2.0 AND MIT",
    "ansible-core": "GPL-3.0-or-later",
    "ca-certificates": "MPL-2.0 AND GPL-2.0-or-later",
    "certifi": "MPL-2.0",
    "cffi": "MIT-0",
    "cryptography": "Apache-2.0 OR BSD-3-Clause",
    "git": "GPL-2.0-only",
    "packaging": "Apache-2.0 OR BSD-2-Clause",
    "prometheus-client": "Apache-2.0 AND BSD-2-Clause",
}
"""Of each part, as it says itself; an SPDX expression."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A part of the image.

    *version* is empty where the Dockerfile leaves it to a release of Debian, within a *constraint*.
    *hashes* are of all files that it may be installed from, one of which it is.
    """

    kind: str
    name: str
    version: str = ""
    constraint: str = ""
    hashes: tuple[str, ...] = ()

    @property
    def licence(self) -> str:
        """Under which it may be used."""
        return LICENCES[self.name]

    @property
    def purl(self) -> str:
        """Its package URL."""
        at = f"@{self.version}" if self.version else ""
        return f"pkg:{self.kind}/{self.name}{at}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """What the image is made of; *base* and *builder* are images of others."""

    version: str
    base: str
    builder: str
    components: tuple[Component, ...]


def read(root: Path = ROOT) -> Image:
    """Return what the image is made of."""
    dockerfile = (root / "Dockerfile").read_text()
    bases = dict(_IMAGE.findall(dockerfile))
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    python = _PYTHON.match(bases["PYTHON"])
    assert python is not None  # noqa: S101 - else nobody knows which packages it installs
    return Image(
        version=project["version"],
        base=bases["PYTHON"],
        builder=bases["GO"],
        components=(
            Component(kind="generic", name="python", version=python[1]),
            *packages((root / LOCK).read_text(), python=python[1]),
            *_debian(dockerfile),
            *(
                Component(kind="golang", name=name, version=version)
                for name, version in _RENDERERS.findall(dockerfile)
            ),
        ),
    )


def packages(lock: str, *, python: str) -> Iterator[Component]:
    """Yield the packages of a lock file that are installed on Linux for a version of *python*."""
    surroundings = {
        "python_full_version": f"{python}.0",
        "python_version": python,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "sys_platform": "linux",
    }
    for entry in re.split(r"\n(?=[a-z])", lock):
        found = _PIN.match(entry)
        if found is None:
            continue
        marker = (found["marker"] or "").strip()
        if marker and not Marker(marker).evaluate(surroundings):
            continue
        hashes = tuple(sorted(_HASH.findall(entry)))
        name, version = found["name"], found["version"]
        yield Component(kind="pypi", name=name, version=version, hashes=hashes)


def _debian(dockerfile: str) -> Iterator[Component]:
    installation = dockerfile.partition("apt-get install")[2].partition("&&")[0]
    for name, constraint in _DEBIAN.findall(installation):
        yield Component(kind="deb/debian", name=name, constraint=constraint)
