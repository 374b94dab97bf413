/** What a commit of the application is like; `app.json` of the repository. */
export interface Look {
  readonly greeting?: string;
  /** Words it dies with at once. */
  readonly broken?: string;
  /** Milliseconds until it listens. */
  readonly slow?: number;
}

/** A tiny web application that says which commit it runs, as the files of a repository. */
export function appFiles(
  look: Look = {},
  configuration = defaultConfiguration,
): Record<string, string> {
  return {
    'server.js': server,
    ...lookFile(look),
    '.github/understudy.yml': configuration,
  };
}

/** Only what differs from commit to commit. */
export function lookFile(look: Look): Record<string, string> {
  return { 'app.json': `${JSON.stringify(look)}\n` };
}

/** Runs the application, with a probe that gives up soon. */
export const defaultConfiguration = `preview:
  probe: { path: /, within: 10s }
  local: { run: exec node server.js }
`;

const server = `const { createServer } = require('node:http');
const look = JSON.parse(require('node:fs').readFileSync('app.json', 'utf8'));
console.log('app: starts with ' + (look.greeting ?? 'nothing to say'));
if (look.broken) {
  console.error('Error: ' + look.broken);
  process.exit(3);
}
const { UNDERSTUDY_COMMIT, PORT, SERVICE = 'app' } = process.env;
const app = createServer((request, response) => response.end(SERVICE + ' ' + UNDERSTUDY_COMMIT));
setTimeout(() => app.listen(PORT, '127.0.0.1'), look.slow ?? 0);
`;
