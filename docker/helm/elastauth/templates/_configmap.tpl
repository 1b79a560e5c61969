{{- /*
A ConfigMap whose name ends with the hash of its content, the same that Kustomize computes (it leaves the name out): a
change starts a rolling update.
Arguments: name, label, data
*/ -}}
{{- define "elastauth.hashedName" -}}
{{- $hash := dict "data" .data "kind" "ConfigMap" "name" "" | toJson | sha256sum | trunc 10 -}}
{{- .name }}-{{ $hash | replace "0" "g" | replace "1" "h" | replace "3" "k" | replace "a" "m" | replace "e" "t" -}}
{{- end -}}

{{- define "elastauth.configMap" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "elastauth.hashedName" . }}
  labels: { app.kubernetes.io/name: {{ .label }} }
data:
  {{- .data | toYaml | nindent 2 }}
{{- end -}}

{{- define "elastauth.config" -}}
{{- $data := dict "config.yml" (print (toYaml .Values.config) "\n") -}}
{{- dict "name" (print .Values.name "-config") "label" .Values.name "data" $data | toYaml -}}
{{- end -}}

{{- define "elastauth.redis" -}}
{{- $data := dict "sessions.conf" (.Files.Get "redis/sessions.conf") "start" (.Files.Get "redis/start") -}}
{{- dict "name" "redis-config" "label" "redis" "data" $data | toYaml -}}
{{- end -}}
