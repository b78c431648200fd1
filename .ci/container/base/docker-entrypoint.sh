#!/bin/sh
# The official entry point in small: initdb on the first start, POSTGRES_USER, _PASSWORD, _DB, _INITDB_ARGS, then the server.
set -eu
case ${1:-postgres} in -*) set -- postgres "$@" ;; esac
if [ "$1" = postgres ] && [ "$(id -u)" = 0 ]; then
    chown postgres:postgres "$PGDATA"
    exec setpriv --reuid=postgres --regid=postgres --clear-groups -- "$0" "$@"
fi
if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
    user=${POSTGRES_USER:-postgres}
    password_file=$(mktemp)
    printf '%s\n' "${POSTGRES_PASSWORD:?set POSTGRES_PASSWORD}" > "$password_file"
    # shellcheck disable=SC2086 -- the arguments are meant to be split
    initdb --username="$user" --pwfile="$password_file" --auth-host=scram-sha-256 --auth-local=trust ${POSTGRES_INITDB_ARGS:-}
    rm -f "$password_file"
    echo "listen_addresses = '*'" >> "$PGDATA/postgresql.conf"
    echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
    if [ "${POSTGRES_DB:-$user}" != postgres ]; then
        pg_ctl start -w -o "-c listen_addresses=''"
        createdb --username="$user" --maintenance-db=postgres "${POSTGRES_DB:-$user}"
        pg_ctl stop -w -m fast
    fi
    echo 'PostgreSQL init process complete; ready for start up.'
fi
exec "$@"
