import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a workspace holds: nothing of git's, or a checkout of a commit (`undefined` = cannot be told). */
export type Checkout = 'none' | { readonly commit: string | undefined };

/** Looks into `.git` without running git, which may be absent: HEAD is a commit, or the name of a ref. */
export function checkoutOf(workspace: string): Checkout {
  const git = join(workspace, '.git');
  if (workspace === '' || !existsSync(git)) return 'none';
  const head = readLine(join(git, 'HEAD'));
  const [, ref] = /^ref: (.+)$/.exec(head ?? '') ?? [];
  return { commit: ref === undefined ? head : (readLine(join(git, ref)) ?? packed(git, ref)) };
}

function packed(git: string, ref: string): string | undefined {
  const lines = (readText(join(git, 'packed-refs')) ?? '').split('\n');
  return lines.find((line) => line.endsWith(` ${ref}`))?.split(' ')[0];
}

function readLine(file: string): string | undefined {
  return readText(file)?.split('\n')[0]?.trim();
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
