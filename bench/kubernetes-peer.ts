import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The action that people deploy manifests with. */
export const peerName = 'Azure/k8s-deploy 7.0';

const tag = 'v7.0.0';

/**
 * The folder of its published release, or `undefined` when it is not to be had: the one that `PEER_K8S_DEPLOY` names,
 * else a clone below `node_modules/.cache`. It is never part of this repository.
 */
export function peerFolder(): string | undefined {
  const cached = resolve('node_modules/.cache/understudy-tests/k8s-deploy-7.0.0');
  const folder = process.env.PEER_K8S_DEPLOY ?? cached;
  if (existsSync(join(folder, 'lib/index.js'))) return folder;
  const address = 'https://github.com/Azure/k8s-deploy';
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
