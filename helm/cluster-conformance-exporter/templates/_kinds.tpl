{{- /*
The kinds that the checks of the settings read, as {names: [...]}. A test holds them against what the
exporter follows with the same settings.
*/ -}}
{{- define "conformance.kinds" -}}
{{- $all := list "nodes" "pods" "deployments.apps" "statefulsets.apps" "daemonsets.apps" "horizontalpodautoscalers.autoscaling" "scaledobjects.keda.sh" "applications.argoproj.io" "applicationsets.argoproj.io" -}}
{{- $declared := default dict .Values.settings.declared -}}
{{- $inventory := default dict $declared.inventory -}}
{{- $nodes := or $declared.terraform $declared.ansible $inventory.nodes (default dict .Values.settings.observed).prometheus -}}
{{- $workloads := or $declared.argocd $declared.kustomize $inventory.workloads -}}
{{- $applications := or $declared.argocd $inventory.applications -}}
{{- $names := list -}}
{{- if .Values.rbac.kinds -}}
{{- $names = .Values.rbac.kinds -}}
{{- else if .Values.existingSettings.configMap -}}
{{- $names = $all -}}
{{- else if eq (include "conformance.isLive" .) "true" -}}
{{- if or $nodes $workloads }}{{ $names = concat $names (list "nodes" "pods") }}{{ end -}}
{{- if $workloads }}{{ $names = concat $names (slice $all 2 7) }}{{ end -}}
{{- if $applications }}{{ $names = append $names "applications.argoproj.io" }}{{ end -}}
{{- if $declared.argocd }}{{ $names = append $names "applicationsets.argoproj.io" }}{{ end -}}
{{- end -}}
{{- toYaml (dict "names" $names) -}}
{{- end -}}

{{- /* Whether the exporter looks at the cluster that it runs in, by its own service account. */ -}}
{{- define "conformance.isLive" -}}
{{- $observed := default dict .Values.settings.observed -}}
{{- $elsewhere := or $observed.snapshot (default dict $observed.kubernetes).kubeconfig -}}
{{- or (not (empty .Values.existingSettings.configMap)) (not $elsewhere) -}}
{{- end -}}

{{- /* The rules of a role for a list of kinds: one for each API group. */ -}}
{{- define "conformance.rules" -}}
{{- $groups := dict -}}
{{- range . -}}
{{- $parts := splitn "." 2 . -}}
{{- $group := default "" $parts._1 -}}
{{- $_ := set $groups $group (append (default list (index $groups $group)) $parts._0) -}}
{{- end -}}
{{- range $group := keys $groups | sortAlpha }}
- apiGroups: [{{ $group | quote }}]
  resources: {{ index $groups $group | toJson }}
  verbs: ["list", "watch"]
{{- end }}
{{- end -}}
