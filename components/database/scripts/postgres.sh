# shellcheck shell=sh
# How PostgreSQL is logged in to, dumped and restored. Read by common.sh's users with `.`.

export PGHOST="$DB_HOST" PGPORT="$DB_PORT" PGUSER="$DB_USER"
export PGSSLMODE="${PGSSLMODE:-require}" PGCONNECT_TIMEOUT="${PGCONNECT_TIMEOUT:-10}"

# Every server has this database; the one that is restored may be gone.
maintenance_database=postgres

# shellcheck disable=SC2034 # read by verify_dump
END_MARKER='-- PostgreSQL database dump complete'

read_password() {
    PGPASSWORD=$(cat "$PASSWORD_FILE")
    export PGPASSWORD
}

query() {
    psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --dbname "$1" --command "$2"
}

login() {
    query "$maintenance_database" 'SELECT 1' >/dev/null
}

refused() {
    case "$1" in
    *'password authentication failed'* | *'no password supplied'*) return 0 ;;
    *) return 1 ;;
    esac
}

# Roles live outside a database, so neither owners nor grants are dumped: whoever restores owns everything.
dump_database() {
    pg_dump --dbname "$DB_NAME" --format plain --encoding UTF8 --no-owner --no-privileges --lock-wait-timeout 60s
}

create_database() {
    createdb --maintenance-db "$maintenance_database" --template template0 --encoding UTF8 "$1"
}

drop_database() {
    dropdb --maintenance-db "$maintenance_database" --if-exists "$1"
}

# All or nothing: one transaction, and the first error ends it.
load_database() {
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --single-transaction --dbname "$1" --file - >/dev/null || return 1
    query "$1" 'ANALYZE'
}

count_tables() {
    query "$1" "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
}

name_before() {
    echo "${DB_NAME}_before_$1"
}

# The live database keeps its data under another name, so the way back is two renames.
switch_over() {
    if [ -n "$(query "$maintenance_database" "SELECT 1 FROM pg_database WHERE datname = '$DB_NAME'")" ]; then
        query "$maintenance_database" "ALTER DATABASE \"$DB_NAME\" WITH ALLOW_CONNECTIONS false" || return 1
        query "$maintenance_database" "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = '$DB_NAME' AND usesysid IN (SELECT oid FROM pg_roles WHERE NOT rolsuper)" >/dev/null || return 1
        # Sessions take a moment to end.
        attempt=1
        until query "$maintenance_database" "ALTER DATABASE \"$DB_NAME\" RENAME TO \"$2\""; do
            [ "$attempt" -lt 10 ] || return 1
            attempt=$((attempt + 1))
            sleep 1
        done
    fi
    query "$maintenance_database" "ALTER DATABASE \"$1\" RENAME TO \"$DB_NAME\""
}

after_switch() {
    echo "What was there before, if anything, is \"$2\". Once all is well: DROP DATABASE IF EXISTS \"$2\";"
}

# Sessions of superusers are left alone: RDS has some, and ending one fails the whole statement. A lost database needs no farewell.
switch_instructions() {
    echo "-- As $DB_USER in the database \"$maintenance_database\" of $DB_HOST:"
    if [ -n "$(query "$maintenance_database" "SELECT 1 FROM pg_database WHERE datname = '$DB_NAME'")" ]; then
        cat <<END
-- (The way back begins with: ALTER DATABASE "$2" WITH ALLOW_CONNECTIONS true;)
ALTER DATABASE "$DB_NAME" WITH ALLOW_CONNECTIONS false;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = '$DB_NAME' AND usesysid IN (SELECT oid FROM pg_roles WHERE NOT rolsuper);
ALTER DATABASE "$DB_NAME" RENAME TO "$2";
END
    fi
    cat <<END
ALTER DATABASE "$1" RENAME TO "$DB_NAME";
-- Once all is well: DROP DATABASE IF EXISTS "$2";
END
}
