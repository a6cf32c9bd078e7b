/**
 * The shell scripts of an in-cluster cache. They run in the server's own image, which has a POSIX shell and the client. The password
 * goes from file to file and to the client by its environment or its input, so it is on no command line, where `ps` would show it.
 *
 * Their environment: CONFIG_FILE, PASSWORD_FILE (the mounted Secret), RUNTIME_DIR (memory shared by the containers of the pod), PORT,
 * SERVER and CLI (commands), TLS_DIR (empty: no encryption), EXPORTER_ADDRESS and EXPORTER_RELOAD_URL (empty: no exporter),
 * RELOAD_SECONDS.
 */

/** What the scripts share. */
const common = `set -eu
umask 077

# Runs the client as a user who knows the password in $auth.
client() {
    if [ -n "$TLS_DIR" ]; then
        set -- --tls --cacert "$TLS_DIR/ca.crt" "$@"
    fi
    REDISCLI_AUTH="$auth" "$CLI" --no-auth-warning -h localhost -p "$PORT" "$@"
}

# Puts its input into a file that readers see in the old or in the new state, never in between.
replace() {
    cat > "$1.new"
    mv "$1.new" "$1"
}

# Reads the wanted password. Letters and digits need no quoting anywhere.
read_password() {
    password=$(cat "$PASSWORD_FILE")
    case "$password" in
    '' | *[!A-Za-z0-9]*)
        echo 'the password is empty or has other characters than letters and digits' >&2
        return 1
        ;;
    esac
}

# Notes the password that the server accepts, for the probes and for the exporter.
remember_password() {
    if [ -n "$EXPORTER_ADDRESS" ]; then
        printf '{"%s":"%s"}' "$EXPORTER_ADDRESS" "$password" | replace "$RUNTIME_DIR/exporter.json"
    fi
    printf '%s' "$password" | replace "$RUNTIME_DIR/password"
}

certificate_digest() {
    sha256sum < "$TLS_DIR/tls.crt"
}
`;

/** Writes what the server and the exporter start with. */
const prepare = `. "$SCRIPTS_DIR/common.sh"

read_password
{
    cat "$CONFIG_FILE"
    printf 'requirepass %s\\n' "$password"
} | replace "$RUNTIME_DIR/server.conf"
remember_password
if [ -n "$TLS_DIR" ]; then
    certificate_digest | replace "$RUNTIME_DIR/certificate"
fi
`;

/** Becomes the server. A server that restarts takes the password of that moment. */
const start = `. "$SCRIPTS_DIR/prepare.sh"
exec "$SERVER" "$RUNTIME_DIR/server.conf"
`;

/** Answers the kubelet: \`ready\` wants the data, \`alive\` is content with a server that is still reading it. */
const probe = `. "$SCRIPTS_DIR/common.sh"

auth=$(cat "$RUNTIME_DIR/password")
reply=$(client ping 2>&1) || true
case "$1:$reply" in
*:PONG | alive:LOADING*) ;;
*)
    echo "$reply" >&2
    exit 1
    ;;
esac
`;

/** Watches the mounted Secrets and hands changes to the running server. Each step may fail and is tried again. */
const reload = `. "$SCRIPTS_DIR/common.sh"

# The previous password stays valid until the next change, so clients follow in their own time.
reload_password() {
    auth=$(cat "$RUNTIME_DIR/password") || return 1
    read_password || return 1
    [ "$password" != "$auth" ] || return 0
    reply=$(printf 'ACL SETUSER default resetpass >%s >%s\\n' "$password" "$auth" | client) || return 1
    [ "$reply" = OK ] || return 1
    remember_password || return 1
    echo 'the server accepts a new password'
}

reload_certificate() {
    [ -n "$TLS_DIR" ] || return 0
    digest=$(certificate_digest) || return 1
    [ "$digest" != "$(cat "$RUNTIME_DIR/certificate")" ] || return 0
    auth=$(cat "$RUNTIME_DIR/password") || return 1
    reply=$(client config set tls-cert-file "$TLS_DIR/tls.crt" tls-key-file "$TLS_DIR/tls.key") || return 1
    [ "$reply" = OK ] || return 1
    printf '%s\\n' "$digest" | replace "$RUNTIME_DIR/certificate" || return 1
    echo 'the server shows a new certificate'
}

reload_exporter() {
    [ -n "$EXPORTER_RELOAD_URL" ] || return 0
    ! cmp -s "$RUNTIME_DIR/exporter.json" "$RUNTIME_DIR/exporter.told" || return 0
    wanted=$(cat "$RUNTIME_DIR/exporter.json") || return 1
    wget -q -O /dev/null "$EXPORTER_RELOAD_URL" || return 1
    printf '%s' "$wanted" | replace "$RUNTIME_DIR/exporter.told"
}

trap 'exit 0' TERM INT
while :; do
    for step in reload_password reload_certificate reload_exporter; do
        "$step" || echo "$step failed and is tried again" >&2
    done
    sleep "$RELOAD_SECONDS" &
    wait $!
done
`;

/** The scripts by their file names. */
export const scripts: Readonly<Record<string, string>> = {
    "common.sh": common,
    "prepare.sh": prepare,
    "start.sh": start,
    "probe.sh": probe,
    "reload.sh": reload,
};
