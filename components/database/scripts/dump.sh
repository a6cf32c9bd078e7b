#!/bin/sh
# Dumps the database to $WORK_DIR/<time>.sql.gz. The dump gets its name and its checksum only after it has been proven whole, so
# whoever comes next can take every *.sql.gz with a checksum beside it.
# With KEEP_DAYS set, the directory is the place where dumps stay, and older ones are deleted.
set -eu
here=$(dirname "$0")
# shellcheck source=components/database/scripts/common.sh
. "$here/common.sh"
# shellcheck source=components/database/scripts/postgres.sh
. "$here/$ENGINE.sh"

name="$(date -u +%Y%m%dT%H%M%SZ).sql.gz"
partial="$WORK_DIR/$name.partial"
failed="$WORK_DIR/$name.failed"
trap 'rm -f "$partial" "$failed"' EXIT

rm -f "$WORK_DIR"/*.partial "$WORK_DIR"/*.failed
read_password
require_login
say "dumping $DB_NAME from $DB_HOST:$DB_PORT"
# A pipe hides the failure of all but its last command.
{ dump_database || touch "$failed"; } | gzip >"$partial" ||
    fail "the dump of $DB_NAME cannot be written to $WORK_DIR; nothing is kept of it. Is there room?"
[ ! -e "$failed" ] || fail "the dump of $DB_NAME failed; nothing is kept of it"
verify_dump "$partial"

mv "$partial" "$WORK_DIR/$name"
(cd "$WORK_DIR" && sha256sum "$name" >"$name.sha256")
say "$name is whole: $(wc -c <"$WORK_DIR/$name") bytes"

if [ -n "${KEEP_DAYS:-}" ]; then
    find "$WORK_DIR" -type f -name '*.sql.gz*' -mtime "+$KEEP_DAYS" -exec rm -f {} +
fi
