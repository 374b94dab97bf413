import { runAction } from '../../runner/run-action.ts';
import { deployAction } from './run.ts';

void runAction('deploy-preview', deployAction);
