import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { UserError } from '../../src/core/user-error.ts';
import { readEvent } from '../../src/runner/read-event.ts';

const folder = mkdtempSync(join(tmpdir(), 'understudy-event-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function eventFile(content: string | Uint8Array): string {
  const file = join(folder, 'event.json');
  writeFileSync(file, content);
  return file;
}

describe('the event', () => {
  test('is the object in the file', () => {
    const file = eventFile('{"action": "opened", "number": 7}');
    expect(readEvent({ GITHUB_EVENT_PATH: file })).toEqual({ action: 'opened', number: 7 });
  });

  test('may have a byte order mark', () => {
    expect(readEvent({ GITHUB_EVENT_PATH: eventFile('\uFEFF{}') })).toEqual({});
  });

  test.each([undefined, ''])('is empty when the path is %j', (path) => {
    expect(readEvent({ GITHUB_EVENT_PATH: path })).toEqual({});
  });

  test('gives the object no foreign prototype', () => {
    const payload = readEvent({
      GITHUB_EVENT_PATH: eventFile('{"__proto__": {"action": "closed"}}'),
    });
    expect(payload.action).toBeUndefined();
  });

  test.each([
    ['nothing', '', 'is not JSON'],
    ['half an object', '{"action": "op', 'is not JSON'],
    ['YAML', 'action: opened', 'is not JSON'],
    ['a list', '[{"action": "opened"}]', 'holds no JSON object'],
    ['a text', '"opened"', 'holds no JSON object'],
    ['a number', '7', 'holds no JSON object'],
    ['null', 'null', 'holds no JSON object'],
    ['binary', new Uint8Array([0xff, 0xfe, 0x00]), 'is not JSON'],
  ])('is the user’s to mend when the file holds %s', (_, content, complaint) => {
    const file = eventFile(content);
    const reading = () => readEvent({ GITHUB_EVENT_PATH: file });
    expect(reading).toThrow(UserError);
    expect(reading).toThrow(`the event file ${file} ${complaint}`);
  });

  test.each([
    ['there is no file', join(folder, 'absent.json'), 'ENOENT'],
    ['the path is a directory', folder, 'EISDIR'],
  ])('is the user’s to mend when %s', (_, path, code) => {
    expect(() => readEvent({ GITHUB_EVENT_PATH: path })).toThrow(`cannot be read: ${code}`);
  });
});
