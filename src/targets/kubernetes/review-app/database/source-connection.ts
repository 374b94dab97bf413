import { UserError } from '../../../../core/user-error.ts';

const form =
  /^(?:postgres|postgresql|ecto)(?:\+\w+)?:\/\/(?:([^:@/?]*)(?::([^@/?]*))?@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s;

/** Parameters of addresses that libpq has variables for; what else stands there is for libraries of applications. */
const parameters: Readonly<Record<string, string>> = {
  application_name: 'PGAPPNAME',
  channel_binding: 'PGCHANNELBINDING',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  gssencmode: 'PGGSSENCMODE',
  host: 'PGHOST',
  hostaddr: 'PGHOSTADDR',
  options: 'PGOPTIONS',
  password: 'PGPASSWORD',
  port: 'PGPORT',
  sslmode: 'PGSSLMODE',
  sslnegotiation: 'PGSSLNEGOTIATION',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
  user: 'PGUSER',
};

/**
 * The variables of libpq that stand for an address such as `postgres://user:password@host:5432/name?sslmode=require`:
 * programs must not be given it as an argument, which others see.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 * @throws UserError, which says nothing of what stands there, where it is no such address
 */
export function connectionVariables(address: string, where: string): Record<string, string> {
  const match = form.exec(address.trim());
  if (!match) throw noAddress(where);
  const [user, password, hosts = '', database, query] = match.slice(1);
  try {
    const variables = { ...hostVariables(hosts), ...parameterVariables(query ?? '') };
    const credentials = { PGUSER: user, PGPASSWORD: password, PGDATABASE: database };
    for (const [name, text] of Object.entries(credentials))
      if (text) variables[name] = decodeURIComponent(text);
    if (!variables.PGHOST && !variables.PGHOSTADDR) throw noAddress(where);
    return variables;
  } catch (error) {
    throw error instanceof URIError ? noAddress(where) : error;
  }
}

/** Several hosts stand side by side, each with its port. */
function hostVariables(text: string): Record<string, string> {
  const places = text.split(',').map((place) => /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(place));
  if (places.some((place) => place === null)) throw new URIError('a host cannot be read');
  const hosts = places.map((place) => decodeURIComponent(place?.[1] ?? '').replace(/^\[|\]$/g, ''));
  const ports = places.map((place) => place?.[2] ?? '');
  return {
    ...(hosts.some(Boolean) && { PGHOST: hosts.join(',') }),
    ...(ports.some(Boolean) && { PGPORT: ports.join(',') }),
  };
}

function parameterVariables(query: string): Record<string, string> {
  const pairs = query.split('&').map((pair) => pair.split('='));
  return Object.fromEntries(
    pairs.flatMap(([key = '', value = '']) => {
      const name = parameters[key];
      return name === undefined ? [] : [[name, decodeURIComponent(value)]];
    }),
  );
}

function noAddress(where: string): UserError {
  return new UserError(
    `${where} holds no address of a PostgreSQL database`,
    'Put one of the form postgres://user:password@host:5432/name there, with special characters percent-encoded.',
  );
}
