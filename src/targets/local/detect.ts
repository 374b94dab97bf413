/** What the root of a commit holds, as far as it tells how to run it. */
export interface RootFiles {
  /** Text of `package.json`. */
  readonly packageJson?: string;
  /** Whether `package-lock.json` or `npm-shrinkwrap.json` is there. */
  readonly npmLock: boolean;
  /** Text of `Procfile`. */
  readonly procfile?: string;
  readonly indexHtml: boolean;
}

/** How to run what was found; `static` = serve the files themselves. */
export type Detected =
  | { readonly kind: 'command'; readonly run: string; readonly install?: string }
  | { readonly kind: 'static' };

/** Finds out how an application is started: npm's `start`, a Procfile's `web`, or plain files. */
export function detect(files: RootFiles): Detected | undefined {
  return fromPackage(files) ?? fromProcfile(files) ?? fromFiles(files);
}

function fromPackage({ packageJson, npmLock }: RootFiles): Detected | undefined {
  const manifest = readManifest(packageJson);
  if (typeof manifest?.scripts?.start !== 'string') return undefined;
  if (!hasDependencies(manifest)) return { kind: 'command', run: 'npm start' };
  return { kind: 'command', run: 'npm start', install: npmLock ? 'npm ci' : 'npm install' };
}

function fromProcfile({ procfile }: RootFiles): Detected | undefined {
  const run = /^web:[ \t]*(\S.*)$/m.exec(procfile ?? '')?.[1]?.trim();
  return run ? { kind: 'command', run } : undefined;
}

function fromFiles({ indexHtml }: RootFiles): Detected | undefined {
  return indexHtml ? { kind: 'static' } : undefined;
}

interface Manifest {
  readonly scripts?: Readonly<Record<string, unknown>>;
  readonly dependencies?: object;
  readonly devDependencies?: object;
  readonly optionalDependencies?: object;
  readonly workspaces?: unknown;
}

/** `undefined` for no manifest and for one that is not JSON: then npm cannot run it either. */
function readManifest(text: string | undefined): Manifest | undefined {
  try {
    const parsed: unknown = JSON.parse(text ?? '');
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function hasDependencies(manifest: Manifest): boolean {
  const { dependencies, devDependencies, optionalDependencies, workspaces } = manifest;
  const lists = [dependencies, devDependencies, optionalDependencies];
  return workspaces !== undefined || lists.some((list) => Object.keys(list ?? {}).length > 0);
}
