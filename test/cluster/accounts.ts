import type { ApiAccess } from './api-request.ts';
import { apiRequest } from './api-request.ts';

/** Makes a namespace and a ServiceAccount in it, where they are not there. */
export async function makeAccount(access: ApiAccess, namespace: string, name: string) {
  const namespaces = '/api/v1/namespaces';
  await ensure(access, namespaces, namespace);
  await ensure(access, `${namespaces}/${namespace}/serviceaccounts`, name);
}

async function ensure(access: ApiAccess, path: string, name: string): Promise<void> {
  const { status, body } = await apiRequest(access, path, {
    method: 'POST',
    body: { metadata: { name } },
  });
  const alreadyThere = status === 409;
  if (status !== 201 && !alreadyThere) throw new Error(`${name} cannot be made: ${body}`);
}

/** A token of the ServiceAccount, good for a day. */
export async function tokenOf(access: ApiAccess, namespace: string, name: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const body = { spec: { expirationSeconds: 86_400 } };
  const answer = await apiRequest(access, path, { method: 'POST', body });
  if (answer.status !== 201) throw new Error(`No token for ${name}: ${answer.body}`);
  return JSON.parse(answer.body).status.token;
}
