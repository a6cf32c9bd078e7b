#!/bin/sh
# Downloads a backup, a file that ends with .$SUFFIX, from $SOURCE (s3://bucket/prefix) to $WORK_DIR: the one that $BACKUP names, else
# the newest complete one, of those made no later than $BEFORE (such as 20260131T020000Z) where that is given.
set -eu

fail() {
    echo "ERROR: $*" >&2
    exit 1
}

before=${BEFORE:-}
case "$before" in
*[!0-9TZ]*) fail "BEFORE is '$before', but must be a moment in UTC such as 20260131T020000Z" ;;
esac

name=${BACKUP:-}
if [ -z "$name" ]; then
    list="$WORK_DIR/list"
    aws s3 ls "$SOURCE/" >"$list" || fail "cannot list $SOURCE/, or it is empty"
    # S3 lists in the order of the names, and names begin with the time.
    while read -r _ _ _ key; do
        case "$key" in
        *."$SUFFIX".sha256)
            [ -z "$before" ] || expr "${key%%.*}" '<=' "$before" >/dev/null || continue
            name=${key%.sha256}
            ;;
        esac
    done <"$list"
    [ -n "$name" ] || fail "there is no complete backup in $SOURCE/${before:+ from $before or before}"
fi
case "$name" in
*/* | *[!0-9A-Za-z.]*) fail "BACKUP is '$name', but must be the name of a backup such as 20260131T020000Z.$SUFFIX" ;;
esac

# Whoever restores takes what is here.
for file in "$name" "$name.sha256"; do
    aws s3 cp "$SOURCE/$file" "$WORK_DIR/$file" --only-show-errors || fail "cannot download $SOURCE/$file"
done
echo "downloaded $SOURCE/$name"
