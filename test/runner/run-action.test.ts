import { afterEach, expect, test } from '@jest/globals';
import { runAction } from '../../src/runner/run-action.ts';

const before = { code: process.exitCode, interrupt: process.listeners('SIGINT') };

afterEach(() => {
  process.exitCode = before.code;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    for (const listener of process.listeners(signal)) {
      if (!before.interrupt.includes(listener)) process.off(signal, listener);
    }
  }
});

test('a run that never comes to its end is a failure', () => {
  void runAction('lamp', () => new Promise(() => {}));
  expect(process.exitCode).toBe(1);
});

test('a run that ends well is a success', async () => {
  await runAction('lamp', async () => ({ outputs: {} }));
  expect(process.exitCode).toBe(0);
});
