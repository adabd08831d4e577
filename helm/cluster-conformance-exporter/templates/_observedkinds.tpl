{{- /* Every observed kind, and what it is read for. Written by make chart. */ -}}
{{- define "conformance.observedKinds" -}}
applications.argoproj.io: [applications]
applicationsets.argoproj.io: [applicationSets]
daemonsets.apps: [workloads]
deployments.apps: [workloads]
endpointslices.discovery.k8s.io: [objects]
horizontalpodautoscalers.autoscaling: [workloads]
nodes: [nodes, workloads]
pods: [nodes, workloads]
scaledobjects.keda.sh: [workloads]
statefulsets.apps: [workloads]
{{- end -}}
