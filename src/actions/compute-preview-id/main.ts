import { runAction } from '../../runner/run-action.ts';
import { computePreviewId } from './run.ts';

void runAction('compute-preview-id', computePreviewId);
