# shellcheck shell=sh
# How MySQL is logged in to, dumped and restored. Read by common.sh's users with `.`.

# shellcheck disable=SC2034 # read by verify_dump
END_MARKER='-- Dump completed'

# The clients take a password from a file of theirs; as an argument every process of the container could read it.
client_file="${TMPDIR:-/tmp}/client.cnf"

read_password() {
    (
        umask 077
        cat >"$client_file" <<END
[client]
host=$DB_HOST
port=$DB_PORT
protocol=TCP
user=$DB_USER
password="$(sed 's/[\\"]/\\&/g' "$PASSWORD_FILE")"
loose-ssl-mode=${MYSQL_SSL_MODE:-REQUIRED}
default-character-set=utf8mb4
END
    )
}

query() {
    mysql --defaults-file="$client_file" --connect-timeout=10 --batch --skip-column-names --execute "$1"
}

login() {
    query 'SELECT 1' >/dev/null
}

refused() {
    case "$1" in
    *'ERROR 1045'*) return 0 ;;
    *) return 1 ;;
    esac
}

# A client that does not know an option with `loose` before it goes on without.
dump_named() {
    mysqldump --defaults-file="$client_file" --single-transaction --quick --routines --triggers --events --hex-blob \
        --no-tablespaces --loose-set-gtid-purged=OFF "$1"
}

dump_database() {
    dump_named "$DB_NAME"
}

create_database() {
    query "CREATE DATABASE \`$1\` CHARACTER SET utf8mb4"
}

drop_database() {
    query "DROP DATABASE IF EXISTS \`$1\`"
}

# MySQL commits every change of a table's shape at once, so a failed load leaves a part, which the caller drops.
load_database() {
    mysql --defaults-file="$client_file" --database "$1"
}

count_tables() {
    query "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '$1' AND table_type = 'BASE TABLE'"
}

# The user may make databases whose names begin like this, and no others.
name_before() {
    echo "${DB_NAME}_restore_$1_before"
}

has_database() {
    [ -n "$(query "SELECT 1 FROM information_schema.schemata WHERE schema_name = '$1'")" ]
}

# MySQL cannot rename a database, and tables with triggers cannot be moved between databases, so everything is loaded once more: first
# what is there now into another database, then the restored one in its place. Nothing is dropped before its copy is whole.
switch_over() {
    copy="$WORK_DIR/switch.sql.partial"
    if has_database "$DB_NAME"; then
        dump_named "$DB_NAME" >"$copy" || return 1
        create_database "$2" || return 1
        load_database "$2" <"$copy" || return 1
    fi
    dump_named "$1" >"$copy" || return 1
    drop_database "$DB_NAME" || return 1
    create_database "$DB_NAME" || return 1
    load_database "$DB_NAME" <"$copy" || return 1
    rm -f "$copy"
}

after_switch() {
    if has_database "$2"; then
        echo "What was there before is \`$2\`."
    fi
    echo "Once all is well: DROP DATABASE IF EXISTS \`$1\`; DROP DATABASE IF EXISTS \`$2\`;"
}

switch_instructions() {
    cat <<END
-- As $DB_USER on $DB_HOST, after a fresh backup of what is there now:
DROP DATABASE IF EXISTS \`$DB_NAME\`;
CREATE DATABASE \`$DB_NAME\` CHARACTER SET utf8mb4;
-- and then, in a shell:
mysqldump --single-transaction --routines --triggers --events --no-tablespaces --set-gtid-purged=OFF '$1' | mysql '$DB_NAME'
-- Once all is well: DROP DATABASE \`$1\`;
END
}
