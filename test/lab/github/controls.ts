import type { Fault } from '../../../src/lab/github/faults.ts';
import { type Lab, type Reply, repository } from './lab.ts';

/** Asks the stand-in for what GitHub has no button for. Throws when it refuses: a fault that is not set proves nothing. */
export async function control(
  lab: Lab,
  method: string,
  path: string,
  body?: object,
): Promise<Reply['body']> {
  const reply = await lab.call(method, `/_lab/${path}`, body);
  if (reply.status < 300) return reply.body;
  throw new Error(`${method} /_lab/${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
}

type Extent = Partial<Pick<Fault, 'times' | 'milliseconds'>>;

/** Makes the next call of a kind go wrong, or the next `times`. */
export async function fault(
  lab: Lab,
  action: string,
  match: Fault['match'],
  more: Extent = {},
): Promise<void> {
  await control(lab, 'POST', 'faults', { match, action, ...more });
}

/** As `fault`, of reads of a path. */
export function faultyRead(lab: Lab, action: string, path: string, more?: Extent): Promise<void> {
  return fault(lab, action, { method: 'GET', path }, more);
}

/** Ends a test: nothing goes wrong any longer. Throws when a fault hit nothing, as the test then did not ask what it says. */
export async function endFaults(lab: Lab): Promise<void> {
  const left: readonly Fault[] = await control(lab, 'GET', 'faults');
  await control(lab, 'DELETE', 'faults');
  if (left.length > 0) throw new Error(`no request came to ${JSON.stringify(left)}`);
}

/** Forgets the requests so far. */
export async function forgetRequests(lab: Lab): Promise<void> {
  await control(lab, 'DELETE', 'requests');
}

/** Gives somebody a permission on the repository. */
export async function collaborator(lab: Lab, login: string, permission: string): Promise<void> {
  await control(lab, 'POST', 'collaborators', { repository, login, permission });
}
