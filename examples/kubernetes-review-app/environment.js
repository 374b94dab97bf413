/** What a preview is given, and what .github/understudy.yml adds. Values of all others may be secrets. */
const shown = [
  'APP_URL',
  'APP_HOST',
  'APP_ENV',
  'REPOSITORY',
  'BRANCH',
  'PULL_REQUEST',
  'PREVIEW_ID',
  'COMMIT',
  'PORT',
  'HOSTNAME',
];

/** What of the environment may be seen by whoever opens the page. */
export function visibleEnvironment(environment) {
  const values = shown
    .filter((name) => environment[name])
    .map((name) => ({ name, value: environment[name] }));
  const database = withoutCredentials(environment.DATABASE_URL);
  if (database) values.push({ name: 'DATABASE_URL', value: database });
  const named = new Set(values.map(({ name }) => name));
  const hidden = Object.keys(environment).filter((name) => !named.has(name));
  return { values, hidden: hidden.sort() };
}

function withoutCredentials(address) {
  if (!address || !URL.canParse(address)) return undefined;
  const { protocol, host, pathname } = new URL(address);
  return `${protocol}//…@${host}${pathname}`;
}
