{{- define "stack.placement" -}}
{{- with .Values.global.placement }}
nodeSelector: {{ toYaml .nodeSelector | nindent 2 }}
tolerations: {{ toYaml .tolerations | nindent 2 }}
{{- end }}
{{- end }}

{{- define "stack.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ .release }}-{{ .component }}
spec:
  selector:
    app.kubernetes.io/name: {{ .component }}-{{ .release }}-{{ .component }}
  ports:
    - name: http
      port: {{ .port }}
      targetPort: {{ .port }}
{{- end }}
