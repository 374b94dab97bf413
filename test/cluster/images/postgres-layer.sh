#!/bin/sh
# A layer with PostgreSQL 15, of Debian 12's packages, for the tests' cluster. Root. About 45 s. usage: postgres-layer.sh LAYER
# Users and folders are those of the official image: user and group 999, data in /var/lib/postgresql/data.
set -eu
here=$(dirname "$(realpath "$0")")
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
debootstrap --variant=minbase --include=postgresql-15 bookworm "$root" >&2
chroot "$root" sh -c 'groupmod -g 999 postgres && usermod -u 999 -g 999 postgres'
rm -rf "$root"/var/lib/postgresql/* "$root"/run/postgresql
# Not by /var/run, which is a link to /run of whoever follows it.
install -d -m 3777 -o 999 -g 999 "$root/run/postgresql"
install -d -m 1777 -o 999 -g 999 "$root/var/lib/postgresql/data"
chown 999:999 "$root/var/lib/postgresql"
install -d "$root/docker-entrypoint-initdb.d"
install -m 755 "$here/postgres-entrypoint.sh" "$root/usr/local/bin/docker-entrypoint.sh"
cd "$root"
# What a server does not need stays out: its pull takes as long as it has files.
tar --numeric-owner --anchored --wildcards --exclude-from="$here/postgres-left-out.txt" -cf "$1" .
