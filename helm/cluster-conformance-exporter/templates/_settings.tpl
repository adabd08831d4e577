{{- /* The settings as the exporter gets them: those of the values, and what the chart knows. */ -}}
{{- define "conformance.settings" -}}
{{- $settings := deepCopy .Values.settings -}}
{{- $declared := default dict $settings.declared -}}
{{- with include "conformance.chartsFolder" . -}}
{{- $_ := set $declared "charts" (merge (default dict $declared.charts) (dict "cache" .)) -}}
{{- end -}}
{{- with include "conformance.further" . | fromJsonArray -}}
{{- $_ := set $declared "repositories" (concat (default list $declared.repositories) .) -}}
{{- end -}}
{{- $observed := fromYaml (include "conformance.observed" .) -}}
{{- $rest := dict -}}
{{- range $key, $value := $declared }}{{ if not (has $key $.Values.declaredOrder) }}{{ $_ := set $rest $key $value }}{{ end }}{{ end -}}
repository:
  {{- include "conformance.repository" . | nindent 2 }}
{{- if $declared }}
declared:
  {{- range .Values.declaredOrder }}
  {{- if hasKey $declared . }}
  {{- toYaml (dict . (index $declared .)) | nindent 2 }}
  {{- end }}
  {{- end }}
  {{- with $rest }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- else }}
declared: {}
{{- end }}
observed:
  {{- toYaml $observed | nindent 2 }}
{{- with omit $settings "repository" "declared" "observed" }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* The folder of charts of registries: where charts are fetched, or a volume has some. */ -}}
{{- define "conformance.chartsFolder" -}}
{{- $charts := default dict (default dict .Values.settings.declared).charts -}}
{{- if or $charts.fetch $charts.cache .Values.charts.volume -}}
{{- default "/charts" $charts.cache -}}
{{- end -}}
{{- end -}}

{{- /* The checkouts of further repositories as settings.declared.repositories has them. As JSON. */ -}}
{{- define "conformance.further" -}}
{{- $found := list -}}
{{- if .Values.gitSync.enabled -}}
{{- range include "conformance.checkouts" . | fromJsonArray | rest -}}
{{- $one := dict "path" (printf "%s/current" .root) "url" (default .repo .url) -}}
{{- if and (ne .ref "HEAD") (not (regexMatch "^[0-9a-f]{7,64}$" .ref)) }}{{ $_ := set $one "reference" .ref }}{{ end -}}
{{- $found = append $found $one -}}
{{- end -}}
{{- end -}}
{{- $found | toJson -}}
{{- end -}}

{{- /* The repository, with the branch or tag that git-sync follows: its checkout does not tell. */ -}}
{{- define "conformance.repository" -}}
{{- $repository := .Values.settings.repository -}}
{{- if kindIs "string" $repository }}{{ $repository = dict "path" $repository }}{{ end -}}
{{- $repository = deepCopy $repository -}}
{{- $ref := .Values.gitSync.ref -}}
{{- $named := and (ne $ref "HEAD") (not (regexMatch "^[0-9a-f]{7,64}$" $ref)) -}}
{{- if and .Values.gitSync.enabled $named (not $repository.reference) -}}
{{- $_ := set $repository "reference" $ref -}}
{{- end -}}
{{- toYaml $repository -}}
{{- end -}}

{{- define "conformance.observed" -}}
{{- $observed := deepCopy (default dict .Values.settings.observed) -}}
{{- if and (eq .Values.rbac.scope "namespace") (hasKey $observed "kubernetes") -}}
{{- $_ := set $observed "kubernetes" (merge (default dict $observed.kubernetes) (dict "namespaces" .Values.rbac.namespaces)) -}}
{{- end -}}
{{- range $name, $credentials := .Values.credentials }}{{ if $credentials.existingSecret -}}
{{- $server := default dict (index $observed $name) -}}
{{- $folder := printf "/etc/cluster-conformance/credentials/%s" $name -}}
{{- with $credentials.tokenKey -}}
{{- $_ := set $server "token_file" (printf "%s/%s" $folder .) -}}
{{- end -}}
{{- with $credentials.passwordKey -}}
{{- $_ := set $server "basic_auth" (dict "username" $credentials.username "password_file" (printf "%s/%s" $folder .)) -}}
{{- end -}}
{{- with $credentials.caKey -}}
{{- $_ := set $server "tls" (merge (dict "ca_file" (printf "%s/%s" $folder .)) (default dict $server.tls)) -}}
{{- end -}}
{{- end }}{{ end -}}
{{- toYaml $observed -}}
{{- end -}}
