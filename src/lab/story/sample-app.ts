/** Files of the application that the lab makes when it is given none. Keys are paths. */
export function sampleApp(look: SampleLook): Record<string, string> {
  return {
    'server.js': server,
    'look.json': `${JSON.stringify(look, null, 2)}\n`,
    'README.md':
      '# Lantern\n\nA page that says which commit of it you see. `PORT=3000 node server.js`\n',
    '.github/understudy.yml': configuration,
    '.github/workflows/preview.yml': workflow,
  };
}

/** What the branches of the sample differ in. */
export interface SampleLook {
  readonly greeting: string;
  /** A CSS colour. */
  readonly accent: string;
}

const configuration = `preview:
  target: local
  local:
    run: node server.js
    health: { path: /healthz }
`;

const workflow = `name: Preview
on:
  pull_request:
    types: [opened, synchronize, reopened, ready_for_review, labeled, unlabeled, edited, closed]
  issue_comment:
    types: [created]
  schedule:
    - cron: '23 * * * *'
permissions:
  contents: read
  deployments: write
  pull-requests: write
jobs:
  preview:
    runs-on: self-hosted
    concurrency: preview-\${{ github.event.number || github.event.issue.number || 'sweep' }}
    steps:
      - uses: actions/checkout@v7
      - uses: understudy-dev/understudy@v1
`;

const server = `const { createServer } = require('node:http');
const { greeting, accent } = require('./look.json');

const facts = {
  Commit: process.env.UNDERSTUDY_COMMIT ?? 'not in a preview',
  'Pull request': '#' + (process.env.UNDERSTUDY_PULL_REQUEST ?? '?'),
  Preview: process.env.UNDERSTUDY_PREVIEW_ID ?? 'none',
  Process: process.pid + ', Node ' + process.version,
};
const escape = (text) => text.replace(/[&<>"']/g, (c) => '&#' + c.charCodeAt(0) + ';');
const rows = Object.entries(facts).map(([name, value]) => '<dt>' + name + '<dd>' + escape(value)).join('');

const page = \`<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>\${escape(greeting)}</title>
<style>
  :root { color-scheme: light dark; --accent: \${escape(accent)} }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 1rem/1.5 system-ui, sans-serif;
    background: radial-gradient(60rem 40rem at 50% -10%, color-mix(in srgb, var(--accent) 45%, Canvas), Canvas) }
  main { padding: 2rem; max-width: 40rem } h1 { font-size: clamp(2rem, 8vw, 4rem); line-height: 1.1; margin: 0 0 2rem }
  h1::after { content: ''; display: block; width: 4rem; height: .4rem; margin-top: 1rem; border-radius: 1rem; background: var(--accent) }
  dl { display: grid; grid-template-columns: auto 1fr; gap: .4rem 1.5rem } dt { opacity: .65 }
  dd { margin: 0; font-family: ui-monospace, monospace; overflow-wrap: anywhere }
</style><main><h1>\${escape(greeting)}</h1><dl>\${rows}</dl></main></html>\`;

createServer((request, response) => {
  if (request.url === '/healthz') return response.end('ok');
  console.log(new Date().toISOString(), request.method, request.url);
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(page);
}).listen(process.env.PORT ?? 3000, '127.0.0.1', () => console.log(greeting, 'on port', process.env.PORT));

process.on('SIGTERM', () => process.exit(0));
`;
