import { runAction } from '../../runner/run-action.ts';
import { teardownAction } from './run.ts';

await runAction('teardown-preview', teardownAction);
