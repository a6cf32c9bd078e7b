#!/bin/sh
# Runs a metrics exporter with the password of the Secret, and starts it again when the password changes: exporters read it only once.
#   exporter.sh <command> [<argument>...]     PASSWORD_FILE, CHECK_SECONDS
set -eu

exporter=''
stop_exporter() {
    kill "$exporter" 2>/dev/null || true
    wait "$exporter" 2>/dev/null || true
}
trap 'stop_exporter; exit 0' INT TERM

while :; do
    password=$(cat "$PASSWORD_FILE")
    DATA_SOURCE_PASS="$password" MYSQLD_EXPORTER_PASSWORD="$password" "$@" &
    exporter=$!
    while [ "$(cat "$PASSWORD_FILE")" = "$password" ]; do
        sleep "${CHECK_SECONDS:-10}" &
        wait $!
        kill -0 "$exporter" 2>/dev/null || exit 1
    done
    echo "the password has changed; the exporter starts again"
    stop_exporter
done
