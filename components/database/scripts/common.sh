# shellcheck shell=sh
# What the database scripts share. It is read by the others with `.`, together with postgres.sh or mysql.sh, which know how each
# engine is asked for the same thing. Settings come from the environment:
#   ENGINE, DB_HOST, DB_PORT, DB_NAME, DB_USER   the database
#   PASSWORD_FILE                                file with the user's password, never an argument or a variable of the pod
#   WORK_DIR                                     where dumps lie

# shellcheck source=components/backup/scripts/job.sh
. "$(dirname "$0")/job.sh"

# Logs in once. A refused password is final; a server that cannot be reached gets half a minute, because network policies and
# failovers take a moment.
require_login() {
    attempt=1
    while ! answer=$(login 2>&1); do
        if refused "$answer"; then
            fail "$ENGINE at $DB_HOST:$DB_PORT refuses the password of $DB_USER. Is the Secret that this pod mounts current?"
        fi
        if [ "$attempt" -ge "${LOGIN_ATTEMPTS:-7}" ]; then
            fail "cannot log in to $ENGINE at $DB_HOST:$DB_PORT as $DB_USER: $answer"
        fi
        attempt=$((attempt + 1))
        sleep "${LOGIN_PAUSE_SECONDS:-5}"
    done
}

# A dump is whole when it can be unpacked to the end and the end is the line that the engine's tool writes last.
verify_dump() {
    gzip -t "$1" 2>/dev/null || fail "$1 is damaged: it cannot be unpacked"
    # The tool may write a few lines after its end marker, but nothing longer.
    gzip -dc "$1" | tail -n 10 | grep -q "^$END_MARKER" || fail "$1 is cut off: it does not end with '$END_MARKER'"
}
