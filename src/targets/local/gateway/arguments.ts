import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from '../../../core/user-error.ts';
import { defaultPort, defaultStateRoot } from '../state-folder.ts';

/** What the command line says of the gateway. */
export interface GatewayArguments {
  readonly state: string;
  readonly port: number;
  readonly host: string;
  readonly fallback?: string;
  readonly publicUrl?: string;
}

/** What the program is to do. */
export type Wanted =
  | { readonly kind: 'help' }
  | { readonly kind: 'static' }
  | { readonly kind: 'gateway'; readonly options: GatewayArguments };

export const gatewayHelp = `Understudy's gateway: runs previews on this machine and serves each at its own host name.

  node dist/gateway/index.js [options]

  --port N            port to listen on; 0 picks one (UNDERSTUDY_GATEWAY_PORT, else ${defaultPort})
  --host ADDRESS      address to listen on (127.0.0.1)
  --state DIR         where previews are kept (UNDERSTUDY_HOME, else $XDG_STATE_HOME/understudy,
                      else ~/.local/state/understudy)
  --fallback URL      where requests for localhost itself go; without it they get a list of previews
  --public-url URL    address of a preview as visitors see it, with {host}, behind a proxy of your own
                      (UNDERSTUDY_PUBLIC_URL), such as https://{host}
  --help

Prints one JSON line when ready. SIGTERM ends the previews' processes; the next start brings them back.
`;

const hint = 'See --help.';

/** Reads the command line. Throws a `UserError` for what it does not know. */
export function readArguments(
  line: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Wanted {
  const { values, positionals } = parse(line);
  if (values.help) return { kind: 'help' };
  if (positionals[0] === 'static') return { kind: 'static' };
  if (positionals[0] !== undefined) throw new UserError(`Unknown command ${positionals[0]}.`, hint);
  const publicUrl = values['public-url'] ?? environment.UNDERSTUDY_PUBLIC_URL;
  return {
    kind: 'gateway',
    options: {
      state: resolve(values.state ?? defaultStateRoot(environment)),
      port: readPort(values.port ?? environment.UNDERSTUDY_GATEWAY_PORT),
      host: values.host ?? '127.0.0.1',
      ...(values.fallback && { fallback: readUrl('--fallback', values.fallback).origin }),
      ...(publicUrl && { publicUrl: readPublicUrl(publicUrl) }),
    },
  };
}

function parse(line: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...line],
      allowPositionals: true,
      options: {
        port: text,
        host: text,
        state: text,
        fallback: text,
        'public-url': text,
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UserError((error as Error).message, hint, { cause: error });
  }
}

function readPort(port: string | undefined): number {
  if (port === undefined || port === '') return defaultPort;
  if (/^\d{1,5}$/.test(port) && Number(port) <= 65_535) return Number(port);
  throw new UserError(`The port is ${port}; it must be a number from 0 to 65535.`, hint);
}

function readUrl(name: string, value: string): URL {
  if (URL.canParse(value) && /^https?:/.test(value)) return new URL(value);
  throw new UserError(
    `${name} is ${value}; it must be an address such as http://127.0.0.1:3000.`,
    hint,
  );
}

function readPublicUrl(value: string): string {
  readUrl('--public-url', value.replaceAll('{host}', 'host'));
  if (value.includes('{host}')) return value.replace(/\/$/, '');
  throw new UserError(`--public-url is ${value}; it must contain {host}.`, hint);
}
