#!/bin/sh
# Uploads the backup in $WORK_DIR, a file that ends with .$SUFFIX, to $TARGET (s3://bucket/prefix). S3 checks what arrives against a checksum that is computed here. The
# backup's own checksum follows last: an object that has one beside it is complete.
set -eu

fail() {
    echo "ERROR: $*" >&2
    exit 1
}

set -- "$WORK_DIR"/*."$SUFFIX"
if [ "$#" -ne 1 ] || [ ! -f "$1" ]; then
    fail "expected one backup in $WORK_DIR; nothing is uploaded"
fi
[ -s "$1.sha256" ] || fail "$1 was not verified; nothing is uploaded"

for file in "$1" "$1.sha256"; do
    aws s3 cp "$file" "$TARGET/${file##*/}" --checksum-algorithm SHA256 --only-show-errors ||
        fail "cannot upload $TARGET/${file##*/}; earlier backups are as they were"
    echo "uploaded $TARGET/${file##*/}"
done
