"""What somebody may add to a workload or a Service, and how pods may be tampered with."""

from collections.abc import Callable, Mapping
from typing import Any, Final

Object = dict[str, Any]

POD: Final = "/spec/template/spec"
API: Final = f"{POD}/containers/api"
PROBE: Final = {"exec": {"command": ["nc", "evil.test", "1"]}}


def pod_spec(content: Object) -> Object:
    spec: Object = content["spec"]["template"]["spec"]
    return spec


def in_pod(**more: Any) -> Callable[[Object], None]:
    return lambda content: pod_spec(content).update(more)


def in_container(**more: Any) -> Callable[[Object], None]:
    return lambda content: pod_spec(content)["containers"][0].update(more)


def listed(field: str, item: Mapping[str, Any]) -> Callable[[Object], None]:
    return lambda content: pod_spec(content).setdefault(field, []).append(dict(item))


def secured(**more: Any) -> Callable[[Object], None]:
    return in_container(securityContext=more)


def unmasked(content: Object) -> None:
    secured(procMount="Unmasked")(content)
    in_pod(hostUsers=False)(content)  # else the server refuses it


def variable(**more: Any) -> Callable[[Object], None]:
    def edit(content: Object) -> None:
        pod_spec(content)["containers"][0]["env"].append({"name": "LD_PRELOAD", **more})

    return edit


def in_service(**more: Any) -> Callable[[Object], None]:
    return lambda content: content["spec"].update(more)


DEPLOYMENT: Final = ("deployments.apps", "workload_additions")
SSH: Final = {"port": 22, "protocol": "TCP"}
SERVICE: Final = ("services", "object_additions")
ADDED: Final = (
    (DEPLOYMENT, in_pod(hostNetwork=True), f"{POD}/hostNetwork"),
    (DEPLOYMENT, in_pod(hostPID=True), f"{POD}/hostPID"),
    (DEPLOYMENT, in_pod(hostIPC=True), f"{POD}/hostIPC"),
    (DEPLOYMENT, in_pod(shareProcessNamespace=True), f"{POD}/shareProcessNamespace"),
    (DEPLOYMENT, in_pod(serviceAccountName="admin"), f"{POD}/serviceAccountName"),
    (DEPLOYMENT, in_pod(priorityClassName="system-node-critical"), f"{POD}/priorityClassName"),
    (DEPLOYMENT, in_pod(hostAliases=[{"ip": "6.6.6.6"}]), f"{POD}/hostAliases"),
    (DEPLOYMENT, in_pod(dnsConfig={"nameservers": ["6.6.6.6"]}), f"{POD}/dnsConfig"),
    (DEPLOYMENT, in_pod(securityContext={"runAsUser": 0}), f"{POD}/securityContext/runAsUser"),
    (
        DEPLOYMENT,
        in_pod(securityContext={"seccompProfile": {"type": "Unconfined"}}),
        f"{POD}/securityContext/seccompProfile/type",
    ),
    (
        DEPLOYMENT,
        in_pod(securityContext={"sysctls": [{"name": "kernel.msgmax"}]}),
        f"{POD}/securityContext/sysctls",
    ),
    (
        DEPLOYMENT,
        listed("volumes", {"name": "root", "hostPath": {"path": "/"}}),
        f"{POD}/volumes/root/hostPath",
    ),
    (
        DEPLOYMENT,
        listed("volumes", {"name": "s", "secret": {"secretName": "admin"}}),
        f"{POD}/volumes/s/secret",
    ),
    (
        DEPLOYMENT,
        listed("containers", {"name": "miner", "image": "evil/miner:1"}),
        f"{POD}/containers/miner",
    ),
    (
        DEPLOYMENT,
        listed("initContainers", {"name": "drop", "image": "evil/drop:1"}),
        f"{POD}/initContainers/drop",
    ),
    (DEPLOYMENT, secured(privileged=True), f"{API}/securityContext/privileged"),
    (
        DEPLOYMENT,
        secured(allowPrivilegeEscalation=True),
        f"{API}/securityContext/allowPrivilegeEscalation",
    ),
    (DEPLOYMENT, secured(runAsNonRoot=False), f"{API}/securityContext/runAsNonRoot"),
    (DEPLOYMENT, secured(runAsGroup=0), f"{API}/securityContext/runAsGroup"),
    (DEPLOYMENT, unmasked, f"{API}/securityContext/procMount"),
    (
        DEPLOYMENT,
        secured(capabilities={"add": ["SYS_ADMIN"]}),
        f"{API}/securityContext/capabilities/add",
    ),
    (DEPLOYMENT, in_container(command=["sh"]), f"{API}/command"),
    (DEPLOYMENT, in_container(args=["-c", "evil"]), f"{API}/args"),
    (DEPLOYMENT, in_container(lifecycle={"postStart": PROBE}), f"{API}/lifecycle/postStart"),
    (DEPLOYMENT, in_container(startupProbe=PROBE), f"{API}/startupProbe/exec"),
    (DEPLOYMENT, in_container(envFrom=[{"secretRef": {"name": "admin"}}]), f"{API}/envFrom"),
    (DEPLOYMENT, variable(value="/x.so"), f"{API}/env/LD_PRELOAD"),
    (SERVICE, in_service(externalIPs=["6.6.6.6"]), "/spec/externalIPs"),
    (
        SERVICE,
        lambda content: content["spec"]["ports"].append({"name": "ssh", **SSH}),
        "/spec/ports/22:TCP",
    ),
    (
        SERVICE,
        lambda content: content["spec"]["selector"].update(evil="true"),
        "/spec/selector/evil",
    ),
)


def container_of(pod: Object) -> Object:
    first: Object = pod["spec"]["containers"][0]
    return first


def waits(reason: str) -> Callable[[Object], None]:
    condition = {"type": "PodResizePending", "status": "True", "reason": reason}
    return lambda pod: pod["status"].setdefault("conditions", []).append(condition)


def more_of(field: str, name: str) -> Callable[[Object], None]:
    item = {"name": name, "image": "evil/x:1"}
    return lambda pod: pod["spec"].setdefault(field, []).append(item)


def limited(**limits: str) -> Callable[[Object], None]:
    return lambda pod: container_of(pod)["resources"]["limits"].update(limits)


IN_API: Final = "/spec/containers/api"
TAMPERED: Final = (
    (lambda pod: container_of(pod).update(image="evil/api:1"), f"{IN_API}/image"),
    (
        lambda pod: container_of(pod).update(image=container_of(pod)["image"] + "-evil"),
        f"{IN_API}/image",
    ),
    (more_of("containers", "miner"), "/spec/containers/miner"),
    (more_of("containers", "istio-proxy"), "/spec/containers/istio-proxy"),
    (more_of("initContainers", "drop"), "/spec/initContainers/drop"),
    (more_of("ephemeralContainers", "debugger"), "/spec/ephemeralContainers/debugger"),
    (limited(cpu="64"), f"{IN_API}/resources/limits/cpu"),
    (limited(memory="512Gi"), f"{IN_API}/resources/limits/memory"),
    (
        lambda pod: container_of(pod)["resources"]["requests"].update(cpu="1m"),
        f"{IN_API}/resources/requests/cpu",
    ),
    (lambda pod: container_of(pod)["resources"].pop("limits"), f"{IN_API}/resources/limits/cpu"),
    (waits("Infeasible"), "/spec/containers"),
    (waits("Deferred"), "/spec/containers"),
)
