import type { ApprovalSettings, GateSettings } from '../promotion/pipeline.ts';
import type { VerificationRun } from '../promotion/settings.ts';
import { parseLocal } from '../promotion/windows/calendar.ts';
import {
  parseWindowRule,
  type WindowRule,
  type WindowSettings,
} from '../promotion/windows/window-rule.ts';
import { asList } from './lists.ts';
import { defaultVerificationTimeouts } from './pipeline-defaults.ts';
import type { FileGates } from './pipeline-gates-section.ts';
import { plainRecurrence } from './pipeline-recurrence.ts';
import type { FileRecurrence } from './pipeline-windows-section.ts';
import { asDuration } from './resolve-kubernetes-app.ts';

type FileWindows = NonNullable<FileGates['windows']>;
type FileVerification = NonNullable<FileGates['verification']>;

/** What a stage asks for, without what it does not ask for. */
export function resolveGates(given: FileGates): GateSettings {
  const { soak, windows, checks = [], approval, verification } = given;
  const names = asList(checks);
  const validFor = verification?.['valid-for'];
  return {
    ...(soak !== undefined && { soak: asDuration(soak) }),
    ...(windows && { windows: resolveWindows(windows) }),
    ...(names.length > 0 && { checks: names }),
    ...(approval && { approval: resolveApproval(approval) }),
    ...(verification && {
      verification: {
        names: verification.runs.map(({ name }) => name),
        ...(validFor !== undefined && { validFor: asDuration(validFor) }),
      },
    }),
  };
}

function resolveWindows(given: FileWindows): WindowSettings {
  const { allow, deny, timezone, 'at-most': atMost } = given;
  return {
    allow: resolveRules(allow),
    deny: resolveRules(deny),
    timezone,
    ...(atMost !== undefined && { atMost }),
  };
}

function resolveRules(given: FileWindows['allow']): WindowRule[] {
  const entries = typeof given === 'string' ? [given] : given;
  return entries.map((entry) => (typeof entry === 'string' ? windowRule(entry) : recurring(entry)));
}

/** The schema lets only windows through, so that another text is a fault of ours. */
function windowRule(text: string): WindowRule {
  const read = parseWindowRule(text);
  if (typeof read === 'string') throw new TypeError(`${text} ${read}`);
  return read;
}

function recurring({ rrule, start, length }: FileRecurrence): WindowRule {
  const local = parseLocal(start);
  if (!local) throw new TypeError(`not a local time: ${start}`);
  return {
    kind: 'recurrence',
    text: `${rrule} for ${length}`,
    rule: plainRecurrence(rrule),
    start: local.time,
    length: asDuration(length),
  };
}

function resolveApproval(given: NonNullable<FileGates['approval']>): ApprovalSettings {
  const { by, count, self, 'expire-after': expiry } = given;
  return {
    by: asList(by),
    count,
    self,
    ...(expiry !== undefined && { expireAfter: asDuration(expiry) }),
  };
}

/** The verifications of a stage as a run makes them. */
export function resolveVerifications(given: FileVerification | undefined): VerificationRun[] {
  return (given?.runs ?? []).map(({ name, http, expect, command = [], timeout }) =>
    http === undefined
      ? {
          name,
          kind: 'command',
          command: command.map(String),
          timeout: asDuration(timeout ?? defaultVerificationTimeouts.command),
        }
      : {
          name,
          kind: 'http',
          url: http,
          ...(expect !== undefined && { expect }),
          timeout: asDuration(timeout ?? defaultVerificationTimeouts.http),
        },
  );
}
