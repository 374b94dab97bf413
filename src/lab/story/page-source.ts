import { UserError } from '../../core/user-error.ts';
import type { ShownRepository } from '../github/lab-state.ts';
import type { PageAction, PageModel, PageSource, ShownPreview } from '../page/model.ts';
import { git } from './git.ts';
import type { Lab } from './lab.ts';
import { commitTo, mainBranch } from './project.ts';

/** How many lines of each log the page shows. */
const logLines = 200;

const colours = ['#7c5cff', '#0fa37f', '#d97706', '#c2410c', '#0891b2', '#be185d'] as const;

/** The page's facts and deeds, from a running lab. */
export function pageSource(lab: Lab, now: () => number): PageSource {
  return {
    github: lab.github.url,
    model: () => readModel(lab, now),
    act: (action) => act(lab, action),
    commit: (sha) => showCommit(lab, sha),
  };
}

async function readModel(lab: Lab, now: () => number): Promise<PageModel> {
  const { repositories } = await lab.api.call<{ repositories: ShownRepository[] }>(
    'GET',
    '/_lab/state',
  );
  const repository = repositories.find(({ name }) => name === lab.project.name);
  if (!repository) throw new Error(`the stand-in lost ${lab.project.name}`);
  return {
    now: now(),
    repository,
    git: lab.project.bare,
    previews: await readPreviews(lab),
    runs: lab.dispatcher.runs(),
    ledger: await ledgerRefs(lab),
  };
}

async function readPreviews(lab: Lab): Promise<readonly ShownPreview[]> {
  const previews = await lab.gateway.previews();
  const sorted = [...previews].sort((a, b) => b.createdAt - a.createdAt);
  return Promise.all(
    sorted.map(async (preview) => {
      const logs = preview.services.map(
        async ({ name }) => [name, await lab.gateway.log(preview, name, logLines)] as const,
      );
      return { preview, logs: Object.fromEntries(await Promise.all(logs)) };
    }),
  );
}

async function ledgerRefs({ project }: Lab): Promise<readonly string[]> {
  const args = ['for-each-ref', '--format=%(refname)', 'refs/understudy/'];
  const refs = await git(args, { cwd: project.bare });
  return refs === '' ? [] : refs.split('\n');
}

async function act(lab: Lab, action: PageAction): Promise<void> {
  switch (action.act) {
    case 'sweep':
      return void lab.sweep();
    case 'open':
      return openPullRequest(lab);
    case 'push':
      return pushTo(lab, action.number);
    case 'close':
      return changeState(lab, action.number, 'closed');
    case 'reopen':
      return changeState(lab, action.number, 'open');
    case 'comment': {
      const path = `/repos/${lab.project.name}/issues/${action.number}/comments`;
      await lab.api.call('POST', path, { body: action.body });
    }
  }
}

async function changeState(lab: Lab, number: number, state: 'open' | 'closed'): Promise<void> {
  await lab.api.call('PATCH', `/repos/${lab.project.name}/pulls/${number}`, { state });
}

async function openPullRequest(lab: Lab): Promise<void> {
  const { project, api } = lab;
  const path = `/repos/${project.name}/pulls`;
  const pulls = await api.call<{ number: number }[]>('GET', `${path}?state=all&per_page=1`);
  const serial = (pulls[0]?.number ?? 0) + 1;
  const branch = `try/${serial}`;
  const title = `Try number ${serial}`;
  await commitTo(project, { branch, message: title, ...paint(lab, title, serial) });
  await lab.github.takeInPushes();
  await api.call('POST', path, { title, head: branch, base: mainBranch, body: '' });
}

async function pushTo(lab: Lab, number: number): Promise<void> {
  const path = `/repos/${lab.project.name}/pulls/${number}`;
  const pull = await lab.api.call<{ head: { ref: string }; title: string; state: string }>(
    'GET',
    path,
  );
  if (pull.state !== 'open') throw new UserError(`#${number} is not open`, 'Reopen it, then push.');
  const serial = Date.now() % colours.length;
  const message = `${pull.title}, once more`;
  await commitTo(lab.project, { branch: pull.head.ref, message, ...paint(lab, message, serial) });
  await lab.github.takeInPushes();
}

/** What the commit changes in the sample, so that the push can be seen; nothing in a user's application. */
function paint(lab: Lab, greeting: string, serial: number): { files?: Record<string, string> } {
  if (!lab.project.sample) return {};
  const accent = colours[serial % colours.length];
  return { files: { 'look.json': `${JSON.stringify({ greeting, accent }, null, 2)}\n` } };
}

async function showCommit({ project }: Lab, sha: string): Promise<string | undefined> {
  if (!/^[0-9a-f]{7,64}$/.test(sha)) return undefined;
  const args = ['show', '--stat', '--patch', '--no-color', sha];
  return git(args, { cwd: project.bare }).catch(() => undefined);
}
