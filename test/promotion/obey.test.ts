import { describe, expect, test } from '@jest/globals';
import { refusalOfCommand } from '../../src/promotion/command-permission.ts';
import type { Person } from '../../src/promotion/facts.ts';
import type { Command } from '../../src/promotion/instruction.ts';
import { type Circumstances, obey } from '../../src/promotion/obey.ts';
import { emptyRecord, stageRecord, withStage } from '../../src/promotion/records/record.ts';
import { orderOf } from '../../src/promotion/versions.ts';
import { at, history, length, pipeline } from '../builders/promotion.ts';

const approved = pipeline({}, { approval: { by: ['maintainers', '@eve'], count: 1, self: false } });

function person(permission: Person['permission'], ...teams: string[]): Person {
  return { permission, teams };
}

function refusal(command: Command, who: Person, login = 'ada', doubtful: readonly string[] = []) {
  return refusalOfCommand(command, approved, { login, person: who, doubtful });
}

const approval: Command = { mode: 'approve', stage: 'production', version: 'v2' };
const emergency: Command = {
  mode: 'override',
  stage: 'production',
  version: 'v2',
  gates: ['soak'],
};
const ordinary: readonly Command[] = [
  { mode: 'hold' },
  { mode: 'release', stage: 'production' },
  { mode: 'rollback', stage: 'production' },
  { mode: 'abort', stage: 'production' },
];

describe('who may give a command', () => {
  test.each(ordinary)('$mode is for those who may push', (command) => {
    expect(refusal(command, person('write'))).toBeUndefined();
    expect(refusal(command, person('admin'))).toBeUndefined();
    for (const permission of ['none', 'read', 'triage'] as const) {
      expect(refusal(command, person(permission))).toMatch(
        new RegExp(`^permission: ${command.mode} needs write access, and ada has ${permission}$`),
      );
    }
  });

  test('an approval is for those whom the gate names, whatever else they may do', () => {
    expect(refusal(approval, person('read', 'maintainers'))).toBeUndefined();
    expect(refusal(approval, person('read'), 'eve')).toBeUndefined();
    expect(refusal(approval, person('admin'))).toBe(
      'permission: production is approved by maintainers, @eve, and ada is none of them',
    );
  });

  test('an approval that no gate asks for is for those who may push', () => {
    const free: Command = { ...approval, stage: 'staging' };
    expect(refusal(free, person('write'))).toBeUndefined();
    expect(refusal(free, person('read'))).toMatch(/^permission: /);
  });

  test('an emergency passes approvals, so that to push is not enough', () => {
    expect(refusal(emergency, person('write'))).toMatch(
      /needs maintain access, and ada has write$/,
    );
    expect(refusal(emergency, person('maintain'))).toBeUndefined();
    expect(refusal(emergency, person('admin'))).toBeUndefined();
  });

  test('an approval of someone whose teams cannot be seen says so', () => {
    expect(refusal(approval, person('write'), 'ada', ['maintainers'])).toBe(
      'permission: whether ada is in maintainers is not known, as this token may not see it',
    );
  });
});

function circumstances(overrides: Partial<Circumstances> = {}): Circumstances {
  return {
    pipeline: pipeline(),
    author: { by: 'ada', at: at('12:00'), why: 'a test' },
    source: 'https://github.com/acme/app/actions/runs/1',
    current: undefined,
    order: orderOf(history('v1', 'v2', 'v3')),
    ...overrides,
  };
}

const later = (overrides: Partial<Circumstances> = {}) =>
  circumstances({ author: { by: 'ada', at: at('13:00'), why: 'a test' }, ...overrides });

