{{- /* The groups of rules/, without what is disabled, with what is changed; a dict with groups. Where nobody says
where the runbooks are, the exporter serves them. */ -}}
{{- define "conformance.ruleGroups" -}}
{{- $groups := list -}}
{{- $values := deepCopy $.Values.prometheusRule -}}
{{- if and $.Values.web.externalUrl (contains ".invalid/" $values.runbookUrl) -}}
{{- $_ := set $values "runbookUrl" (printf "%s/docs/runbooks/" (trimSuffix "/" $.Values.web.externalUrl)) -}}
{{- end -}}
{{- $objective := printf "(1 - %v)" $values.slo.objective -}}
{{- range $path, $content := .Files.Glob "rules/*.yaml" -}}
{{- $text := "groups: []" -}}
{{- if or $values.slo.enabled (ne (base $path) "slo.yaml") -}}
{{- $text = replace "(1 - 0.99)" $objective (toString $content) -}}
{{- end -}}
{{- range $group := (fromYaml $text).groups -}}
{{- $rules := list -}}
{{- range .rules -}}
{{- if not (and .alert (index $.Values.prometheusRule.disabled .alert)) -}}
{{- $rules = append $rules (fromYaml (include "conformance.rule" (dict "rule" . "values" $values))) -}}
{{- end -}}
{{- end -}}
{{- with $rules }}{{ $groups = append $groups (set (deepCopy $group) "rules" .) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- toYaml (dict "groups" $groups) -}}
{{- end -}}

{{- define "conformance.rule" -}}
{{- $rule := deepCopy .rule -}}
{{- if $rule.alert -}}
{{- $custom := default dict (index .values.customRules $rule.alert) -}}
{{- $severity := dict -}}
{{- with $custom.severity }}{{ $severity = dict "severity" . }}{{ end -}}
{{- $labels := merge $severity (deepCopy .values.additionalRuleLabels) $rule.labels -}}
{{- $annotations := $rule.annotations -}}
{{- range $key, $base := dict "runbook_url" (list "https://runbooks.invalid/" .values.runbookUrl) "dashboard_url" (list "https://grafana.invalid/" .values.dashboardUrl) -}}
{{- if last $base -}}
{{- $_ := set $annotations $key (replace (first $base) (printf "%s/" (trimSuffix "/" (last $base))) (index $annotations $key)) -}}
{{- else -}}
{{- $_ := unset $annotations $key -}}
{{- end -}}
{{- end -}}
{{- $rule = merge (dict "labels" $labels "annotations" $annotations) (omit $custom "severity") $rule -}}
{{- end -}}
{{- toYaml $rule -}}
{{- end -}}

{{- /* Fail for a name that no alert has. */ -}}
{{- define "conformance.alertNames" -}}
{{- $known := list -}}
{{- range $path, $content := .Files.Glob "rules/*.yaml" -}}
{{- range (fromYaml (toString $content)).groups }}{{ range .rules }}{{ with .alert }}{{ $known = append $known . }}{{ end }}{{ end }}{{ end -}}
{{- end -}}
{{- range $where, $names := dict "disabled" (keys .Values.prometheusRule.disabled) "customRules" (keys .Values.prometheusRule.customRules) -}}
{{- range $names -}}
{{- if not (has . $known) }}{{ fail (printf "prometheusRule.%s names %s, which is no alert. There are: %s" $where . (sortAlpha $known | join ", ")) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}
