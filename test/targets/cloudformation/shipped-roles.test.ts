import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { UserError } from '../../../src/core/user-error.ts';
import { explainAws } from '../../../src/targets/cloudformation/connect/errors.ts';

const deploy = readFileSync('infra/understudy-deploy-role.yaml', 'utf8');
const sweep = readFileSync('infra/understudy-sweep-role.yaml', 'utf8');
const permissions = readFileSync('docs/cloudformation.md', 'utf8')
  .split('\n## ')
  .find((section) => section.startsWith('Permissions'));

/** The texts of all statements of that name, in both templates. */
function statements(name: string): string {
  return [deploy, sweep]
    .flatMap((text) => text.split(/^ +- (?=Sid:)/m))
    .filter((text) => text.startsWith(`Sid: ${name}\n`))
    .join('\n');
}

function quoted(text = ''): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}

const rows = (permissions ?? '')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter((cells) => cells.length === 6 && /^`/.test(cells[1] ?? ''));

describe('the page about permissions', () => {
  test('has a row for each right that a setting needs', () => {
    expect(rows.map(([, setting]) => setting)).toHaveLength(6);
  });

  test.each(rows)(
    'of %s%s is right about the templates',
    (_, _setting, rights, names, parameters) => {
      const given = quoted(names).map(statements);
      expect(given).not.toContain('');
      for (const right of quoted(rights).filter((word) => /^[a-z0-9]+:[A-Z]/.test(word)))
        expect(given.join('\n')).toContain(right);
      const declared = (parameters ?? '').includes('(sweep)') ? sweep : deploy;
      for (const parameter of quoted(parameters)) expect(declared).toContain(`\n  ${parameter}:\n`);
    },
  );
});

describe('the statement of a refused call', () => {
  test('hands a role to CloudFormation alone, as the templates do', () => {
    const role = 'arn:aws:iam::123456789012:role/shop';
    const message = `User: a is not authorized to perform: iam:PassRole on resource: ${role}`;
    const cause = Object.assign(new Error(message), { name: 'AccessDenied' });
    const { problems } = explainAws(cause, 'deploy') as UserError;
    const hint = problems[0]?.hint ?? '';
    expect(JSON.parse(hint.slice(hint.indexOf('{')))).toEqual({
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: role,
      Condition: { StringEquals: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } },
    });
    expect(statements('HandOver')).toContain('iam:PassedToService: cloudformation.amazonaws.com');
    expect(hint).toContain('infra/understudy-deploy-role.yaml');
  });
});
