import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../../../../src/core/user-error.ts';
import {
  readReleases,
  releasedVersions,
  versionParameter,
} from '../../../../../src/targets/cloudformation/expand/shared-stack/releases.ts';

function read(...texts: string[]) {
  return readReleases(
    new Map(texts.map((text, index) => [`service/s${index}.yaml`, text])),
    'releases',
  );
}

const lite = '- docker: "splits-lite"\n  github: "splits-lite"\n';

describe('release definitions of Kayron', () => {
  test('a service with a release and previews', () => {
    expect(read(`${lite}  deploy:\n    release: "v0.1.0"\n    preview: true\n`)).toEqual([
      {
        name: 'splits-lite',
        github: 'splits-lite',
        infrastructure: false,
        strategy: { kind: 'release', version: 'v0.1.0' },
        preview: true,
      },
    ]);
  });

  test('infrastructure is named after its repository', () => {
    const files = new Map([
      [
        'infrastructure/infra.yaml',
        '- github: infrastructure\n  provider: cloudformation\n  deploy: { release: v1.13.0 }\n',
      ],
      ['README.md', '# not a definition'],
      ['other/x.yaml', 'not: [a definition'],
      ['service/x.yml', 'not: [a definition'],
    ]);
    expect(readReleases(files, 'releases')).toMatchObject([
      { name: 'infrastructure', infrastructure: true },
    ]);
  });

  test.each([
    ['v1', true],
    ['v1.2', true],
    ['v1.8.3-ffce1e2', true],
    ['v1.8.3+build', false],
    ['1.2.3', false],
    ['v1.2.3.4', false],
  ])('the release %s is accepted: %s', (release, fine) => {
    const text = `${lite}  deploy: { release: "${release}" }\n`;
    if (fine) expect(read(text)).toHaveLength(1);
    else expect(() => read(text)).toThrow(UserError);
  });

  test.each([
    ['two strategies', '  deploy: { release: v1.0.0, branch: main }\n', 'release'],
    ['no strategy', '  deploy: {}\n', 'says nothing'],
    ['an unknown key', '  deploy: { branch: main, preveiw: true }\n', 'preveiw'],
    ['previews that are no flag', '  deploy: { branch: main, preview: "yes" }\n', 'true or false'],
  ])('%s is refused, with file and line', (_, deploy, words) => {
    const text = `- docker: a\n  github: a\n  deploy: { branch: main }\n${lite}${deploy}`;
    expect(() => read(text)).toThrow(words);
    const problems = problemsOf(() => read(text));
    expect(problems).toMatchObject([{ location: { file: 'releases/service/s0.yaml', line: 4 } }]);
  });

  test('all faults are told at once', () => {
    const problems = problemsOf(() => read('- github: .x\n', 'docker: a\n', '- : [\n'));
    expect(problems.length).toBeGreaterThanOrEqual(4);
  });

  test('one name twice is refused', () => {
    const one = `${lite}  deploy: { branch: main }\n`;
    expect(() => read(one, one)).toThrow('a second time; first at releases/service/s0.yaml:1');
  });

  test.each([
    ['splits-lite', 'SplitsLiteVersion'],
    ['specta', 'SpectaVersion'],
    ['heLLowOrlD', 'HelloworldVersion'],
    ['infrastructure', 'InfrastructureVersion'],
  ])('the version of %s is the parameter %s', (name, parameter) => {
    expect(versionParameter(name)).toBe(parameter);
  });

  test('only releases have a version that is known here', () => {
    const releases = read(
      `${lite}  deploy: { release: v0.1.0 }\n`,
      '- docker: server\n  github: server\n  deploy: { branch: main }\n',
      '- docker: specta\n  github: specta\n  deploy: { suspend: true }\n',
    );
    expect([...releasedVersions(releases)]).toEqual([
      ['SplitsLiteVersion', { name: 'splits-lite', version: 'v0.1.0' }],
    ]);
  });
});

function problemsOf(act: () => unknown) {
  try {
    act();
  } catch (error) {
    if (error instanceof UserError) return error.problems;
    throw error;
  }
  throw new Error('nothing was thrown');
}
