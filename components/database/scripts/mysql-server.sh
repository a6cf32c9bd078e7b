#!/bin/sh
# Starts the server by the image's own entry point, which makes the files at the first start. root gets no password because it can log
# in through the socket only, which lies in a volume that nothing but this pod mounts; keep-login.sh makes everybody else.
set -eu
export MYSQL_ALLOW_EMPTY_PASSWORD=yes MYSQL_ROOT_HOST=localhost
exec docker-entrypoint.sh mysqld "$@"
