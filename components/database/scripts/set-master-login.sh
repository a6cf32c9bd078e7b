#!/bin/sh
# Gives an RDS instance the password of the Secret as its master password, whenever check-login.sh finds that it has another. RDS
# needs a minute or two to take it over, so it is asked again only after a while.
#   DB_INSTANCE, PASSWORD_FILE, WORK_DIR, CHECK_SECONDS, PAUSE_SECONDS
set -eu

say() {
    echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $*"
}

trap 'exit 0' INT TERM
request="${TMPDIR:-/tmp}/request.json"
while :; do
    pause=${CHECK_SECONDS:-15}
    if [ -e "$WORK_DIR/refused" ]; then
        # A file, because an argument could be read by every process of the container. The password has letters and digits only.
        (
            umask 077
            printf '{"DBInstanceIdentifier":"%s","MasterUserPassword":"%s","ApplyImmediately":true}' \
                "$DB_INSTANCE" "$(cat "$PASSWORD_FILE")" >"$request"
        )
        if aws rds modify-db-instance --cli-input-json "file://$request" --query DBInstance.DBInstanceStatus --output text; then
            say "$DB_INSTANCE is told the password of the Secret"
        else
            say "$DB_INSTANCE was not told the password; trying again in ${PAUSE_SECONDS:-180} s" >&2
        fi
        rm -f "$request"
        pause=${PAUSE_SECONDS:-180}
    fi
    sleep "$pause" &
    wait $!
done
