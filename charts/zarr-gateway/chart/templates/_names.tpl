{{- define "gateway.selector" -}}
app.kubernetes.io/name: zarr-gateway
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}
{{- define "gateway.metadata" -}}
name: {{ .Release.Name }}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "gateway.selector" . | nindent 2 }}
  app.kubernetes.io/managed-by: {{ .Release.Service }}
  app.kubernetes.io/part-of: isthmus
{{- end -}}
