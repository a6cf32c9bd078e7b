#!/bin/sh
# Loads a snapshot from $WORK_DIR into the server's database 15, beside the live one, database 0, and says how to swap the two. With
# SWITCH=yes it swaps them. Which snapshot: the one that $BACKUP names, else the newest, of those made no later than $BEFORE where given.
#
# A server of this pod's own reads the snapshot and writes it out again as commands, which the live server then takes. Keys that have
# expired since are left out. With AFTERWARDS=drop it ends before the live server takes anything: a trial needs no room there.
set -eu
here=$(dirname "$0")
# shellcheck source=components/cache/scripts/backup-common.sh
. "$here/backup-common.sh"

live=0
beside=15

choose_backup rdb.gz

loader="$WORK_DIR/loader.partial"
socket="${TMPDIR:-/tmp}/loader.sock"
loading() {
    "$CLI" -s "$socket" "$@"
}
stop_loader() {
    if [ -n "$process" ]; then
        kill "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    fi
    rm -rf "$loader" "$socket"
}
process=''
trap stop_loader EXIT
trap 'exit 1' INT TERM
rm -rf "$loader"
mkdir -p "$loader"
gzip -dc "$WORK_DIR/$name" >"$loader/snapshot.rdb" || fail "$name cannot be unpacked to $WORK_DIR. Is there room?"
verify_snapshot "$loader/snapshot.rdb"

if [ "${AFTERWARDS:-keep}" != drop ]; then
    require_login
    [ "$(client -n "$beside" dbsize)" = 0 ] ||
        fail "database $beside of the cache is in use: by an earlier restore? FLUSHDB empties it once nobody needs it"
fi

say "reading $name"
"$SERVER" --port 0 --unixsocket "$socket" --dir "$loader" --dbfilename snapshot.rdb --save '' --appendonly no \
    --aof-use-rdb-preamble no --daemonize no >"$loader/log" 2>&1 &
process=$!
until [ "$(loading ping 2>/dev/null || true)" = PONG ]; do
    kill -0 "$process" 2>/dev/null || {
        tail -n 5 "$loader/log" >&2
        fail "the snapshot cannot be read"
    }
    sleep 1
done
# A snapshot that was made while an earlier restore stood beside has that, too, and nobody wants it back.
loading -n "$beside" flushdb >/dev/null
for database in $(loading info keyspace | sed -n 's/^db\([0-9]*\):.*/\1/p'); do
    [ "$database" = "$live" ] || fail "the snapshot has keys in database $database; only database $live can be restored beside the live one"
done
keys=$(loading dbsize)
loading swapdb "$live" "$beside" >/dev/null
loading config set appendonly yes >/dev/null
until loading info persistence | grep -q 'aof_rewrite_in_progress:0' && [ -s "$loader/appendonlydir/appendonly.aof.manifest" ]; do
    sleep 1
done
base=$(sed -n 's/^file \([^ ]*\) .*type b$/\1/p' "$loader/appendonlydir/appendonly.aof.manifest" | tail -n 1)
[ -s "$loader/appendonlydir/$base" ] || fail "the snapshot could not be written out as commands"

if [ "${AFTERWARDS:-keep}" = drop ]; then
    say "done: a server of this pod has $keys keys"
    say "it was a trial, so that server goes again; the cache is as it was"
    exit 0
fi

# Both copies have to fit until the old one is gone; the pod's memory has room for that.
limit=$(client config get maxmemory | tail -n 1)
client config set maxmemory $((2 * limit)) >/dev/null
give_up() {
    client -n "$beside" flushdb async >/dev/null || true
    client config set maxmemory "$limit" >/dev/null || true
    fail "$1; database $live is untouched"
}
say "loading $keys keys into database $beside"
client --pipe <"$loader/appendonlydir/$base" >"$loader/answers" 2>&1 || {
    tail -n 3 "$loader/answers" >&2
    give_up "the restore failed"
}
loaded=$(client -n "$beside" dbsize)
expected=$(loading -n "$beside" dbsize)
[ "$loaded" -ge "$expected" ] || give_up "only $loaded of $expected keys were loaded"
say "done: database $beside has $loaded keys"

finish="FLUSHDB in database $beside, then CONFIG SET maxmemory $limit"
if [ "${SWITCH:-}" = yes ]; then
    client swapdb "$live" "$beside" >/dev/null || give_up "the switch failed"
    say "switched: database $live is what $name had; what was there before is database $beside"
    echo "Once all is well: $finish. To go back: SWAPDB $live $beside"
    exit 0
fi
cat <<END

Database $live is as it was. To make the restored one the live one, for all clients at once: SWAPDB $live $beside
What was there before is then database $beside. Once all is well: $finish.
END
