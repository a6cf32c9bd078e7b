#!/bin/sh
# Restores a dump from $WORK_DIR into a new database beside the live one, which it never touches, and prints how to switch over.
# Which dump: the one that $BACKUP names, else the newest, of those made no later than $BEFORE where that is given.
# With SWITCH=yes it goes on and makes the new database the live one. With AFTERWARDS=drop the new database goes again: it was a trial.
set -eu
here=$(dirname "$0")
# shellcheck source=components/database/scripts/common.sh
. "$here/common.sh"
# shellcheck source=components/database/scripts/postgres.sh
. "$here/$ENGINE.sh"

choose_backup sql.gz
verify_dump "$WORK_DIR/$name"

read_password
require_login
now=$(date -u +%Y%m%d%H%M%S)
restored="${DB_NAME}_restore_$now"
say "restoring $name into the new database $restored"
create_database "$restored"

# Half a database must not lie around for somebody to mistake it for a whole one.
trap 'drop_database "$restored"' EXIT
trap 'exit 1' INT TERM
gzip -dc "$WORK_DIR/$name" | load_database "$restored" || fail "the restore failed; $restored is dropped, $DB_NAME is untouched"
trap - EXIT

before=$(name_before "$now")
say "done: $restored has $(count_tables "$restored") tables"
if [ "${AFTERWARDS:-keep}" = drop ]; then
    drop_database "$restored"
    say "it was a trial, so $restored is dropped again; $DB_NAME is as it was"
    exit 0
fi
if [ "${SWITCH:-}" = yes ]; then
    say "switching: $restored becomes $DB_NAME"
    switch_over "$restored" "$before" || fail "the switch failed half-way; finish it by hand:
$(switch_instructions "$restored" "$before")"
    say "switched: $DB_NAME is what $name had"
    after_switch "$restored" "$before"
    exit 0
fi
cat <<END

$DB_NAME is as it was. Look at $restored first. To make it the live database, stop the services that are connected, then:

$(switch_instructions "$restored" "$before")

Then start the services again.
END
