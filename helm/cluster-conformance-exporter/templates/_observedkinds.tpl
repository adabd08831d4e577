{{- /* Every observed kind, and what it is read for. Written by make chart. */ -}}
{{- define "conformance.observedKinds" -}}
appprojects.argoproj.io: [applicationSets]
applications.argoproj.io: [applications]
applicationsets.argoproj.io: [applicationSets]
daemonsets.apps: [components, workloads]
deployments.apps: [components, workloads]
endpointslices.discovery.k8s.io: [objects]
horizontalpodautoscalers.autoscaling: [workloads]
imageupdaters.argocd-image-updater.argoproj.io: [applicationSets]
nodes: [components, nodes, workloads]
pods: [components, nodes, workloads]
rollouts.argoproj.io: [components, workloads]
scaledobjects.keda.sh: [workloads]
statefulsets.apps: [components, workloads]
{{- end -}}
