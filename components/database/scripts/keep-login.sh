#!/bin/sh
# Runs beside the server and makes it accept the password that the Secret holds: at the start, and whenever the Secret changes. The
# kubelet brings a changed Secret into the pod within about a minute. It also makes sure that the user and the database exist, so a
# first start that was interrupted heals by itself.
#   ENGINE, SOCKET_DIR, DB_NAME, DB_USER, PASSWORD_FILE, CHECK_SECONDS
set -eu
here=$(dirname "$0")
# shellcheck source=components/database/scripts/postgres-login.sh
. "$here/$ENGINE-login.sh"

say() {
    echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $*"
}

trap 'exit 0' INT TERM
applied=''
while :; do
    # Read first, applied second: a change in between is noticed the next time round.
    wanted=$(cksum <"$PASSWORD_FILE")
    if [ "$wanted" != "$applied" ]; then
        if apply_login; then
            applied=$wanted
            say "$DB_USER logs in to $DB_NAME with the password of the Secret"
        else
            say "the server did not take the password of $DB_USER; trying again in ${CHECK_SECONDS:-10} s" >&2
        fi
    fi
    # Waiting for a background job ends at once when the pod is told to stop.
    sleep "${CHECK_SECONDS:-10}" &
    wait $!
done
