/**
 * What the first start of the official image runs: the role of the application, and its database. Where the database
 * is a copy, the copy makes it, and the role is none that could read what masking has replaced; else the role may do
 * everything, as making extensions.
 */
export function initScript(isCopied: boolean): string {
  const role = isCopied ? 'NOSUPERUSER' : 'SUPERUSER';
  const database = isCopied ? '' : 'CREATE DATABASE "$APP_DATABASE" OWNER "$APP_USER";\n';
  return `psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet --username "$POSTGRES_USER" --dbname postgres <<SQL
SET log_min_error_statement = panic;
CREATE ROLE "$APP_USER" LOGIN ${role} PASSWORD '$APP_PASSWORD';
${database}SQL
`;
}
