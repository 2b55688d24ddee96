#!/usr/bin/env bash
# Checks the alerts, their tests and the dashboard's queries with promtool (Debian's package prometheus); also needs jq.
# With the address of a running Caravana, it checks the metrics' names too: bench/check-monitoring.sh http://localhost:8080
set -euo pipefail
cd "$(dirname "$0")/.."
promtool check rules docs/prometheus/caravana.rules.yaml
promtool test rules docs/prometheus/caravana.rules.test.yaml

# promtool reads expressions only in a rules file, and does not know Grafana's variables
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
jq '{groups: [{name: "dashboard", rules: [.panels[] | .id as $panel | .targets[]?
  | {record: "panel_\($panel):\(.refId)", expr: (.expr | gsub("\\$__(rate_interval|range)"; "5m"))}]}]}' \
  docs/grafana/caravana.json >"$work/dashboard.yaml"
promtool check rules "$work/dashboard.yaml"

if [ $# -gt 0 ]; then
  curl -sf "$1/actuator/prometheus" >"$work/metrics"
  # other libraries choose the names of their metrics
  awk '/^# [A-Z]+ caravana_|^caravana_/' "$work/metrics" | promtool check metrics
  echo "metrics: $(grep -c '^caravana_' "$work/metrics") series of Caravana's own, named as they should be"
fi
