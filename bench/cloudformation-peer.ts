import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The action that people deploy stacks with. */
export const peerName = 'aws-cloudformation-github-deploy 2.2';

const tag = 'v2.2.0';

/**
 * The folder of its published release, or `undefined` when it is not to be had: the one that
 * `PEER_CLOUDFORMATION` names, else a clone below `node_modules/.cache`. It is never part of this repository.
 */
export function peerFolder(): string | undefined {
  const cached = resolve(
    'node_modules/.cache/understudy-tests/aws-cloudformation-github-deploy-2.2.0',
  );
  const folder = process.env.PEER_CLOUDFORMATION ?? cached;
  if (existsSync(join(folder, 'dist/index.js'))) return folder;
  const address = 'https://github.com/aws-actions/aws-cloudformation-github-deploy';
  try {
    execFileSync('git', ['clone', '--quiet', '--depth=1', `--branch=${tag}`, address, cached], {
      stdio: 'ignore',
      env: { ...process.env, GIT_TERMINAL_PROMPT: '0' },
    });
    return cached;
  } catch {
    return undefined;
  }
}
