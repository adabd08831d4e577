"""The profile "restricted" of the Pod Security Standards, as far as a pod's spec tells.

https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
SYSCTLS = {
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
}
SECCOMP = {"RuntimeDefault", "Localhost"}


def violations(pod: Json) -> list[str]:
    """Return what a pod's spec has against the profile."""
    context = pod.get("securityContext", {})
    found = [f"{one} is shared" for one in ("hostNetwork", "hostPID", "hostIPC") if pod.get(one)]
    for volume in pod.get("volumes", ()):
        found += [f"volume {kind}" for kind in volume.keys() - {"name"} - VOLUMES]
    sysctls = (one["name"] for one in context.get("sysctls", ()))
    found += [f"sysctl {one}" for one in sysctls if one not in SYSCTLS]
    for container in containers(pod):
        own = container.get("securityContext", {})
        found += [f"{container['name']}: {one}" for one in _of(container, {**context, **own}, own)]
    return found


def containers(pod: Json) -> Iterator[Json]:
    """Yield all containers of a pod."""
    for kind in ("initContainers", "containers", "ephemeralContainers"):
        yield from pod.get(kind, ())


def _of(container: Json, context: Json, own: Json) -> Iterator[str]:
    """Yield what a container has against it; *context* is that of the pod and its *own*."""
    capabilities = own.get("capabilities", {})
    if own.get("privileged"):
        yield "is privileged"
    if own.get("allowPrivilegeEscalation") is not False:
        yield "may gain privileges"
    if context.get("runAsNonRoot") is not True or context.get("runAsUser") == 0:
        yield "may run as root"
    if context.get("seccompProfile", {}).get("type") not in SECCOMP:
        yield "has no seccomp profile"
    if "ALL" not in capabilities.get("drop", ()):
        yield "keeps capabilities"
    if set(capabilities.get("add", ())) - {"NET_BIND_SERVICE"}:
        yield "adds capabilities"
    if own.get("procMount", "Default") != "Default":
        yield "has another /proc"
    if any("hostPort" in port for port in container.get("ports", ())):
        yield "has a port of the node"
    if "windowsOptions" in own and own["windowsOptions"].get("hostProcess"):
        yield "is a process of the host"
