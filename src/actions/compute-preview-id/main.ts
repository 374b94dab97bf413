import { runAction } from '../../runner/run-action.ts';
import { computePreviewId } from './run.ts';

await runAction('compute-preview-id', computePreviewId);
