// Makes test/fixtures/openapi/slice.json: the part of GitHub's published OpenAPI description that the stand-in
// serves, as plain JSON Schema. Run by hand when an endpoint is added: `node scripts/openapi-slice.mjs`
// (downloads 29 MB through npm; `--from FILE` takes an api.github.com.json that is already there).
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = '@octokit/openapi@23.0.2';
const target = fileURLToPath(new URL('../test/fixtures/openapi/slice.json', import.meta.url));

/** Below `/repos/{owner}/{repo}`. */
const repositoryOperations = {
  '': 'get',
  '/forks': 'post',
  '/issues': 'get post',
  '/issues/{issue_number}': 'get patch',
  '/issues/comments': 'get',
  '/issues/comments/{comment_id}': 'get patch delete',
  '/issues/comments/{comment_id}/reactions': 'post',
  '/issues/{issue_number}/comments': 'get post',
  '/issues/{issue_number}/labels': 'get post put delete',
  '/issues/{issue_number}/labels/{name}': 'delete',
  '/labels': 'get post',
  '/pulls': 'get post',
  '/pulls/{pull_number}': 'get patch',
  '/pulls/{pull_number}/files': 'get',
  '/pulls/{pull_number}/commits': 'get',
  '/pulls/{pull_number}/reviews': 'get post',
  '/pulls/{pull_number}/requested_reviewers': 'post',
  '/pulls/{pull_number}/merge': 'get put',
  '/deployments': 'get post',
  '/deployments/{deployment_id}': 'get delete',
  '/deployments/{deployment_id}/statuses': 'get post',
  '/deployments/{deployment_id}/statuses/{status_id}': 'get',
  '/git/ref/{ref}': 'get',
  '/git/matching-refs/{ref}': 'get',
  '/git/refs': 'post',
  '/git/refs/{ref}': 'patch delete',
  '/git/blobs': 'post',
  '/git/blobs/{file_sha}': 'get',
  '/git/trees': 'post',
  '/git/trees/{tree_sha}': 'get',
  '/git/commits': 'post',
  '/git/commits/{commit_sha}': 'get',
  '/git/tags': 'post',
  '/git/tags/{tag_sha}': 'get',
  '/contents/{path}': 'get put delete',
  '/merges': 'post',
  '/tarball/{ref}': 'get',
  '/statuses/{sha}': 'post',
  '/commits/{ref}/statuses': 'get',
  '/commits/{ref}/status': 'get',
  '/commits/{ref}/check-runs': 'get',
  '/check-runs': 'post',
  '/check-runs/{check_run_id}': 'get patch',
  '/commits': 'get',
  '/commits/{ref}': 'get',
  '/compare/{basehead}': 'get',
  '/tags': 'get',
  '/branches': 'get',
  '/branches/{branch}': 'get',
  '/collaborators/{username}': 'put delete',
  '/collaborators/{username}/permission': 'get',
  '/dispatches': 'post',
  '/actions/workflows/{workflow_id}/dispatches': 'post',
  '/actions/workflows/{workflow_id}/runs': 'get',
  '/actions/runs': 'get',
  '/actions/runs/{run_id}': 'get',
  '/actions/runs/{run_id}/cancel': 'post',
  '/releases': 'get post',
  '/releases/latest': 'get',
  '/releases/tags/{tag}': 'get',
  '/releases/{release_id}': 'get patch',
  '/environments': 'get',
  '/environments/{environment_name}': 'get',
};

const otherOperations = {
  '/user': 'get',
  '/users/{username}': 'get',
  '/orgs/{org}/teams': 'get post',
  '/orgs/{org}/teams/{team_slug}': 'get patch delete',
  '/orgs/{org}/teams/{team_slug}/members': 'get',
  '/orgs/{org}/teams/{team_slug}/memberships/{username}': 'get put delete',
  '/rate_limit': 'get',
};

/** Words of OpenAPI and of documentation that a validator has no use for. */
const dropped = new Set([
  'description',
  'example',
  'examples',
  'title',
  'externalDocs',
  'deprecated',
  'default',
  'discriminator',
  'xml',
]);

const input = argument('--from') ? read(argument('--from')) : download();
const operations = {};
const schemas = {};
for (const [path, methods] of [
  ...Object.entries(repositoryOperations).map(([path, m]) => [`/repos/{owner}/{repo}${path}`, m]),
  ...Object.entries(otherOperations),
]) {
  for (const method of methods.split(' '))
    operations[`${method.toUpperCase()} ${path}`] = operation(path, method);
}
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, `${JSON.stringify(sorted({ source, operations, schemas }))}\n`);

function operation(path, method) {
  const found = input.paths[path]?.[method];
  if (!found) throw new Error(`${source} has no ${method} ${path}`);
  const body = resolve(found.requestBody)?.content?.['application/json']?.schema;
  const responses = {};
  for (const [status, response] of Object.entries(found.responses)) {
    const schema = resolve(response).content?.['application/json']?.schema;
    responses[status] = schema ? atLeastOne(status, convert(schema)) : null;
  }
  return { request: body ? convert(body) : null, responses };
}

/** Of two shapes of an error, all of whose parts are optional, every error matches both. */
function atLeastOne(status, { oneOf, ...schema }) {
  return status < '400' || !oneOf
    ? { ...schema, ...(oneOf && { oneOf }) }
    : { ...schema, anyOf: oneOf };
}

/** A schema of OpenAPI 3.0 as one of JSON Schema: `nullable` becomes a type. */
function convert(schema) {
  if (schema.$ref) return { $ref: component(schema.$ref) };
  const result = {};
  for (const [key, value] of Object.entries(schema)) {
    if (dropped.has(key) || key.startsWith('x-') || key === 'nullable') continue;
    result[key] = convertValue(key, value);
  }
  return schema.nullable ? orNull(result) : result;
}

function convertValue(key, value) {
  if (key === 'properties') {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, convert(one)]));
  }
  if (['allOf', 'anyOf', 'oneOf'].includes(key)) return value.map(convert);
  const nested = ['items', 'not', 'additionalProperties'].includes(key);
  return nested && typeof value === 'object' ? convert(value) : value;
}

function orNull(schema) {
  if (typeof schema.type !== 'string') return { anyOf: [schema, { type: 'null' }] };
  const values = schema.enum && !schema.enum.includes(null) ? { enum: [...schema.enum, null] } : {};
  return { ...schema, ...values, type: [schema.type, 'null'] };
}

function component(reference) {
  const name = reference.split('/').at(-1);
  if (!(name in schemas)) {
    schemas[name] = {};
    schemas[name] = convert(input.components.schemas[name]);
  }
  return `#/schemas/${name}`;
}

function resolve(value) {
  if (!value?.$ref) return value;
  return value.$ref
    .slice(2)
    .split('/')
    .reduce((at, key) => at[key], input);
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
}

function download() {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-openapi-'));
  try {
    execFileSync('npm', ['pack', '--silent', source], { cwd: folder, stdio: 'ignore' });
    const archive = `octokit-openapi-${source.split('@').at(-1)}.tgz`;
    execFileSync('tar', ['xzf', archive, 'package/generated/api.github.com.json'], { cwd: folder });
    return read(join(folder, 'package/generated/api.github.com.json'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function read(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function argument(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}
