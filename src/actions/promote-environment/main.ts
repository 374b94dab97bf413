import { runAction } from '../../runner/run-action.ts';
import { promoteAction } from './run.ts';

void runAction('promote-environment', promoteAction);
