#!/bin/sh
# Takes a snapshot of the cache to $WORK_DIR/<time>.rdb.gz: the server sends one as it would to a replica, so nothing stops meanwhile.
# The snapshot gets its name and its checksum only after it has been proven whole. With KEEP_DAYS set, the directory is the place
# where snapshots stay, and older ones are deleted.
set -eu
here=$(dirname "$0")
# shellcheck source=components/cache/scripts/backup-common.sh
. "$here/backup-common.sh"

name="$(date -u +%Y%m%dT%H%M%SZ).rdb.gz"
partial="$WORK_DIR/$name.partial"
trap 'rm -f "$partial" "$partial".*' EXIT

rm -f "$WORK_DIR"/*.partial "$WORK_DIR"/*.partial.*
require_login
say "taking a snapshot of $CACHE_HOST:$CACHE_PORT"
client --rdb "$partial.rdb" >"$partial.log" 2>&1 || {
    cat "$partial.log" >&2
    fail "the server did not send a snapshot, or it cannot be written to $WORK_DIR; nothing is kept of it"
}
verify_snapshot "$partial.rdb"
gzip -c "$partial.rdb" >"$partial" || fail "the snapshot cannot be written to $WORK_DIR; nothing is kept of it. Is there room?"
gzip -t "$partial" 2>/dev/null || fail "the packed snapshot cannot be unpacked; nothing is kept of it"

mv "$partial" "$WORK_DIR/$name"
(cd "$WORK_DIR" && sha256sum "$name" >"$name.sha256")
say "$name is whole: $(wc -c <"$WORK_DIR/$name") bytes"

if [ -n "${KEEP_DAYS:-}" ]; then
    find "$WORK_DIR" -type f -name '*.rdb.gz*' -mtime "+$KEEP_DAYS" -exec rm -f {} +
fi
