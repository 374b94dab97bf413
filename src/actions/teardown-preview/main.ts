import { runAction } from '../../runner/run-action.ts';
import { teardownAction } from './run.ts';

void runAction('teardown-preview', teardownAction);
