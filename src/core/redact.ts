/** Names of variables whose values are secrets. */
const secretName =
  /SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|API_?KEY|(?:^|_)(?:KEY|DSN|PASS)$|_(?:KEY_ID|PWD)$/;
/** The password of an address such as `postgres://user:password@host/`. */
const addressPassword = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s:]*:([^/?#@\s]+)@/i;
/** Shorter ones would blot out words that say nothing. */
const shortest = 6;
const mask = '***';

/** What must not be shown of variables: values by the name's own word, and passwords in addresses. */
export function secretsIn(variables: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(variables).flatMap(([name, value = '']) => {
    const password = addressPassword.exec(value)?.[1];
    const named = secretName.test(name.toUpperCase().replace(/[^A-Z0-9]+/g, '_'));
    return [...(named ? [value] : []), ...(password ? [password] : [])];
  });
}

/**
 * Replaces secrets in a text by three asterisks, longest first, also where they stand in JSON, in an address or
 * in Base64. Of a secret with several lines each line is one.
 */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const forms = secrets
    .flatMap((secret) => [secret, ...secret.split(/\r?\n/)])
    .map((secret) => secret.trim())
    .filter((secret) => secret.length >= shortest)
    .flatMap(formsOf);
  const all = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (text) => all.reduce((shown, form) => shown.replaceAll(form, mask), text);
}

function formsOf(secret: string): string[] {
  const encoded = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), encoded];
}
