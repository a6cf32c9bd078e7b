#!/bin/sh
# Downloads a backup from $SOURCE (s3://bucket/prefix) to $WORK_DIR: the one that $BACKUP names, else the newest complete one.
set -eu

fail() {
    echo "ERROR: $*" >&2
    exit 1
}

name=${BACKUP:-}
if [ -z "$name" ]; then
    list="$WORK_DIR/list"
    aws s3 ls "$SOURCE/" >"$list" || fail "cannot list $SOURCE/, or it is empty"
    # S3 lists in the order of the names, and names begin with the time.
    while read -r _ _ _ key; do
        case "$key" in
        *.sql.gz.sha256) name=${key%.sha256} ;;
        esac
    done <"$list"
    [ -n "$name" ] || fail "there is no complete backup in $SOURCE/"
fi
case "$name" in
*/* | *[!0-9A-Za-z.]*) fail "BACKUP is '$name', but must be the name of a backup such as 20260131T020000Z.sql.gz" ;;
esac

for file in "$name" "$name.sha256"; do
    aws s3 cp "$SOURCE/$file" "$WORK_DIR/$file" --only-show-errors || fail "cannot download $SOURCE/$file"
done
echo "downloaded $SOURCE/$name"
