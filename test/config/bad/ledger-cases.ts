import { type BadFile, bad } from './cases.ts';

const next =
  'Write an address, as ssh://git@git.example.com/team/app-ledger.git, a folder from the root of the machine, as /srv/app-ledger.git, or the name of a remote, as origin.';
const withoutLogin =
  'Remove what stands before the @; git logs in with what it is given on the runner.';

function inLedger(name: string, git: string, says: string, hint = next): BadFile {
  return { ...bad(name, `ledger:\n  git: ${git}\n`, ['2:8', `ledger.git: ${says}`]), hint };
}

export const ledgerFaults: readonly BadFile[] = [
  {
    ...bad('a ledger without a place', 'ledger: {}\n', ['1:9', 'ledger needs the key git']),
    hint: 'Add git: to it.',
  },
  {
    ...bad('a ledger as an address alone', 'ledger: "https://bot:s3cret@git.example.com/l.git"\n', [
      '1:9',
      'ledger must be a mapping, not "https://***@git.example.com/l.git"',
    ]),
    hint: 'Write ledger: { git: "ssh://git@git.example.com/team/app-ledger.git" }.',
  },
  bad('a ledger on a branch', 'ledger: { git: origin, branch: ledger }\n', [
    '1:24',
    'unknown key "branch" in ledger',
  ]),
  inLedger(
    'an option of git',
    '"--upload-pack=touch /tmp/x"',
    '"--upload-pack=touch /tmp/x" begins with a dash',
  ),
  inLedger(
    'a host that is an option of ssh',
    '"ssh://-oProxyCommand=touch/x"',
    '"ssh://-oProxyCommand=touch/x" is neither',
  ),
  inLedger(
    'a login that is an option of ssh',
    '"ssh://-oProxyCommand=x@host/x"',
    '"ssh://***@host/x" is neither',
  ),
  inLedger(
    'a path that is an option',
    '"git@git.example.com:-x"',
    '"git@git.example.com:-x" is neither',
  ),
  inLedger(
    'a program for git to run',
    '"ext::sh -c touch% /tmp/x"',
    '"ext::sh -c touch% /tmp/x" has git run a program (ext::)',
  ),
  inLedger(
    'a helper before an address',
    '"testgit::https://git.example.com/x.git"',
    '"testgit::https://git.example.com/x.git" has git run a program',
  ),
  inLedger(
    'an address by http',
    '"http://git.example.com/l.git"',
    '"http://git.example.com/l.git" goes over http',
  ),
  inLedger(
    'an address by the protocol of git',
    '"git://git.example.com/l.git"',
    '"git://git.example.com/l.git" goes over git',
  ),
  inLedger(
    'a password in an address',
    '"https://bot:s3cret@git.example.com/l.git"',
    'this address holds a password or token',
    withoutLogin,
  ),
  inLedger(
    'a token as a name',
    '"https://s3cret@git.example.com/l.git"',
    'this address holds a password or token',
    withoutLogin,
  ),
  inLedger(
    'a password by ssh',
    '"ssh://git:s3cret@git.example.com/l.git"',
    'this address holds a password or token',
    withoutLogin,
  ),
  inLedger(
    'a folder from here',
    './ledger.git',
    '"./ledger.git" is a folder that is not named from the root',
  ),
  inLedger(
    'a folder below the checkout',
    'ledgers/app.git',
    '"ledgers/app.git" is a folder that is not named from the root',
  ),
  inLedger(
    'a folder of one’s home',
    '"~/ledger.git"',
    '"~/ledger.git" is a folder that is not named from the root',
  ),
  inLedger('a folder with a line break', '"/srv/a\\nb"', '"/srv/a\\nb" is a folder that is not'),
  inLedger('an empty text', '""', '"" is neither'),
  inLedger('a host alone', '"https://git.example.com"', '"https://git.example.com" is neither'),
];
