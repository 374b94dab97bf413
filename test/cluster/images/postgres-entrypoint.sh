#!/bin/sh
# Stands in for the entry point of the official PostgreSQL image: the same variables, the same folders, the same refusals.
# https://github.com/docker-library/docs/blob/master/postgres/README.md
set -eu
export PGDATA="${PGDATA:-/var/lib/postgresql/data}"
case "${1:-postgres}" in -*) set -- postgres "$@" ;; esac
[ "$1" = postgres ] || exec "$@"

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" && chmod 700 "$PGDATA" && chown -R postgres "$PGDATA" /var/run/postgresql
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi

value() { # NAME DEFAULT: what NAME holds, or the file that NAME_FILE names
  eval "given=\${$1:-} file=\${$1_FILE:-}"
  if [ -n "$file" ]; then cat "$file"; else printf %s "${given:-$2}"; fi
}

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  user=$(value POSTGRES_USER postgres)
  database=$(value POSTGRES_DB "$user")
  password=$(value POSTGRES_PASSWORD '')
  method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
  if [ -z "$password" ] && [ "$method" != trust ]; then
    echo 'Error: Database is uninitialized and superuser password is not specified.' >&2
    exit 1
  fi
  secret=$(mktemp)
  printf '%s\n' "$password" >"$secret"
  [ -n "$password" ] && pwfile="--pwfile=$secret" || pwfile=
  # shellcheck disable=SC2086
  initdb --no-sync --username="$user" --auth-local=trust $pwfile --encoding=UTF8 --locale=C.UTF-8 ${POSTGRES_INITDB_ARGS:-}
  rm -f "$secret"
  echo "host all all all $method" >>"$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
  pg_ctl -o "-c listen_addresses=''" -w start
  [ "$database" = postgres ] || createdb --username="$user" -- "$database"
  for script in /docker-entrypoint-initdb.d/*; do
    case $script in
      *.sh) . "$script" ;;
      *.sql) psql -v ON_ERROR_STOP=1 --username="$user" --dbname="$database" -f "$script" ;;
    esac
  done
  pg_ctl -m fast -w stop
fi
exec "$@"
