"""The taints that controllers set by themselves, so that no code declares them."""

UNMANAGED_TAINTS = (
    # Kubernetes, its cloud controllers, kubeadm
    "node.kubernetes.io/*",
    "node.cloudprovider.kubernetes.io/*",
    "node-role.kubernetes.io/control-plane",
    "node-role.kubernetes.io/master",
    # Cluster API, until a machine is initialised, and while it is of an old revision
    "node.cluster.x-k8s.io/*",
    # cluster-autoscaler and Karpenter: nodes that come and go
    "ToBeDeletedByClusterAutoscaler",
    "DeletionCandidateOfClusterAutoscaler",
    "startup-taint.cluster-autoscaler.kubernetes.io/*",
    "ignore-taint.cluster-autoscaler.kubernetes.io/*",
    "karpenter.sh/*",
    # network, storage and DaemonSets that a node waits for
    "node.cilium.io/*",
    "ebs.csi.aws.com/*",
    "efs.csi.aws.com/*",
    "drbd.linbit.com/*",
    "nidhogg.uswitch.com/*",
    # clouds: what kind of machine it is, and that it is about to go
    "aws-node-termination-handler/*",
    "cloud.google.com/impending-node-termination",
    "eks.amazonaws.com/compute-type",
    "kubernetes.azure.com/scalesetpriority",
    "virtual-kubelet.io/*",
    # kured, while a node waits for its reboot: the names that its documentation suggests
    "kured",
    "weave.works/kured-*",
)
"""Shell patterns of keys.

Source: the documentation of each: Well-Known Labels, Annotations and Taints (Kubernetes), Cluster
API's book, the FAQ of cluster-autoscaler, Karpenter, Cilium, the CSI drivers of AWS, LINSTOR's
Piraeus operator, Nidhogg, the AWS node termination handler, GKE, EKS Fargate, AKS, virtual-kubelet,
kured.
"""
