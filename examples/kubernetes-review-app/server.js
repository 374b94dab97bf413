import { createServer } from 'node:http';
import { openDatabase } from './database.js';
import { visibleEnvironment } from './environment.js';
import { contentSecurityPolicy, renderPage } from './page.js';

const environment = process.env;
const database = openDatabase(environment.DATABASE_URL);
const port = Number(environment.PORT ?? 3000);

const server = createServer(async (request, response) => {
  const [pathname] = request.url.split('?');
  const { status, type, body } = await answer(pathname);
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'content-security-policy': contentSecurityPolicy,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
});

async function answer(pathname) {
  if (pathname === '/healthz') return health();
  if (pathname === '/') return page();
  return { status: 404, type: 'text/plain', body: 'There is nothing here.\n' };
}

/** Healthy is what can do its work: without its database it cannot. */
async function health() {
  try {
    await database?.check();
    return { status: 200, type: 'text/plain', body: 'ok\n' };
  } catch (error) {
    console.error(error);
    return { status: 503, type: 'text/plain', body: 'the database does not answer\n' };
  }
}

/** The page is shown without a database as well: that is what people then want to see. */
async function page() {
  const facts = {
    repository: environment.REPOSITORY ?? '',
    branch: environment.BRANCH ?? '',
    pullRequest: environment.PULL_REQUEST ?? '',
    commit: environment.COMMIT ?? '',
    environment: visibleEnvironment(environment),
    now: new Date(),
  };
  try {
    const migrations = await database?.migrations();
    const state = database ? 'answers' : 'absent';
    return html({ ...facts, database: state, migrations: migrations ?? [] });
  } catch (error) {
    console.error(error);
    return html({ ...facts, database: 'silent', migrations: [] });
  }
}

function html(facts) {
  return { status: 200, type: 'text/html', body: renderPage(facts) };
}

server.listen(port, environment.HOST, () => {
  console.log(`Listening on port ${server.address().port}`);
});

process.once('SIGTERM', () => {
  server.close(() => database?.close());
  server.closeIdleConnections();
});
