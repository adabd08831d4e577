{{- /*
The kinds that the checks of the settings read, as {names: [...]}. A test holds them against what the
exporter follows with the same settings.
*/ -}}
{{- define "conformance.kinds" -}}
{{- $declared := default dict .Values.settings.declared -}}
{{- $inventory := default dict $declared.inventory -}}
{{- $workloads := or $declared.argocd $declared.kustomize $inventory.workloads -}}
{{- $readFor := dict
  "nodes" (or $declared.terraform $declared.ansible $inventory.nodes (default dict .Values.settings.observed).prometheus)
  "workloads" $workloads
  "components" (or .Values.settings.components $declared.ansible)
  "objects" (or $declared.argocd $declared.kustomize)
  "applications" (or $declared.argocd $inventory.applications)
  "applicationSets" $declared.argocd
-}}
{{- $names := list -}}
{{- if .Values.rbac.kinds -}}
{{- $names = .Values.rbac.kinds -}}
{{- else if or .Values.existingSettings.configMap (eq (include "conformance.isLive" .) "true") -}}
{{- $every := not (empty .Values.existingSettings.configMap) -}}
{{- range $name, $reasons := include "conformance.observedKinds" . | fromYaml -}}
{{- $read := $every -}}
{{- range $reasons }}{{ $read = or $read (index $readFor .) }}{{ end -}}
{{- if $read }}{{ $names = append $names $name }}{{ end -}}
{{- end -}}
{{- end -}}
{{- if or .Values.existingSettings.configMap (eq (include "conformance.isLive" .) "true") -}}
{{- $names = concat $names .Values.rbac.declaredKinds | uniq -}}
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

{{- /* The rule for Argo CD's own rules, argocd-cm, where Applications are declared. */ -}}
{{- define "conformance.argocdRules" -}}
{{- $declared := default dict .Values.settings.declared -}}
{{- $every := not (empty .Values.existingSettings.configMap) -}}
{{- if or $every (and $declared.argocd (eq (include "conformance.isLive" .) "true")) -}}
- apiGroups: [""]
  resources: ["configmaps"]
  resourceNames: ["argocd-cm"]
  verbs: ["list"]
{{- end -}}
{{- end -}}
