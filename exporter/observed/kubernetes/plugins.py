"""The programs that a kubeconfig has for logging in, run as all foreign programs are.

They get our environment and the network, as they need both; but they have limits, run one at a
time, and neither they nor what they start outlive their time or the exporter.

Source: ``client.authentication.k8s.io``, kubectl's ``exec`` plugins; the auth provider ``gcp``.
"""

import json
import os
import shlex
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from exporter.domain.errors import ReadError, Reason
from exporter.foreign import command
from exporter.foreign.command import MIB, Limits

LIMITS: Final = Limits(seconds=20, output=MIB, memory=8192 * MIB)
_LONGEST_WORDS: Final = 200
_Text = Annotated[str, Meta(max_length=1 << 18)]


class Variable(Struct, frozen=True):
    """A variable of a plugin's environment."""

    name: str
    value: str


class Plugin(Struct, frozen=True, rename="camel", kw_only=True):
    """``exec`` of a user in a kubeconfig, as far as it is heeded."""

    command: str
    api_version: str
    args: tuple[str, ...] | None = None
    env: tuple[Variable, ...] | None = None


class Status(Struct, frozen=True, rename="camel", kw_only=True):
    """``status`` of what a plugin prints: a token or a certificate, and when that ends."""

    token: _Text | None = None
    client_certificate_data: _Text | None = None
    client_key_data: _Text | None = None
    expiration_timestamp: str | None = None


class _Credential(Struct, frozen=True, rename="camel", kw_only=True):
    kind: str
    api_version: str
    status: Status


class _GoogleCredential(Struct, frozen=True):
    access_token: _Text
    token_expiry: str


class _Google(Struct, frozen=True):
    credential: _GoogleCredential


@dataclass(frozen=True, slots=True)
class GoogleCredentials:
    """What the auth provider ``gcp`` got; the library asks for these names."""

    token: str = field(repr=False)
    expiry: str


async def credential(given: Any, *, folder: Path, limits: Limits = LIMITS) -> Status:
    """Ask the plugin that *given* describes; raises :exc:`ReadError`.

    A relative path of a program is one from *folder*, where the kubeconfig lies.
    """
    try:
        plugin = msgspec.convert(given, Plugin)
    except msgspec.ValidationError as error:
        raise _failed(f"its exec plugin cannot be used: {error}", Reason.MALFORMED) from None
    info = {
        "apiVersion": plugin.api_version,
        "kind": "ExecCredential",
        "spec": {"interactive": False},
    }
    environment = {
        "KUBERNETES_EXEC_INFO": json.dumps(info),
        **{variable.name: variable.value for variable in plugin.env or ()},
    }
    program = _located(plugin.command, folder)
    output = await _run([program, *(plugin.args or ())], environment, limits)
    found: _Credential = _decoded(output, _Credential, name=Path(program).name)
    if found.kind != "ExecCredential" or found.api_version != plugin.api_version:
        message = f"the plugin {Path(program).name} printed no ExecCredential {plugin.api_version}"
        raise _failed(message, Reason.MALFORMED)
    return found.status


async def google(config: Any, *, limits: Limits = LIMITS) -> GoogleCredentials:
    """Run the command that the auth provider ``gcp`` names; raises :exc:`ReadError`."""
    provider = getattr(config, "value", config)
    path = provider.get("cmd-path") if isinstance(provider, Mapping) else None
    arguments = provider.get("cmd-args") if isinstance(provider, Mapping) else None
    if not isinstance(path, str) or not isinstance(arguments, str):
        message = "its auth provider gcp has no cmd-path and cmd-args"
        raise _failed(message, Reason.UNSUPPORTED)
    output = await _run([path, *shlex.split(arguments)], {}, limits)
    found: _Google = _decoded(output, _Google, name=Path(path).name)
    return GoogleCredentials(found.credential.access_token, found.credential.token_expiry)


def _located(program: str, folder: Path) -> str:
    """Return which program is meant, as kubectl has it."""
    if os.sep in program:
        return os.path.join(folder, program)  # noqa: PTH118 - which keeps a dot before the slash
    return shutil.which(program) or program


async def _run(words: Iterable[str], environment: Mapping[str, str], limits: Limits) -> bytes:
    arguments = list(words)
    outcome = await command.run(
        arguments,
        cwd=Path(),
        environment={**os.environ, **environment},
        limits=limits,
        network=True,
    )
    if outcome.code:
        words_of = " ".join(outcome.errors.split())[:_LONGEST_WORDS]
        message = f"the plugin {Path(arguments[0]).name} ended with {outcome.code}: {words_of}"
        raise _failed(message, Reason.TOOL)
    return outcome.output


def _decoded(output: bytes, kind: type[Any], *, name: str) -> Any:
    try:
        return msgspec.json.decode(output, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        message = f"the plugin {name} printed no credentials"  # what it did print may hold some
        raise _failed(message, Reason.MALFORMED) from None


def _failed(message: str, reason: Reason) -> ReadError:
    return ReadError(message, reason=reason, advice="see observed.kubernetes.kubeconfig")
