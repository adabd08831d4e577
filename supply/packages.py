"""The manifest of krew and the formula of Homebrew for a release: ``python -m supply.packages``.

Both name what was released by its address and checksum, so they can only be written after it.
"""

import argparse
import gzip
import hashlib
import io
import tarfile
from pathlib import Path
from typing import Final

from supply.components import ROOT

PLUGIN: Final = "kubectl-conformance"
SCRIPT: Final = """\
#!/bin/sh
# kubectl conformance ...: cluster-conformance, from PATH, else as uv or pipx run it.
set -eu
source={url}
if command -v cluster-conformance >/dev/null 2>&1; then
    exec cluster-conformance "$@"
elif command -v uvx >/dev/null 2>&1; then
    exec uvx --from "$source" cluster-conformance "$@"
elif command -v pipx >/dev/null 2>&1; then
    exec pipx run --spec "$source" cluster-conformance "$@"
fi
echo "kubectl conformance needs cluster-conformance, uv or pipx on PATH" >&2
exit 127
"""
KREW: Final = """\
apiVersion: krew.googlecontainertools.github.com/v1alpha2
kind: Plugin
metadata:
  name: conformance
spec:
  version: v{version}
  homepage: {homepage}
  shortDescription: Does the cluster match what its code says?
  description: |
    Compares a cluster with the repository that declares it: Terraform, Ansible, Kustomize, Helm
    charts and Argo CD's Applications, each value with its file and line.

    `kubectl conformance dump`, `init` and `check` lead from a checkout to a first verdict.
  caveats: |
    Python 3.11 or later, and uv or pipx, or cluster-conformance itself on PATH.
  platforms:
    - selector:
        matchExpressions:
          - {{key: os, operator: In, values: [linux, darwin]}}
      uri: {uri}
      sha256: {sha256}
      bin: {plugin}
"""
FORMULA: Final = """\
class ClusterConformance < Formula
  desc "Does a running Kubernetes cluster match what its code says?"
  homepage "{homepage}"
  url "{url}"
  version "{version}"
  sha256 "{sha256}"
  license "Apache-2.0"

  depends_on "python@3.13"

  def install
    system formula_python, "-m", "venv", libexec
    system libexec/"bin/pip", "install", "--require-hashes", "--only-binary", ":all:",
           "--requirement", "requirements/run.txt"
    system libexec/"bin/pip", "install", "--no-deps", buildpath
    bin.install_symlink libexec/"bin/cluster-conformance"
    generate_completions_from_executable(bin/"cluster-conformance", "completion")
  end

  def formula_python
    Formula["python@3.13"].opt_bin/"python3.13"
  end

  test do
    assert_match version.to_s, shell_output("#{{bin}}/cluster-conformance --version")
  end
end
"""


def plugin(url: str) -> bytes:
    """Return the archive of the plugin, which runs what was released at *url*; always the same."""
    packed = io.BytesIO()
    files = (
        (PLUGIN, SCRIPT.format(url=url).encode(), 0o755),
        ("LICENSE", (ROOT / "LICENSE").read_bytes(), 0o644),
    )
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0, filename="") as zipped,
        tarfile.open(fileobj=zipped, mode="w") as archive,
    ):
        for name, content, mode in files:
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), mode
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def krew(*, version: str, homepage: str, uri: str, archive: bytes) -> str:
    """Return the manifest of the plugin whose *archive* is released at *uri*."""
    return KREW.format(
        version=version, homepage=homepage, uri=uri, sha256=_sha256(archive), plugin=PLUGIN
    )


def formula(*, version: str, homepage: str, url: str, archive: bytes) -> str:
    """Return the formula for the source *archive* that is released at *url*."""
    return FORMULA.format(version=version, homepage=homepage, url=url, sha256=_sha256(archive))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def main() -> None:
    """Write all three into a folder."""
    parser = argparse.ArgumentParser(prog="python -m supply.packages", description=__doc__)
    parser.add_argument("--version", required=True)
    parser.add_argument("--homepage", required=True, help="where the project is shown")
    parser.add_argument("--url", required=True, help="where the source archive is released")
    parser.add_argument("--source", required=True, type=Path, help="that archive")
    parser.add_argument("--plugin-url", required=True, help="where the plugin will be released")
    parser.add_argument("--into", required=True, type=Path, help="a folder")
    given = parser.parse_args()
    packed = plugin(given.url)
    given.into.mkdir(parents=True, exist_ok=True)
    (given.into / f"{PLUGIN}.tar.gz").write_bytes(packed)
    written = krew(
        version=given.version, homepage=given.homepage, uri=given.plugin_url, archive=packed
    )
    (given.into / "conformance.yaml").write_text(written)
    written = formula(
        version=given.version,
        homepage=given.homepage,
        url=given.url,
        archive=given.source.read_bytes(),
    )
    (given.into / "cluster-conformance.rb").write_text(written)


if __name__ == "__main__":
    main()
