// Bundles each unit of build/ (or only those named) into dist/ (or --out) with ncc. Sources are TypeScript 7, which ncc cannot read
// (vercel/ncc#1336), so tsc runs first and ncc sees plain ESM.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { minify } from '@swc/core';
import ncc from '@vercel/ncc';
import { pathBetween, writeEntry } from './shared-library.mjs';
import { sharedLibraries, units } from './units.mjs';

const { values, positionals } = parseArgs({
  options: { out: { type: 'string', default: 'dist' } },
  allowPositionals: true,
});
const { out } = values;

if (positionals.length === 0) await rm(out, { recursive: true, force: true });
for (const [unit, entry] of Object.entries(units)) {
  if (positionals.length === 0 || positionals.includes(unit)) {
    await bundle(unit, join('build', entry), externalsOf(unit));
  }
}
for (const [library, { unit, modules }] of Object.entries(sharedLibraries)) {
  await bundle(unit, await writeEntry(library, unit, modules), {});
}

/** ncc leaves these out of the bundle and has it import them by these paths. */
function externalsOf(unit) {
  const libraries = Object.entries(sharedLibraries);
  return Object.fromEntries(
    libraries.map(([name, library]) => [name, pathBetween(unit, library.unit)]),
  );
}

async function bundle(unit, entry, externals) {
  const { code, assets } = await ncc(join(process.cwd(), entry), {
    minify: false,
    cache: false,
    quiet: true,
    license: 'licenses.txt',
    esm: true,
    externals,
  });
  const main = join(out, unit);
  await mkdir(dirname(main), { recursive: true });
  await writeFile(main, await minified(withBuiltins(code)));
  const licenses = assets['licenses.txt'];
  if (licenses) await writeFile(main.replace(/\.js$/, '.licenses.txt'), licenses.source);
}

/**
 * ncc's own `minify` renames but drops nothing; without unused code valibot is 2 kB instead of 90. What is unused
 * goes first: once swc has put a function into its only caller, it no longer knows that it was pure.
 */
async function minified(code) {
  const unused = { unused: true, dead_code: true, toplevel: true };
  const shaken = await minify(code, {
    module: true,
    compress: {
      ...unused,
      inline: 0,
      reduce_vars: false,
      reduce_funcs: false,
      collapse_vars: false,
    },
    mangle: false,
    format: { comments: 'all' },
  });
  const { code: small } = await minify(withoutDescriptions(shaken.code), {
    module: true,
    ecma: 2022,
    compress: { ...unused, passes: 2 },
    mangle: { toplevel: true },
    format: { comments: false },
  });
  return `${small}\n`;
}

/** ncc has each file make a `require` to get at Node's own libraries, which takes 1 ms at the start. */
function withBuiltins(code) {
  const direct = code.replaceAll(
    /\b__WEBPACK_EXTERNAL_createRequire\(import\.meta\.url\)(?=\("(?:node:)?[a-z0-9/_]+"\))/g,
    'process.getBuiltinModule',
  );
  if (direct.includes('__WEBPACK_EXTERNAL_createRequire(')) return direct;
  return direct.replace(
    /^import \{ createRequire as __WEBPACK_EXTERNAL_createRequire \} from "module";$/m,
    '',
  );
}

/** What the reference page says of each key of the configuration is read by scripts/config-docs.mjs alone. */
function withoutDescriptions(code) {
  return code.replaceAll(/,\s*description\((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\)/g, '');
}