describe('a command that is said twice changes nothing the second time', () => {
  const ran = withStage(emptyRecord('app'), 'production', (stage) => ({
    ...stage,
    visits: [
      { version: 'v1', health: 'healthy', since: at('01:00'), seenAt: at('11:00'), healthyFor: 0 },
    ],
  }));
  test.each<Command>([
    approval,
    { mode: 'hold' },
    { mode: 'hold', stage: 'production', until: { at: at('18:00') } },
    { mode: 'release', stage: 'production', version: 'v2' },
    { mode: 'rollback', stage: 'production', version: 'v1' },
    emergency,
  ])('$mode', (command) => {
    const first = obey(ran, command, circumstances());
    expect(first.outcome).toBe('done');
    expect(obey(first.record, command, later())).toMatchObject({
      outcome: 'unchanged',
      record: first.record,
    });
  });

  test('but an approval that expires is renewed by it', () => {
    const expiring = pipeline(
      {},
      { approval: { by: ['write'], count: 1, self: false, expireAfter: length('1d') } },
    );
    const first = obey(ran, approval, circumstances({ pipeline: expiring }));
    const again = obey(first.record, approval, later({ pipeline: expiring }));
    expect(again.outcome).toBe('done');
    expect(stageRecord(again.record, 'production').approvals.map((each) => each.at)).toEqual([
      at('12:00'),
      at('13:00'),
    ]);
  });

  test('but an end that is counted from now moves', () => {
    const hold: Command = { mode: 'hold', until: { in: length('4h') } };
    const first = obey(ran, hold, circumstances());
    expect(first.record.freeze?.until).toBe(at('16:00'));
    expect(obey(first.record, hold, later()).record.freeze?.until).toBe(at('17:00'));
  });
});

test.each<Command>([
  { mode: 'hold', until: { at: at('11:00') } },
  { ...emergency, until: { at: at('12:00') } } as Command,
])('$mode until a moment that is over is refused', (command) => {
  expect(obey(emptyRecord('app'), command, circumstances())).toMatchObject({
    outcome: 'refused',
    reason: expect.stringMatching(/^until: 2026-11-24 1[12]:00 UTC is over already$/),
  });
});

describe('a version in a command', () => {
  test('may be the start of its commit, and is recorded whole', () => {
    const order = orderOf({
      versions: [
        { key: 'v1', commit: 'abcdef0123456789abcdef0123456789abcdef01', at: at('01:00') },
      ],
    });
    const said = obey(
      emptyRecord('app'),
      { ...approval, version: 'abcdef0' },
      circumstances({ order }),
    );
    expect(stageRecord(said.record, 'production').approvals).toEqual([
      { version: 'v1', by: 'ada', at: at('12:00'), source: expect.stringContaining('/runs/1') },
    ]);
  });

  test.each<Command>([
    { ...approval, version: 'v9' },
    { mode: 'release', stage: 'production', version: 'v9' },
    { ...emergency, version: 'v9' },
  ] as Command[])('that nobody knows is refused: $mode', (command) => {
    const said = obey(emptyRecord('app'), command, circumstances());
    expect(said).toMatchObject({
      outcome: 'refused',
      record: emptyRecord('app'),
      reason: expect.stringMatching(/^version: v9 is none/),
    });
  });
});

describe('a rollback to a named version', () => {
  const back = (version: string): Command => ({ mode: 'rollback', stage: 'production', version });

  test('goes to one that is older than what runs', () => {
    const said = obey(emptyRecord('app'), back('v1'), circumstances({ current: 'v2' }));
    expect(stageRecord(said.record, 'production').pin?.version).toBe('v1');
  });

  test('passes all gates, so it never goes to what is new', () => {
    const said = obey(emptyRecord('app'), back('v3'), circumstances({ current: 'v2' }));
    expect(said).toMatchObject({
      outcome: 'refused',
      reason: expect.stringMatching(/^rollback: production did not run v3 before/),
    });
  });

  test('goes to one that ran there, where history knows it no more', () => {
    const ran = withStage(emptyRecord('app'), 'production', (stage) => ({
      ...stage,
      visits: [
        {
          version: 'v0',
          health: 'healthy',
          since: at('01:00'),
          seenAt: at('02:00'),
          healthyFor: 0,
        },
      ],
    }));
    expect(obey(ran, back('v0'), circumstances({ current: 'v2' })).outcome).toBe('done');
  });
});

test('an emergency without an end lasts four hours', () => {
  const said = obey(emptyRecord('app'), emergency, circumstances());
  expect(stageRecord(said.record, 'production').overrides).toMatchObject([
    { by: 'ada', why: 'a test', gates: ['soak'], until: at('16:00') },
  ]);
});
