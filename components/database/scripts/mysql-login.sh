# shellcheck shell=sh
# How a login is made and its password changed in MySQL. Read by keep-login.sh with `.`.
# root can log in through the socket only, which lies in a volume that nothing but this pod mounts.

run_as_root() {
    mysql --no-defaults --protocol=SOCKET --socket="$SOCKET_DIR/mysqld.sock" --user=root --batch --skip-column-names
}

# Whether the server takes the password already. Over TCP, as services do: the first start's temporary server has none.
accepts() {
    (
        umask 077
        client_file="${TMPDIR:-/tmp}/accepts.cnf"
        cat >"$client_file" <<END
[client]
user=$DB_USER
password="$(sed 's/[\\"]/\\&/g' "$PASSWORD_FILE")"
END
        mysql --defaults-file="$client_file" --protocol=TCP --host=127.0.0.1 --port="${DB_PORT:-3306}" --ssl-mode=REQUIRED \
            --execute 'SELECT 1' >/dev/null 2>&1
    )
}

listens() {
    mysqladmin --no-defaults --protocol=TCP --host=127.0.0.1 --port="${DB_PORT:-3306}" --user=nobody ping >/dev/null 2>&1
}

apply_login() {
    if ! listens; then
        echo 'the server does not listen yet' >&2
        return 1
    fi
    password=$(sed "s/[\\\\']/\\\\&/g" "$PASSWORD_FILE")
    # In a pattern of databases an underscore stands for any character.
    pattern=$(echo "$DB_NAME" | sed 's/_/\\_/g')
    # The user gets what the master user of RDS has as far as it is needed: its database, copies of it that a restore makes, and the
    # right to dump routines. The exporter comes through the socket and needs no password.
    run_as_root <<SQL || return 1
CREATE DATABASE IF NOT EXISTS \`$DB_NAME\` CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS '$DB_USER'@'%' IDENTIFIED BY '$password';
GRANT ALL ON \`$pattern\`.* TO '$DB_USER'@'%';
GRANT ALL ON \`${pattern}\_restore\_%\`.* TO '$DB_USER'@'%';
GRANT SHOW_ROUTINE ON *.* TO '$DB_USER'@'%';
CREATE USER IF NOT EXISTS 'platform_exporter'@'localhost' IDENTIFIED BY '' WITH MAX_USER_CONNECTIONS 3;
GRANT PROCESS, REPLICATION CLIENT ON *.* TO 'platform_exporter'@'localhost';
GRANT SELECT ON performance_schema.* TO 'platform_exporter'@'localhost';
SQL
    # The old password goes on working until the next change, so pods that still have it lose no connection.
    accepts || run_as_root <<SQL
ALTER USER '$DB_USER'@'%' IDENTIFIED BY '$password' RETAIN CURRENT PASSWORD;
SQL
}
