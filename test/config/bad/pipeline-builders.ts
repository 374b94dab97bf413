import { type BadFile, bad } from './cases.ts';

const head = 'pipelines:\n  app:\n';
const stages = `${head}    versions: { branch: main }\n    stages:\n`;
const stage = `${stages}      - name: staging\n      - name: production\n        after: staging\n`;

/** What is wrong at one place: words of the message, and the whole hint. */
function one(name: string, text: string, at: string, says: string, hint: string): BadFile {
  return { ...bad(name, text, [at, says]), hint };
}

/** A file that is sound but for the versions. */
export function ofVersions(
  name: string,
  section: string,
  column: number,
  says: string,
  hint: string,
) {
  const text = `${head}    versions: ${section}\n    stages: [{ name: staging }]\n`;
  return one(name, text, `3:${column}`, says, hint);
}

/** A file that is sound but for one line of the pipeline. */
export function inPipeline(name: string, line: string, column: number, says: string, hint: string) {
  const sound = '    versions: { branch: main }\n    stages: [{ name: staging }]\n';
  return one(name, `${head}${sound}    ${line}\n`, `5:${column}`, says, hint);
}

/** A file with these stages. */
export function ofStages(name: string, lines: string[], at: string, says: string, hint: string) {
  return one(name, `${stages}${lines.map((line) => `      ${line}\n`).join('')}`, at, says, hint);
}

/** A file that is sound but for one line of its second stage. */
export function inStage(name: string, line: string, column: number, says: string, hint: string) {
  return one(name, `${stage}        ${line}\n`, `8:${column}`, says, hint);
}

/** A file that is sound but for one line under `gates`. */
export function inGates(name: string, line: string, column: number, says: string, hint: string) {
  return one(name, `${stage}        gates:\n          ${line}\n`, `9:${column}`, says, hint);
}

/** A file that is sound but for its windows. */
export function inWindows(
  name: string,
  section: string,
  column: number,
  says: string,
  hint: string,
) {
  return inGates(name, `windows: ${section}`, column, says, hint);
}

/** A file that is sound but for one line of its pull request. */
export function inPullRequest(
  name: string,
  line: string,
  column: number,
  says: string,
  hint: string,
) {
  const sound = `${stage}        via:\n          pull-request:\n            edits: [{ file: prod.yaml, path: image.tag }]\n`;
  return one(name, `${sound}            ${line}\n`, `11:${column}`, says, hint);
}

/** A file that is sound but for its one edit. */
export function inEdit(name: string, edit: string, column: number, says: string, hint: string) {
  const sound = `${stage}        via:\n          pull-request:\n            edits:\n`;
  return one(name, `${sound}              - ${edit}\n`, `11:${column}`, says, hint);
}
