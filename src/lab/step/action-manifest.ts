import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { nearest } from '../../core/nearest.ts';
import { UserError } from '../../core/user-error.ts';

/** One input as `action.yml` declares it. */
export interface ActionInput {
  readonly default: string;
  readonly deprecated?: string;
}

/** What the runner needs of an `action.yml`. */
export interface ActionManifest {
  readonly name: string;
  /** Absolute path of the file that runs. */
  readonly main: string;
  readonly inputs: Readonly<Record<string, ActionInput>>;
}

interface ManifestDocument {
  readonly name?: string;
  readonly runs?: { readonly using?: string; readonly main?: string };
  readonly inputs?: Record<string, { default?: unknown; deprecationMessage?: string } | null>;
}

/** Reads the manifest of `understudy` (the root action) or of a folder of `actions/`. Throws `UserError`. */
export async function readActionManifest(root: string, action: string): Promise<ActionManifest> {
  const file = await findManifest(root, action);
  const document = parse(await readFile(file, 'utf8')) as ManifestDocument;
  const { using = '', main } = document.runs ?? {};
  if (!using.startsWith('node') || !main)
    throw new UserError(
      `${file} is not a JavaScript action`,
      'Give it runs.using: node24 and runs.main.',
    );
  const path = resolve(dirname(file), main);
  if (!existsSync(path))
    throw new UserError(`${path} does not exist`, 'Run npm run build: it makes the bundles.');
  return { name: document.name ?? action, main: path, inputs: readInputs(document) };
}

async function findManifest(root: string, action: string): Promise<string> {
  const known = await knownActions(root);
  const folder = known.get(action);
  if (folder) return join(folder, 'action.yml');
  const meant = nearest(action, [...known.keys()]);
  throw new UserError(
    `no action is called ${JSON.stringify(action)}`,
    meant ? `Did you mean ${meant}?` : `There are: ${[...known.keys()].join(', ')}.`,
  );
}

async function knownActions(root: string): Promise<Map<string, string>> {
  const folders = await readdir(join(root, 'actions')).catch(() => []);
  const known = new Map(folders.map((name) => [name, join(root, 'actions', name)]));
  return known.set('understudy', root);
}

function readInputs(document: ManifestDocument): Record<string, ActionInput> {
  const inputs: Record<string, ActionInput> = {};
  for (const [name, input] of Object.entries(document.inputs ?? {})) {
    const deprecated = input?.deprecationMessage;
    inputs[name] = { default: String(input?.default ?? ''), ...(deprecated && { deprecated }) };
  }
  return inputs;
}
