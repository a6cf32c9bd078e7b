#!/bin/sh
# Keeps the ConfigMaps of $NAMESPACES, and the definitions of their ExternalSecrets, in $WORK_DIR/<time>.json: a list as the API server at
# $API has them, which `npm run restore -- <stack> <system> definitions` makes again. No secret is in either. Who asks is who the token in
# $ACCOUNT_DIR belongs to.
set -eu
here=$(dirname "$0")
# shellcheck source=components/backup/scripts/job.sh
. "$here/job.sh"

name="$(date -u +%Y%m%dT%H%M%SZ).json"
partial="$WORK_DIR/$name.partial"
trap 'rm -f "$partial" "$partial".*' EXIT

# Adds a collection to the list. A kind that the cluster does not know has no objects; whatever else goes wrong is a failure.
separator=''
add() {
    status=$(curl --silent --show-error --output "$partial.answer" --write-out '%{http_code}' --max-time 60 --retry "${RETRIES:-5}" --retry-connrefused \
        --cacert "$ACCOUNT_DIR/ca.crt" --header "Authorization: Bearer $(cat "$ACCOUNT_DIR/token")" --header 'Accept: application/json' \
        "$API/$1") || fail "the API server at $API does not answer for $1, or not to the end; nothing is kept"
    case "$status" in
    200) ;;
    404) return 0 ;;
    *) fail "the API server answers for $1 with $status: $(head -c 300 "$partial.answer"); nothing is kept" ;;
    esac
    grep -q "\"kind\":\"$2\"" "$partial.answer" || fail "the API server answers for $1 with something else than a $2; nothing is kept"
    { printf '%s' "$separator" && cat "$partial.answer"; } >>"$partial" || fail "the definitions cannot be written to $WORK_DIR; nothing is kept"
    separator=,
}

printf '{"apiVersion":"v1","kind":"List","items":[' >"$partial" || fail "the definitions cannot be written to $WORK_DIR; nothing is kept"
for namespace in $NAMESPACES; do
    add "api/v1/namespaces/$namespace/configmaps" ConfigMapList
    add "apis/external-secrets.io/v1/namespaces/$namespace/externalsecrets" ExternalSecretList
done
printf ']}\n' >>"$partial" || fail "the definitions cannot be written to $WORK_DIR; nothing is kept"

mv "$partial" "$WORK_DIR/$name"
(cd "$WORK_DIR" && sha256sum "$name" >"$name.sha256")
say "$name has the definitions of $NAMESPACES: $(wc -c <"$WORK_DIR/$name") bytes"
