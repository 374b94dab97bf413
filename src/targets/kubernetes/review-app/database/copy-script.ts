/**
 * Copies one PostgreSQL database into another server, in bash. It may be ended anywhere and run again: the copy is made
 * under another name, and only takes the place of the database once it is whole, verified and masked.
 *
 * Variables: `SOURCE_PG…` and `TARGET_PG…` as libpq has them (the target as superuser), `TARGET_DATABASE`,
 * `TARGET_OWNER`, `EXCLUDED` (a pattern each line), `MAX_BYTES` (empty = any) and `MASK` (a file, or empty). Neither
 * arguments nor output hold credentials or rows.
 */
export const copyScript = String.raw`set -euo pipefail
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
copy=understudy_copy
finished='understudy: copied'

say() { printf '%s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

connected() { # SOURCE|TARGET PROGRAM ARGUMENTS…: the program, with the variables of that side
  (
    side=$1; shift
    for name in $(compgen -v "$side"_PG); do export "\${name#"$side"_}=\${!name}"; unset "$name"; done
    exec "$@"
  )
}
target() { # DATABASE ARGUMENTS…: psql at the target, with statements on stdin
  database=$1; shift
  connected TARGET psql -XqAt -v ON_ERROR_STOP=1 -v VERBOSITY=terse -v SHOW_CONTEXT=never -d "$database" "$@"
}
remark() { # DATABASE: what its comment says
  target postgres -v name="$1" <<<"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = :'name';"
}

take_place() {
  local tables
  if [ -n "$(target postgres -v name="$TARGET_DATABASE" <<<"SELECT 1 FROM pg_database WHERE datname = :'name';")" ]; then
    tables=$(target "$TARGET_DATABASE" <<<"SELECT count(*) FROM pg_stat_user_tables;")
    [ "$tables" = 0 ] || fail "the database $TARGET_DATABASE has tables already; comment /preview reset-db for a fresh one"
  fi
  target postgres -v name="$TARGET_DATABASE" -v copy="$copy" <<'SQL'
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN (:'name', :'copy') \g /dev/null
DROP DATABASE IF EXISTS :"name";
ALTER DATABASE :"copy" RENAME TO :"name";
SQL
}

case $(remark "$TARGET_DATABASE") in "$finished"*) say 'The database was copied before.'; exit 0 ;; esac
case $(remark "$copy") in "$finished"*) take_place; say 'The copy took its place.'; exit 0 ;; esac

# One session holds the moment that everything is read at: the rows that are dumped are the rows that are counted.
coproc SOURCE { connected SOURCE psql -XqAt -v ON_ERROR_STOP=1 -v excluded="$EXCLUDED" -v work="$work"; }
exec 3>&"\${SOURCE[1]}" 4<&"\${SOURCE[0]}"
ask() { # runs the statements on stdin in that session
  local line
  (trap '' PIPE; cat; printf '%s\n' '\o' '\echo answered') >&3 2>/dev/null || fail 'the source could not be read'
  while read -r line <&4; do [ "$line" = answered ] && return; done
  fail 'the source could not be read'
}

ask <<'SQL'
SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET row_security = off;
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
\o :work/snapshot
SELECT pg_export_snapshot();
\o :work/version
SELECT current_setting('server_version_num')::int / 10000;
\o :work/tables
WITH RECURSIVE patterns AS (
  SELECT pattern, '^' || replace(replace(regexp_replace(pattern, '([.$])', '\\\1', 'g'), '*', '.*'), '?', '.') || '$' AS form
  FROM unnest(string_to_array(:'excluded', E'\n')) AS pattern WHERE pattern <> ''
), tables AS (
  SELECT c.oid, c.relkind, n.nspname::text AS schema, c.relname::text AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
), matches AS (
  SELECT t.oid, p.pattern FROM tables t
  JOIN patterns p ON CASE WHEN strpos(p.pattern, '.') > 0 THEN t.schema || '.' || t.name ELSE t.name END ~ p.form
), excluded AS (
  SELECT oid FROM matches UNION SELECT i.inhrelid FROM pg_inherits i JOIN excluded e ON e.oid = i.inhparent
)
SELECT 'unmatched ' || pattern FROM patterns p WHERE NOT EXISTS (SELECT FROM matches m WHERE m.pattern = p.pattern)
UNION ALL
SELECT CASE WHEN e.oid IS NOT NULL THEN 'excluded ' WHEN t.relkind = 'p' THEN 'parent ' ELSE 'copied ' END
  || format('%I.%I', t.schema, t.name)
FROM tables t LEFT JOIN excluded e ON e.oid = t.oid;
SQL
named() { sed -n "s/^$1 //p" "$work/tables"; }
unmatched=$(named unmatched | paste -sd ' ')
[ -z "$unmatched" ] || fail "exclude-tables: the source has no table $unmatched"

theirs=$(<"$work/version")
ours=$(pg_dump --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
[ "$ours" -ge "$theirs" ] || fail "the source is PostgreSQL $theirs, which programs of $ours cannot copy; set version: \"$theirs\""

{
  printf '%s\n' '\o :work/bytes'
  printf 'SELECT coalesce(sum(pg_total_relation_size(name::regclass)), 0) + pg_total_relation_size(%s) FROM (VALUES (NULL)' "'pg_largeobject'"
  named copied | sed "s/'/''/g; s/.*/, ('&')/"
  printf '%s\n' ') AS t(name);'
} | ask
bytes=$(<"$work/bytes")
if [ -n "$MAX_BYTES" ] && [ "$bytes" -gt "$MAX_BYTES" ]; then
  fail "the source holds $bytes bytes without the tables that are excluded, and max-size allows $MAX_BYTES"
fi
say "Copying $(named copied | grep -c . || true) tables, $bytes bytes; $(named excluded | grep -c . || true) are left empty."

target postgres -v copy="$copy" -v owner="$TARGET_OWNER" <<'SQL'
SET log_min_error_statement = panic;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :'copy' \g /dev/null
DROP DATABASE IF EXISTS :"copy";
ALTER ROLE :"owner" SUPERUSER;
CREATE DATABASE :"copy" OWNER :"owner" TEMPLATE template0;
SQL

excluding=()
while read -r name; do excluding+=(--exclude-table-data="$name"); done < <(named excluded)
# What PostgreSQL says beside its errors may quote rows.
connected SOURCE pg_dump --format=custom --compress=0 --snapshot="$(<"$work/snapshot")" --lock-wait-timeout=60s \
  --no-owner --no-privileges --no-publications --no-subscriptions --no-security-labels --no-tablespaces \
  \${excluding[@]+"\${excluding[@]}"} |
  connected TARGET pg_restore --exit-on-error --no-owner --no-privileges --role="$TARGET_OWNER" --dbname="$copy" 2>"$work/restore" ||
  { grep -E '^(pg_restore:|Command was:)' "$work/restore" | head -n 20 >&2; fail 'the copy could not be made'; }

named copied | sort >"$work/names"
awk '{ text = $0; gsub(/\047/, "\047\047", text); printf "SELECT \047%s\047, count(*) FROM ONLY %s;\n", text, $0 }' \
  "$work/names" >"$work/counts.sql"
ask <<'SQL'
\o :work/source-counts
\i :work/counts.sql
SQL
target "$copy" <"$work/counts.sql" >"$work/target-counts"
diff "$work/source-counts" "$work/target-counts" >"$work/differences" || {
  grep '^[<>]' "$work/differences" | head -n 20 | sed 's/^</source:/; s/^>/copy:/' >&2
  fail 'the copy has not as many rows as its source'
}
printf '%s\n' 'COMMIT;' '\q' >&3

if [ -n "$MASK" ]; then
  PGOPTIONS="-c role=$TARGET_OWNER" target "$copy" --single-transaction -f "$MASK" >/dev/null || fail 'the masking script failed'
  say 'Masked.'
fi
rows=$(awk -F'|' '{ rows += $NF } END { printf "%d", rows }' "$work/source-counts")
said="$finished $(grep -c . "$work/names" || true) tables with $rows rows"
target "$copy" -v copy="$copy" -v owner="$TARGET_OWNER" -v said="$said" <<'SQL'
ANALYZE;
ALTER ROLE :"owner" NOSUPERUSER;
COMMENT ON DATABASE :"copy" IS :'said';
SQL
take_place
say "Copied $(grep -c . "$work/names" || true) tables with $rows rows, each counted on both sides."
`.replaceAll('\\$', '$');
