import { describe, expect, test } from '@jest/globals';
import { spokenCommand } from '../../src/core/spoken-command.ts';
import { promoteHelp, promotePrefix, readPromoteCommand } from '../../src/promotion/commands.ts';
import { at, length, pipeline, stage } from '../builders/promotion.ts';

const app = pipeline();
const site = pipeline({
  name: 'site',
  stages: [stage('staging'), stage('live', { after: ['staging'] })],
});

function read(comment: string, pipelines = [app]) {
  const spoken = spokenCommand(comment, [promotePrefix]);
  if (!spoken) throw new Error('nothing was said');
  return readPromoteCommand(spoken.words, pipelines);
}

function instruction(comment: string, pipelines = [app]) {
  const command = read(comment, pipelines);
  if (command.kind !== 'instruction') throw new Error(JSON.stringify(command));
  const { pipeline: name, why, instruction: asked } = command;
  return { pipeline: name, why, ...asked };
}

describe('a command about promotions', () => {
  test.each([
    ['/promote', { mode: 'advance' }],
    ['/promote production', { mode: 'advance', stage: 'production' }],
    ['/promote production v1.2', { mode: 'advance', stage: 'production', version: 'v1.2' }],
    ['/promote approve production v1.2', { mode: 'approve', stage: 'production', version: 'v1.2' }],
    ['/promote hold', { mode: 'hold' }],
    ['/promote hold production', { mode: 'hold', stage: 'production' }],
    [
      '/promote hold production for 4h',
      { mode: 'hold', stage: 'production', until: { in: length('4h') } },
    ],
    [
      '/promote hold until 2026-11-24T18:00:00Z',
      { mode: 'hold', until: { at: at('2026-11-24T18:00:00Z') } },
    ],
    ['/promote release', { mode: 'release' }],
    ['/promote release production', { mode: 'release', stage: 'production' }],
    ['/promote release production v1', { mode: 'release', stage: 'production', version: 'v1' }],
    ['/promote rollback production', { mode: 'rollback', stage: 'production' }],
    ['/promote rollback production v1', { mode: 'rollback', stage: 'production', version: 'v1' }],
    ['/promote abort production', { mode: 'abort', stage: 'production' }],
    [
      '/promote override production v1 soak,window for 1h',
      {
        mode: 'override',
        stage: 'production',
        version: 'v1',
        gates: ['soak', 'window'],
        until: { in: length('1h') },
      },
    ],
  ])('%s', (comment, expected) => {
    expect(instruction(comment)).toEqual({ pipeline: 'app', why: '', ...expected });
  });

  test('keeps what stands after because as the reason', () => {
    expect(
      instruction('/promote hold production for 4h because the shop is on fire'),
    ).toMatchObject({
      until: { in: length('4h') },
      why: 'the shop is on fire',
    });
  });

  test('is not read out of its own reason', () => {
    expect(instruction('/promote hold because we wait for production v1')).toEqual({
      pipeline: 'app',
      mode: 'hold',
      why: 'we wait for production v1',
    });
  });

  test('is read at the start of a line only, and not out of code or quotes', () => {
    const comment = '> /promote hold\n```\n/promote abort production\n```\n/promote release';
    expect(instruction(comment)).toMatchObject({ mode: 'release' });
  });

  test('shows a status or help, of one pipeline if one is named', () => {
    expect(read('/promote status')).toEqual({ kind: 'status', pipeline: undefined });
    expect(read('/promote status site', [app, site])).toEqual({ kind: 'status', pipeline: 'site' });
    expect(read('/promote help')).toEqual({ kind: 'help' });
  });
});

describe('with several pipelines', () => {
  test('a stage that only one has names it', () => {
    expect(instruction('/promote hold live', [app, site])).toMatchObject({
      pipeline: 'site',
      stage: 'live',
    });
  });

  test.each(['/promote hold app staging', '/promote hold app/staging'])(
    '%s names both',
    (comment) => {
      expect(instruction(comment, [app, site])).toMatchObject({
        pipeline: 'app',
        stage: 'staging',
      });
    },
  );

  test('a pipeline alone is the whole of it', () => {
    expect(instruction('/promote hold site', [app, site])).toEqual({
      pipeline: 'site',
      mode: 'hold',
      why: '',
    });
  });

  test.each(['/promote hold staging', '/promote hold', '/promote'])(
    '%s is asked back',
    (comment) => {
      expect(read(comment, [app, site])).toEqual({
        kind: 'invalid',
        reason: 'pipeline: say which one is meant: app, site',
      });
    },
  );

  test('a pipeline whose name is that of its only stage is not needed', () => {
    const one = pipeline({ name: 'staging', stages: [stage('staging')] });
    expect(instruction('/promote staging v1', [one])).toMatchObject({
      stage: 'staging',
      version: 'v1',
    });
  });
});

describe('what is not understood says why', () => {
  test.each([
    ['/promote approve prodction v1', /^stage: .*did you mean "production"\?$/],
    ['/promote v1.2', /^command: .*"v1.2"; the stages are staging, production, the commands app/],
    [
      '/promote aprove production',
      /^command: no command and no stage is called "aprove"; did you mean `\/promote approve`\?$/,
    ],
    ['/promote prodction', /"prodction"; did you mean the stage "production"\?$/],
    ['/promote approve', /^stage: say which stage/],
    ['/promote approve production', /^version: say which version/],
    ['/promote override production v1', /^override: say which gates, among all, health/],
    ['/promote abort production v1', /^command: too many words; write `\/promote abort STAGE`$/],
    ['/promote approve production v1 please', /^command: too many words/],
    ['/promote hold production v1', /^command: too many words/],
    ['/promote hold production for ever', /^command: write `for 4h`/],
    ['/promote hold production for', /^command: write `for 4h`/],
    ['/promote hold for 4h please', /^command: after "for 4h"/],
    ['/promote approve production v1 for 4h', /^command: `for` and `until`/],
  ])('%s', (comment, reason) => {
    expect(read(comment)).toEqual({ kind: 'invalid', reason: expect.stringMatching(reason) });
  });

  test('nor is anything where no pipelines are configured', () => {
    expect(read('/promote hold', [])).toEqual({
      kind: 'invalid',
      reason: expect.stringMatching(/^pipelines: /),
    });
  });

  test('and stays short, however long the words are', () => {
    const { reason } = read(`/promote hold ${'x'.repeat(60_000)}`) as { reason: string };
    expect(reason.length).toBeLessThan(300);
  });
});

test('every command that help names is understood', () => {
  const filled = promoteHelp
    .map(([command]) => command)
    .flatMap((command) => [command.replace(/\[.*?\]/g, ''), command.replace(/[[\]]/g, '')])
    .map((command) =>
      command
        .replace('STAGE', 'production')
        .replace('VERSION', 'v1')
        .replace('GATE,GATE', 'soak,window')
        .replace('…', 'of it'),
    );
  for (const command of filled)
    expect({ command, kind: read(command).kind }).not.toMatchObject({ kind: 'invalid' });
});
