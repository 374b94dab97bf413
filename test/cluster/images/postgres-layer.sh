#!/bin/sh
# A layer with PostgreSQL 15, of Debian 12's packages, for the tests' cluster. Root. About 45 s. usage: postgres-layer.sh LAYER
# Users and folders are those of the official image: user and group 999, data in /var/lib/postgresql/data.
set -eu
here=$(dirname "$(realpath "$0")")
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
debootstrap --variant=minbase --include=postgresql-15 bookworm "$root" >&2
chroot "$root" sh -c 'groupmod -g 999 postgres && usermod -u 999 -g 999 postgres'
rm -rf "$root"/var/lib/postgresql/* "$root"/var/run/postgresql
install -d -m 3777 -o 999 -g 999 "$root/var/run/postgresql"
install -d -m 1777 -o 999 -g 999 "$root/var/lib/postgresql/data"
chown 999:999 "$root/var/lib/postgresql"
install -d "$root/docker-entrypoint-initdb.d"
install -m 755 "$here/postgres-entrypoint.sh" "$root/usr/local/bin/docker-entrypoint.sh"
cd "$root"
tar --numeric-owner --exclude=./dev --exclude=./proc --exclude=./sys --exclude=./var/cache --exclude=./var/lib/apt \
  --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale --exclude=./usr/share/i18n \
  --exclude=./usr/share/info --exclude=./usr/share/perl --exclude='./usr/lib/*/perl' --exclude='./usr/lib/*/libLLVM*' \
  --exclude='./usr/lib/*/libz3.so*' --exclude='./usr/lib/postgresql/15/lib/bitcode' \
  --exclude='./usr/lib/postgresql/15/lib/llvmjit*' -cf "$1" .
