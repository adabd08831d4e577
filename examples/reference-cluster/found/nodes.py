"""The fourteen nodes."""

from dataclasses import dataclass

from found.objects import Object, age, condition, metadata, uid

ZONE = "ap-northeast-2a"
MEMORY = {"t3.micro": 972_148, "t3.small": 1_972_580, "t3.medium": 3_964_532, "t3.large": 7_949_048}
INFRASTRUCTURE = {
    "effect": "NoSchedule",
    "key": "node-role.kubernetes.io/infrastructure",
    "value": "true",
}
CONTROL_PLANE = {"effect": "NoSchedule", "key": "node-role.kubernetes.io/control-plane"}


@dataclass(frozen=True, slots=True)
class Node:
    """A machine, with what was set on it beside kubelet's own labels."""

    name: str
    address: str
    instance_type: str
    age: str
    labels: dict[str, str]
    taint: Object | None = None


def _api_node(domain: str, *, phase: int, address: str, instance_type: str) -> Node:
    labels = {
        "domain": domain,
        "node-role.kubernetes.io/api": "",
        "phase": str(phase),
        "workload": "api",
    }
    # Nobody's code says this taint: it was set by hand.
    taint: Object = {"effect": "NoSchedule", "key": "domain", "value": domain}
    return Node(f"k8s-api-{domain}", address, instance_type, "2d22h25m", labels, taint)


def _worker_node(name: str, domain: str, address: str) -> Node:
    labels = {"domain": domain, "node-role.kubernetes.io/worker": "", "workload": name}
    return Node(f"k8s-{name}", address, "t3.medium", "2d22h5m", labels)


NODES = (
    Node(
        "k8s-master",
        "10.0.1.10",
        "t3.large",
        "2d23h2m",
        {"node.kubernetes.io/exclude-from-external-load-balancers": ""},
        CONTROL_PLANE,
    ),
    _api_node("auth", phase=1, address="10.0.1.21", instance_type="t3.micro"),
    _api_node("my", phase=1, address="10.0.1.22", instance_type="t3.micro"),
    _api_node("scan", phase=2, address="10.0.1.23", instance_type="t3.small"),
    _api_node("character", phase=2, address="10.0.1.24", instance_type="t3.micro"),
    _api_node("location", phase=2, address="10.0.1.25", instance_type="t3.micro"),
    _api_node("info", phase=3, address="10.0.1.26", instance_type="t3.micro"),
    _api_node("chat", phase=3, address="10.0.1.27", instance_type="t3.small"),
    _worker_node("worker-storage", "scan", "10.0.1.41"),
    _worker_node("worker-ai", "ai", "10.0.1.42"),
    Node("k8s-postgresql", "10.0.1.61", "t3.small", "2d21h50m", {}, INFRASTRUCTURE),
    Node("k8s-redis", "10.0.1.62", "t3.small", "2d21h50m", {}, INFRASTRUCTURE),
    Node("k8s-rabbitmq", "10.0.1.63", "t3.small", "2d21h50m", {}, INFRASTRUCTURE),
    Node("k8s-monitoring", "10.0.1.64", "t3.medium", "2d21h50m", {}, INFRASTRUCTURE),
)


def node_object(index: int, node: Node) -> Object:
    """Return a node as kubelet, the cloud provider and the CNI fill it in."""
    instance = f"i-0{uid('instance', node.name).replace('-', '')[:16]}"
    pods = f"192.168.{index}.0/24"
    labels = {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/instance-type": node.instance_type,
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": node.name,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": node.instance_type,
        "topology.kubernetes.io/region": ZONE[:-1],
        "topology.kubernetes.io/zone": ZONE,
    }
    annotations = {
        "kubeadm.alpha.kubernetes.io/cri-socket": "unix:///run/containerd/containerd.sock",
        "node.alpha.kubernetes.io/ttl": "0",
        "projectcalico.org/IPv4Address": f"{node.address}/24",
        "volumes.kubernetes.io/controller-managed-attach-detach": "true",
    }
    spec = {
        "podCIDR": pods,
        "podCIDRs": [pods],
        "providerID": f"aws:///{ZONE}/{instance}",
        **({"taints": [node.taint]} if node.taint else {}),
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": metadata(
            "Node",
            node.name,
            created=age(node.age),
            annotations=annotations,
            labels=labels | node.labels,
        ),
        "spec": spec,
        "status": _node_status(node),
    }


def _node_status(node: Node) -> Object:
    joined = age(node.age)
    memory = MEMORY[node.instance_type]
    capacity = {"cpu": "2", "hugepages-2Mi": "0", "pods": "110"}
    calm = [
        ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ]
    return {
        "addresses": [
            {"address": node.address, "type": "InternalIP"},
            {"address": node.name, "type": "Hostname"},
        ],
        "allocatable": capacity | {"memory": f"{memory - 102_400}Ki"},
        "capacity": capacity | {"memory": f"{memory}Ki"},
        "conditions": [
            condition(
                "NetworkUnavailable",
                "False",
                joined,
                "CalicoIsUp",
                "Calico is running on this node",
            ),
            *(condition(kind, "False", joined, *why) for kind, *why in calm),
            condition(
                "Ready",
                "True",
                joined,
                "KubeletReady",
                "kubelet is posting ready status. AppArmor enabled",
            ),
        ],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "nodeInfo": {
            "architecture": "amd64",
            "bootID": uid("boot", node.name),
            "containerRuntimeVersion": "containerd://1.7.28",
            "kernelVersion": "6.8.0-1040-aws",
            "kubeProxyVersion": "v1.28.4",
            "kubeletVersion": "v1.28.4",
            "machineID": uid("machine", node.name).replace("-", ""),
            "operatingSystem": "linux",
            "osImage": "Ubuntu 22.04.5 LTS",
            "systemUUID": uid("system", node.name),
        },
    }
