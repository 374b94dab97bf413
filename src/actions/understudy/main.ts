import { runAction } from '../../runner/run-action.ts';
import { understudyAction } from './run.ts';

void runAction('understudy', understudyAction);
