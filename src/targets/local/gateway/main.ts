import { fileURLToPath } from 'node:url';
import { UserError } from '../../../core/user-error.ts';
import { type GatewayArguments, gatewayHelp, readArguments } from './arguments.ts';
import { AlreadyRunning, type Gateway, startGateway } from './start-gateway.ts';
import { createStaticServer } from './static-server.ts';

/** Exit code when another gateway has the state folder; a client that started this one then uses that. */
const alreadyRunning = 3;

try {
  const wanted = readArguments(process.argv.slice(2), process.env);
  if (wanted.kind === 'help') process.stdout.write(gatewayHelp);
  else if (wanted.kind === 'static') serveFiles();
  else await run(wanted.options);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  for (const { message, hint } of error.problems) process.stderr.write(`${message} ${hint}\n`);
  process.exitCode = error instanceof AlreadyRunning ? alreadyRunning : 1;
}

async function run(options: GatewayArguments): Promise<void> {
  const gateway = await startGateway({
    ...options,
    program: fileURLToPath(import.meta.url),
    environment: process.env,
    report: (line) => process.stderr.write(`${line}\n`),
  });
  const { url, port, pid, socket, state } = gateway;
  process.stdout.write(`${JSON.stringify({ url, port, pid, socket, state })}\n`);
  endOnSignals(gateway);
  await gateway.closed;
}

/** The second signal does not wait for previews; the next start ends what is left of them. */
function endOnSignals(gateway: Gateway): void {
  let asked = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (asked) process.exit(1);
      asked = true;
      void gateway.close();
    });
  }
}

function serveFiles(): void {
  const { PORT, HOST } = process.env;
  createStaticServer(process.cwd()).listen(Number(PORT), HOST ?? '127.0.0.1');
}
