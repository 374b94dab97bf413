import { runAction } from '../../runner/run-action.ts';
import { deployAction } from './run.ts';

await runAction('deploy-preview', deployAction);
