import pg from 'pg';

const table = `CREATE TABLE IF NOT EXISTS migrations (
  commit text PRIMARY KEY CHECK (commit ~ '^[0-9a-f]{40}$'),
  pull_request integer,
  migrated_at timestamptz NOT NULL DEFAULT now()
)`;

/** Adds the row of the commit. Run again, it changes nothing. */
export async function migrate({ DATABASE_URL, COMMIT, PULL_REQUEST }) {
  if (!DATABASE_URL) throw new Error('DATABASE_URL is not set');
  if (!COMMIT) throw new Error('COMMIT is not set');
  const client = new pg.Client({
    connectionString: DATABASE_URL,
    connectionTimeoutMillis: 10_000,
  });
  await client.connect();
  try {
    await client.query('BEGIN');
    // Two that make the table at the same moment would be in each other's way.
    await client.query("SELECT pg_advisory_xact_lock(hashtext('migrations'))");
    await client.query(table);
    const { rowCount } = await client.query(
      'INSERT INTO migrations (commit, pull_request) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [COMMIT, PULL_REQUEST || null],
    );
    await client.query('COMMIT');
    return rowCount === 1 ? `Migrated to ${COMMIT}.` : `${COMMIT} was migrated before.`;
  } finally {
    await client.end();
  }
}

/** What the server asks the database; without an address there is none. */
export function openDatabase(connectionString) {
  if (!connectionString) return undefined;
  const pool = new pg.Pool({
    connectionString,
    max: 4,
    connectionTimeoutMillis: 3000,
    query_timeout: 3000,
  });
  // A connection that nobody uses may be cut; the next query opens another.
  pool.on('error', () => {});
  return {
    check: () => pool.query('SELECT 1'),
    migrations: () => readMigrations(pool),
    close: () => pool.end(),
  };
}

const undefinedTable = '42P01';

/** The newest first. */
async function readMigrations(pool) {
  try {
    const { rows } = await pool.query(
      'SELECT commit, pull_request AS "pullRequest", migrated_at AS "at" FROM migrations ORDER BY migrated_at DESC, commit LIMIT 50',
    );
    return rows;
  } catch (error) {
    if (error.code === undefinedTable) return [];
    throw error;
  }
}
