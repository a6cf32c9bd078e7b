# shellcheck shell=sh
# How a login is made and its password changed in PostgreSQL. Read by keep-login.sh with `.`.
# The superuser can log in through the socket only, which lies in a volume that nothing but this pod mounts.

apply_login() {
    export PASSWORD_FILE
    psql --no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 --single-transaction \
        --host "$SOCKET_DIR" --username postgres --dbname postgres --set user="$DB_USER" <<'SQL' || return 1
-- No statement with a password in it may reach a log.
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
SET password_encryption = 'scram-sha-256';
\set password `cat "$PASSWORD_FILE"`
SELECT format('CREATE ROLE %I', :'user') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'user') \gexec
-- What the master user of RDS may do, no more: make databases (a restore needs one) and end sessions (the switch to it does).
ALTER ROLE :"user" LOGIN CREATEDB PASSWORD :'password';
GRANT pg_signal_backend TO :"user";
-- The exporter comes through the socket and needs no password.
SELECT 'CREATE ROLE platform_exporter LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'platform_exporter') \gexec
GRANT pg_monitor TO platform_exporter;
SQL
    # A database cannot be made in a transaction.
    psql --no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 \
        --host "$SOCKET_DIR" --username postgres --dbname postgres \
        --set user="$DB_USER" --set database="$DB_NAME" <<'SQL'
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'user')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
SQL
}
