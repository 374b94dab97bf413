import { runAction } from '../../runner/run-action.ts';
import { understudyAction } from './run.ts';

await runAction('understudy', understudyAction);
