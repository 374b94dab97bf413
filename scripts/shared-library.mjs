// A library that several bundles use is bundled once, as a unit of its own with the names that our sources import.
// The other units import it by a relative path.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';

/** Writes the module that ncc bundles as the unit of this library; the library itself begins in the file `modules`. */
export async function writeEntry(library, unit, modules) {
  const names = await namesImported(library);
  const file = posix.join('build', unit);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `export { ${names.join(', ')} } from '${pathBetween(file, modules)}';\n`);
  return file;
}

/** The path from one unit to another, as an import names it. */
export function pathBetween(unit, other) {
  const path = posix.relative(posix.dirname(unit), other);
  return path.startsWith('.') ? path : `./${path}`;
}

/** Of a library, except types. Read from src/, since build/ may hold what sources that are gone were compiled to. */
async function namesImported(library) {
  const files = await readdir('src', { recursive: true });
  const texts = await Promise.all(
    files.filter((file) => file.endsWith('.ts')).map((file) => readFile(join('src', file), 'utf8')),
  );
  const names = texts.flatMap((text) => namesIn(text, library));
  return [...new Set(names)].sort();
}

function namesIn(text, library) {
  const statements = text.matchAll(
    new RegExp(String.raw`^(?:import|export)\b([^;'"]*)\bfrom '${library}';$`, 'gm'),
  );
  return [...statements].flatMap(([statement, what]) => {
    const [, type, list] = /^ (type )?\{([^}]*)\} $/.exec(what) ?? [];
    if (list === undefined) throw new Error(`Import names, not all of ${library}: ${statement}`);
    return type ? [] : valuesIn(list);
  });
}

/** `parse, type Node, stringify as toText` → parse, stringify */
function valuesIn(list) {
  return list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '' && !item.startsWith('type '))
    .map((item) => item.split(' as ')[0]);
}
