# shellcheck shell=sh
# What every job of a store shares, whatever the store is: what it says, and which backup it is to take. Read by the others with `.`.

say() {
    echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $*"
}

fail() {
    say "ERROR: $*" >&2
    exit 1
}

# Sets $name to the backup in $WORK_DIR, a file that ends with .$1, that is to be restored: the one that $BACKUP names, else the newest
# complete one, of those made no later than $BEFORE where that is given. What is not as it was backed up is refused.
choose_backup() {
    name=${BACKUP:-}
    if [ -z "$name" ]; then
        for file in "$WORK_DIR"/*."$1"; do
            key=${file##*/}
            if [ -f "$file.sha256" ] && { [ -z "${BEFORE:-}" ] || expr "${key%%.*}" '<=' "$BEFORE" >/dev/null; }; then
                name=$key
            fi
        done
        [ -n "$name" ] || fail "there is no complete backup in $WORK_DIR${BEFORE:+ from $BEFORE or before}"
    fi
    [ -f "$WORK_DIR/$name" ] || fail "there is no backup $name in $WORK_DIR"
    (cd "$WORK_DIR" && sha256sum -c "$name.sha256" >/dev/null 2>&1) || fail "$name is not what was backed up: its checksum differs"
}
