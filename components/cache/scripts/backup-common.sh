# shellcheck shell=sh
# What backup and restore of a cache share. Settings come from the environment:
#   CACHE_HOST, CACHE_PORT, TLS_CA    the server; an empty TLS_CA means connections in the clear
#   SERVER, CLI, CHECK                the engine's own programs
#   PASSWORD_FILE                     file with the password, never an argument or a variable of the pod
#   WORK_DIR                          where snapshots lie

# shellcheck source=components/backup/scripts/job.sh
. "$(dirname "$0")/job.sh"

# Runs the client on the live server. Its password comes by the environment of this process alone.
client() {
    if [ -n "$TLS_CA" ]; then
        set -- --tls --cacert "$TLS_CA" "$@"
    fi
    REDISCLI_AUTH=$(cat "$PASSWORD_FILE") "$CLI" --no-auth-warning -h "$CACHE_HOST" -p "$CACHE_PORT" "$@"
}

# Asks once whether the server lets this password in. A refusal is final; a server that does not answer gets half a minute.
require_login() {
    attempt=1
    while :; do
        answer=$(client ping 2>&1) || true
        case "$answer" in
        PONG) return 0 ;;
        *WRONGPASS* | *NOAUTH* | *'AUTH failed'*)
            fail "the cache at $CACHE_HOST:$CACHE_PORT refuses the password. Is the Secret that this pod mounts current?"
            ;;
        esac
        if [ "$attempt" -ge "${LOGIN_ATTEMPTS:-7}" ]; then
            fail "cannot reach the cache at $CACHE_HOST:$CACHE_PORT: $answer"
        fi
        attempt=$((attempt + 1))
        sleep "${LOGIN_PAUSE_SECONDS:-5}"
    done
}

# A snapshot is whole when the engine's own tool reads it to the end, its checksum included.
verify_snapshot() {
    "$CHECK" "$1" >"$1.report" 2>&1 || {
        tail -n 3 "$1.report" >&2
        fail "$1 is damaged or cut off: $CHECK does not read it to the end"
    }
    rm -f "$1.report"
}
