#!/bin/sh
# Tries the password of the Secret on the server, over and over. Says what came of it by a file that set-master-login.sh and the
# readiness probe look at: $WORK_DIR/accepted or $WORK_DIR/refused. A server that does not answer changes nothing.
set -eu
here=$(dirname "$0")
# shellcheck source=components/database/scripts/common.sh
. "$here/common.sh"
# shellcheck source=components/database/scripts/postgres.sh
. "$here/$ENGINE.sh"

trap 'exit 0' INT TERM
state=''
while :; do
    read_password
    if answer=$(login 2>&1); then
        new=accepted
        rm -f "$WORK_DIR/refused"
        touch "$WORK_DIR/accepted"
    elif refused "$answer"; then
        new=refused
        rm -f "$WORK_DIR/accepted"
        touch "$WORK_DIR/refused"
    else
        new="unanswered: $answer"
    fi
    if [ "$new" != "$state" ]; then
        state=$new
        say "$DB_USER at $DB_HOST: $state"
    fi
    sleep "${CHECK_SECONDS:-15}" &
    wait $!
done
