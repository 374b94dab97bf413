import { runAction } from '../../runner/run-action.ts';
import { promoteAction } from './run.ts';

await runAction('promote-environment', promoteAction);
