import type { GateState } from '../gates/gate.ts';
import type { Phase } from '../records/record.ts';
import type { StageState, StageView } from './stage-view.ts';

/** Each state with its symbol, so that it is read without colours, and found by its word. */
export const stageSigns: Readonly<Record<StageState, string>> = {
  promoting: '🚀 promoting',
  'under way': '🔵 under way',
  waiting: '🟡 waiting',
  blocked: '⛔ blocked',
  failed: '🔴 failed',
  superseded: '⚪ superseded',
  'nothing to do': '⚪ nothing to do',
  'not decided': '⚪ not decided now',
};

export const healthSigns: Readonly<Record<StageView['health'], string>> = {
  healthy: '🟢 healthy',
  unhealthy: '🔴 unhealthy',
  unknown: '⚪ unknown',
};

export const gateSigns: Readonly<Record<GateState, string>> = {
  passed: '🟢 passed',
  waiting: '🟡 waiting',
  refused: '⛔ refused',
  unknown: '⚪ unknown',
  overridden: '🟠 overridden',
};

export const phaseSigns: Readonly<Record<Phase, string>> = {
  pending: '🟡 pending',
  running: '🔵 running',
  succeeded: '🟢 succeeded',
  failed: '🔴 failed',
  errored: '🔴 errored',
  aborted: '⚫ aborted',
};
