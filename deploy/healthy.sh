#!/usr/bin/env bash
# The image's health check, without curl, which it may lack: deploy/healthy.sh [readiness|liveness]
exec 3<>"/dev/tcp/127.0.0.1/${SERVER_PORT:-8080}" || exit 1
printf 'GET /actuator/health/%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "${1:-readiness}" >&3
read -r _ status _ <&3
[ "$status" = 200 ]
