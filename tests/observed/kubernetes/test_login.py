import asyncio
import json
import os
import stat
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from kubernetes.aio.config import incluster_config

from exporter.domain.errors import ReadError
from exporter.domain.nodes import ObservedNodes
from exporter.foreign.command import Limits
from exporter.foreign.supervisor import Supervisor
from exporter.observed.kubernetes.live import Live
from exporter.observed.kubernetes.login import RENEWAL, RETRY, Configured
from exporter.settings.observed import KubernetesSettings
from tests.apiserver.rbac import allow
from tests.apiserver.server import ApiServer
from tests.apiserver.tls import server_context
from tests.clocks import START, Time
from tests.observed.kubernetes.following import BEARER, FAST, names, when, when_complete
from tests.observed.kubernetes.objects import node
from tests.processes import below
from tests.runtime.certificates import Authority

SERVER = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def no_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KUBERNETES_SERVICE_HOST", "http_proxy", "https_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def kubeconfig(folder: Path, *, user: dict[str, Any], **cluster: Any) -> Path:
    path = folder / "kubeconfig"
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": SERVER, **cluster}}],
        "users": [{"name": "u", "user": user}],
    }
    path.write_text(json.dumps(content))
    return path


def plugin(folder: Path, *, ends: datetime | None) -> dict[str, Any]:
    """Return a plugin that gives ``token-1``, then ``token-2`` and so on."""
    status = {"token": "token-@"}
    if ends is not None:
        status["expirationTimestamp"] = ends.strftime("%Y-%m-%dT%H:%M:%SZ")
    version = "client.authentication.k8s.io/v1"
    answer = json.dumps({"apiVersion": version, "kind": "ExecCredential", "status": status})
    script = folder / "plugin"
    script.write_text(
        f"#!/bin/sh\ncd {folder}\necho >> calls\n"
        f"echo '{answer}' | sed \"s/@/$(wc -l < calls | tr -d ' ')/\"\n"
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return {"exec": {"apiVersion": version, "command": str(script)}}


async def test_a_kubeconfig_says_where_and_as_whom(tmp_path: Path) -> None:
    path = kubeconfig(tmp_path, user={"token": BEARER}, **{"proxy-url": "http://proxy:1"})

    login = await Configured(path).current()

    assert (login.server, login.authorization) == (SERVER, f"Bearer {BEARER}")
    assert login.proxy == "http://proxy:1"
    assert login.tls is None
    assert BEARER not in repr(login)


async def test_a_token_in_a_file_is_read_again_after_a_while(tmp_path: Path) -> None:
    time, file = Time(), tmp_path / "token"
    file.write_text("one\n")
    logins = Configured(kubeconfig(tmp_path, user={"tokenFile": str(file)}), clock=time.clock)

    first = await logins.current()
    file.write_text("two\n")
    second = await logins.current()
    time.go_on(timedelta(seconds=RENEWAL))
    third = await logins.current()

    assert [one.authorization for one in (first, second, third)] == [
        "Bearer one",
        "Bearer one",
        "Bearer two",
    ]


@pytest.mark.parametrize(
    ("minutes", "wanted"),
    [
        pytest.param(None, ["1", "1"], id="says no end"),
        pytest.param(60, ["1", "1"], id="ends later"),
        pytest.param(-1, ["1", "2"], id="has ended"),
    ],
)
async def test_a_plugin_is_asked_again_when_its_token_ends(
    tmp_path: Path, minutes: int | None, wanted: list[str]
) -> None:
    ends = None if minutes is None else START + timedelta(minutes=minutes)
    time = Time()
    logins = Configured(kubeconfig(tmp_path, user=plugin(tmp_path, ends=ends)), clock=time.clock)

    found = []
    for _ in wanted:
        found.append((await logins.current()).authorization)
        time.go_on(2 * timedelta(seconds=RENEWAL))

    assert found == [f"Bearer token-{one}" for one in wanted]


async def test_a_login_that_is_refused_is_renewed_once_for_all_who_say_so(tmp_path: Path) -> None:
    logins = Configured(kubeconfig(tmp_path, user=plugin(tmp_path, ends=None)))
    first = await logins.current()

    logins.reject(first)
    second = await logins.current()
    logins.reject(first)
    third = await logins.current()

    assert second.authorization == third.authorization == "Bearer token-2"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(None, id="missing"),
        pytest.param("", id="empty"),
        pytest.param("{", id="no YAML"),
        pytest.param("[]", id="a list"),
        pytest.param("5", id="a number"),
        pytest.param('{"current-context": "x"}', id="nothing else"),
        pytest.param('{"contexts": {}, "clusters": 5, "users": "x"}', id="odd shapes"),
        pytest.param('{"current-context": [], "contexts": [[]]}', id="odd items"),
    ],
)
async def test_a_kubeconfig_that_makes_no_sense_is_an_error_with_its_name(
    tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "kubeconfig"
    if content is not None:
        path.write_text(content)

    with pytest.raises(ReadError, match="kubeconfig: cannot be used"):
        await Configured(path).current()


@pytest.mark.parametrize(
    ("user", "server", "message"),
    [
        pytest.param({"token": "a\nb"}, SERVER, "more than one line", id="token"),
        pytest.param({}, "127.0.0.1:6443", "does not begin with https://", id="server"),
    ],
)
async def test_what_cannot_be_sent_is_an_error(
    tmp_path: Path, user: dict[str, Any], server: str, message: str
) -> None:
    with pytest.raises(ReadError, match=message):
        await Configured(kubeconfig(tmp_path, user=user, server=server)).current()


async def test_a_server_need_not_be_vouched_for_where_that_is_asked_for(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    async with ApiServer(tls=server_context(tmp_path)) as api:
        insecure = {"insecure-skip-tls-verify": True}
        path = kubeconfig(tmp_path, user={}, server=api.url, **insecure)
        settings = KubernetesSettings(kubeconfig=str(path))
        live = Live(settings, needed=frozenset({ObservedNodes}), limits=FAST)
        live.start(supervisor)

        await when_complete(live)
        await live.stop()


async def test_an_authority_that_is_no_certificate_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text("no certificate")
    path = kubeconfig(
        tmp_path,
        user={},
        server="https://127.0.0.1:1",
        **{"certificate-authority": str(tmp_path / "ca.crt")},
    )

    with pytest.raises(ReadError, match="certificates cannot be used"):
        await Configured(path).current()


async def test_in_a_pod_its_service_account_is_used_and_its_token_follows_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server_context(tmp_path)
    (tmp_path / "token").write_text("one\n")
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "fd00::1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    monkeypatch.setattr(incluster_config, "SERVICE_TOKEN_FILENAME", str(tmp_path / "token"))
    monkeypatch.setattr(incluster_config, "SERVICE_CERT_FILENAME", str(tmp_path / "ca.crt"))
    time = Time()
    logins = Configured(clock=time.clock)

    first = await logins.current()
    (tmp_path / "token").write_text("two\n")
    time.go_on(timedelta(seconds=RENEWAL))
    second = await logins.current()

    assert first.server == "https://[fd00::1]:443"
    assert (first.authorization, second.authorization) == ("bearer one", "bearer two")
    assert first.tls is second.tls


async def test_a_certificate_that_changes_is_taken_over(tmp_path: Path) -> None:
    time = Time()
    server_context(tmp_path)
    cluster = {"server": "https://x:1", "certificate-authority": str(tmp_path / "ca.crt")}
    logins = Configured(kubeconfig(tmp_path, user={}, **cluster), clock=time.clock)

    first = await logins.current()
    server_context(tmp_path)
    time.go_on(timedelta(seconds=RENEWAL))
    second = await logins.current()

    assert first.tls is not second.tls


@pytest.mark.parametrize(
    ("bypass", "proxy"),
    [
        pytest.param("", "http://proxy:3128", id="no exception"),
        pytest.param("example.com", "http://proxy:3128", id="another"),
        pytest.param("127.0.0.1", None, id="address"),
        pytest.param("localhost, 127.0.0.0/8", None, id="network"),
    ],
)
async def test_the_proxy_of_the_environment_is_used_where_it_shall(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bypass: str, proxy: str | None
) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy:3128")
    monkeypatch.setenv("no_proxy", bypass)

    login = await Configured(kubeconfig(tmp_path, user={})).current()

    assert login.proxy == proxy


async def test_a_cluster_is_followed_through_tls_by_a_kubeconfig(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    async with ApiServer(tls=server_context(tmp_path)) as api:
        api.access.grant("viewer", [allow("list watch", "nodes")], bearer=BEARER)
        api.put(node("a"))
        trust = {"certificate-authority": str(tmp_path / "ca.crt")}
        path = kubeconfig(tmp_path, user={"token": BEARER}, server=api.url, **trust)
        settings = KubernetesSettings(kubeconfig=str(path))
        live = Live(settings, needed=frozenset({ObservedNodes}), limits=FAST)
        live.start(supervisor)

        await when(live, lambda state: names(state) == {"a"})
        await live.stop()


async def test_a_server_that_nobody_vouches_for_is_not_talked_to(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    async with ApiServer(tls=server_context(tmp_path)) as api:
        settings = KubernetesSettings(
            kubeconfig=str(kubeconfig(tmp_path, user={"token": BEARER}, server=api.url))
        )
        live = Live(settings, needed=frozenset({ObservedNodes}), limits=FAST)
        live.start(supervisor)

        state = await when(live, lambda state: state.failures)
        await live.stop()

    assert "CERTIFICATE_VERIFY_FAILED" in state.failures[0].message
    assert api.log == []


async def test_a_kubeconfig_that_comes_late_is_found(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    async with ApiServer() as api:
        settings = KubernetesSettings(kubeconfig=str(tmp_path / "kubeconfig"))
        live = Live(settings, needed=frozenset({ObservedNodes}), limits=FAST)
        live.start(supervisor)

        state = await when(live, lambda state: state.failures)
        kubeconfig(tmp_path, user={}, server=api.url)
        await when_complete(live)
        await live.stop()

    assert state.facts.find(ObservedNodes) is None


def shell(folder: Path, text: str, *, version: str = "client.authentication.k8s.io/v1") -> Any:
    """Return a plugin that is a shell script."""
    script = folder / "script"
    script.write_text(f"#!/bin/sh\ncd {folder}\necho >> calls\n{text}\n")
    script.chmod(0o700)
    return {"exec": {"apiVersion": version, "command": "./script", "args": None}}


def credential(**status: str) -> str:
    version = "client.authentication.k8s.io/v1"
    return json.dumps({"apiVersion": version, "kind": "ExecCredential", "status": status})


def calls(folder: Path) -> int:
    return (folder / "calls").read_text().count("\n")


HANGING = "sleep 1000 & sleep 1000"


async def test_a_plugin_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    before = below(os.getpid())
    path = kubeconfig(tmp_path, user=shell(tmp_path, HANGING))

    with pytest.raises(ReadError, match=r"script took longer than 0\.3 s"):
        await Configured(path, limits=Limits(seconds=0.3)).current()

    assert below(os.getpid()).keys() == before.keys()


async def test_a_plugin_ends_with_who_waits_for_it(tmp_path: Path) -> None:
    before = below(os.getpid())
    path = kubeconfig(tmp_path, user=shell(tmp_path, HANGING))
    waiting = [asyncio.create_task(Configured(path).current()) for _ in range(3)]
    while len(below(os.getpid())) < len(before) + 6:
        ended, _ = await asyncio.wait(waiting, timeout=0.02)
        assert not ended

    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    assert below(os.getpid()).keys() == before.keys()


async def test_a_plugin_that_failed_is_not_started_for_each_who_asks(tmp_path: Path) -> None:
    time = Time()
    path = kubeconfig(tmp_path, user=shell(tmp_path, "echo no one is logged in >&2; exit 3"))
    logins = Configured(path, clock=time.clock)

    for _ in range(20):
        with pytest.raises(ReadError, match="script ended with 3: no one is logged in"):
            await logins.current()
    at_first = calls(tmp_path)
    time.go_on(timedelta(seconds=RETRY))
    with pytest.raises(ReadError):
        await logins.current()

    assert (at_first, calls(tmp_path)) == (1, 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("echo secret", "script printed no credentials", id="no JSON"),
        pytest.param(
            f"echo '{credential(token='t').replace('v1', 'v2')}'",
            "printed no ExecCredential client.authentication.k8s.io/v1",
            id="another version",
        ),
        pytest.param(f"echo '{credential()}'", "gave neither a token nor", id="nothing"),
        pytest.param(
            f"echo '{credential(token='t', expirationTimestamp='soon')}'",
            "no sound expirationTimestamp",
            id="an end that is none",
        ),
        pytest.param("head -c 3000000 /dev/zero", "printed more than 1 MiB", id="too much"),
    ],
)
async def test_what_a_plugin_gives_is_not_believed(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ReadError, match=message) as caught:
        await Configured(kubeconfig(tmp_path, user=shell(tmp_path, text))).current()

    assert "secret" not in str(caught.value)


async def test_a_plugin_sees_the_environment_and_what_the_kubeconfig_adds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUD_PROFILE", "prod")
    token = credential(token="@").replace("@", "'\"$CLOUD_PROFILE-$EXTRA\"'")
    user = shell(tmp_path, f"echo '{token}'")
    user["exec"]["env"] = [{"name": "EXTRA", "value": "x"}]

    login = await Configured(kubeconfig(tmp_path, user=user)).current()

    assert login.authorization == "Bearer prod-x"


async def test_the_command_of_an_auth_provider_is_run_likewise(tmp_path: Path) -> None:
    answer = json.dumps({"credential": {"access_token": "t", "token_expiry": "2030-01-01"}})
    shell(tmp_path, f"echo '{answer}'")
    provider = {"name": "gcp", "config": {"cmd-path": str(tmp_path / "script"), "cmd-args": "a b"}}
    path = kubeconfig(tmp_path, user={"auth-provider": provider})

    login = await Configured(path).current()

    assert login.authorization == "Bearer t"
    assert calls(tmp_path) == 1


async def test_keys_that_a_plugin_gives_do_not_stay_in_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = Authority().issue("client")
    files = tmp_path / "files"
    files.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(files))
    status = credential(
        clientCertificateData=pair.certificate.decode(), clientKeyData=pair.key.decode()
    )
    (tmp_path / "answer").write_text(status)
    cluster = {"server": "https://127.0.0.1:1"}
    path = kubeconfig(tmp_path, user=shell(tmp_path, "cat answer"), **cluster)

    login = await Configured(path).current()

    assert login.tls is not None
    assert list(files.iterdir()) == []


async def test_a_token_lasts_as_long_as_it_said_however_the_wall_clock_is_set(
    tmp_path: Path,
) -> None:
    for setting in (timedelta(hours=-6), timedelta(hours=6)):
        time = Time()
        user = plugin(tmp_path, ends=START + timedelta(minutes=60))
        logins = Configured(kubeconfig(tmp_path, user=user), clock=time.clock)
        (tmp_path / "calls").write_text("")

        await logins.current()
        time.set_wall(setting)
        time.go_on(timedelta(minutes=59))
        early = await logins.current()
        time.go_on(timedelta(minutes=1))
        late = await logins.current()

        assert early.authorization.endswith("-1")
        assert late.authorization.endswith("-2")
