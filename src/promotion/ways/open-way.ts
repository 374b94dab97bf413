import type { Instant } from '../../core/time.ts';
import type { PullRequestSettings, WaySettings } from '../settings.ts';
import { dispatchWay } from './dispatch.ts';
import type { Workflows } from './dispatch-ports.ts';
import { outputsWay } from './outputs.ts';
import { refWay } from './ref.ts';
import type { Refs } from './ref-ports.ts';
import { releaseWay } from './release.ts';
import type { Releases } from './release-ports.ts';
import type { StageWay, WayContext } from './way.ts';

/** What ways reach the world through. */
export interface WayPorts {
  readonly refs: Refs;
  readonly workflows: Workflows;
  readonly releases: Releases;
  clock(): Instant;
  pullRequest(settings: PullRequestSettings, context: WayContext): StageWay;
  /** Where people see this run; for `outputs`. */
  readonly runUrl?: string;
}

/** The way of one stage. Sends nothing yet. */
export function openWay(settings: WaySettings, context: WayContext, ports: WayPorts): StageWay {
  const { refs, workflows, releases, clock } = ports;
  switch (settings.via) {
    case 'outputs':
      return outputsWay(ports);
    case 'dispatch':
      return dispatchWay(settings, workflows, context, clock);
    case 'pull-request':
      return ports.pullRequest(settings, context);
    case 'ref':
      return refWay(settings.ref, refs, context, clock);
    case 'release':
      return releaseWay(settings, releases, clock);
  }
}
