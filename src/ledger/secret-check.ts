import { type Problem, UserError } from '../core/user-error.ts';

/** Forms of credentials that tell themselves, as secret scanners know them. */
const forms: readonly { readonly what: string; readonly form: RegExp }[] = [
  { what: 'a token of GitHub', form: /\b(?:gh[oprsu]_\w{16,}|github_pat_\w{20,})/ },
  { what: 'a key of AWS', form: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/ },
  { what: 'a private key', form: /-----BEGIN [A-Z ]*PRIVATE KEY-----/ },
  { what: 'a signed token (JWT)', form: /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/ },
  { what: 'a token of Slack', form: /\bxox[abeoprs]-[\w-]{10,}/ },
  { what: 'a token of GitLab', form: /\bglpat-[\w-]{16,}/ },
  { what: 'a token of npm', form: /\bnpm_\w{30,}/ },
  { what: 'a key of Stripe', form: /\b[rs]k_(?:live|test)_\w{16,}/ },
  { what: 'a key of Google', form: /\bAIza[\w-]{35}/ },
  { what: 'a password in an address', form: /\b[a-z][a-z0-9+.-]*:\/\/[^\s/?#@:]*:[^\s/?#@]+@/i },
  { what: 'an Authorization header', form: /\b(?:bearer|basic)\s+[\w.~+/=-]{20,}/i },
  { what: 'a signed address', form: /[?&](?:X-Amz-Signature|sig|token|access_token)=[\w%-]{16,}/i },
];
/** Shorter values of variables occur everywhere. */
const shortest = 8;

/**
 * Refuses what must not get into the ledger, which everyone who can read the repository reads for ever: texts
 * that look like a credential, and the `known` secrets of this run. Names the place, never the value.
 */
export function refuseSecrets(value: unknown, known: readonly string[]): void {
  const secrets = known.filter((secret) => secret.trim().length >= shortest);
  const problems = texts(value, []).flatMap(({ path, text }) => found(path, text, secrets));
  if (problems.length > 0) throw UserError.all(problems);
}

function found(path: string, text: string, secrets: readonly string[]): Problem[] {
  const what = secrets.some((secret) => text.includes(secret))
    ? 'a secret of this run'
    : forms.find(({ form }) => form.test(text))?.what;
  if (!what) return [];
  return [
    {
      message: `the ledger keeps no secrets, and ${path} holds what looks like ${what}`,
      hint: 'Pass a text or an address without it; whoever can read the repository can read the ledger.',
    },
  ];
}

/** All texts in a value with where they stand, keys included. */
function texts(value: unknown, path: readonly string[]): { path: string; text: string }[] {
  if (typeof value === 'string') return [{ path: path.join('.') || 'the text', text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(Array.isArray(value) ? [] : [{ path: `a key of ${path.join('.') || 'it'}`, text: key }]),
    ...texts(inner, [...path, key]),
  ]);
}
