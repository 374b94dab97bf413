import type { Instant } from '../../core/time.ts';
import type { Problem } from '../../core/user-error.ts';
import type {
  DeployResult,
  DesiredPreview,
  ObservedPreview,
  ObservedService,
  PreviewKey,
  ProgressEvent,
} from '../target.ts';

/** What `gateway.json` says, and the line a gateway prints when it is ready. */
export interface GatewayAddress {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Path of the control socket. */
  readonly socket: string;
  readonly state: string;
}

/** `POST /deploy`: answered with one `DeployMessage` a line. */
export interface DeployRequest {
  /** The commit has been fetched into the repository's mirror. */
  readonly preview: DesiredPreview;
  readonly wait: boolean;
  /** When the preview was made, if this makes it. */
  readonly at: Instant;
  /** Names who waits, so that it can say that it no longer does. */
  readonly waiter: string;
}

/** `POST /abandon`: gives up a deploy unless others wait for it too. */
export interface AbandonRequest extends PreviewKey {
  readonly waiter: string;
}

/** `POST /extend`. */
export interface ExtendRequest extends PreviewKey {
  readonly expiresAt: Instant;
}

/** One line of the answer to a deploy or a removal; the last one is not an event. */
export type StreamMessage<Result> =
  | { readonly event: ProgressEvent }
  | { readonly result: Result }
  | Failure;

/** What went wrong: what the user can mend, or a fault. */
export type Failure = { readonly problems: readonly Problem[] } | { readonly error: string };

export type DeployMessage = StreamMessage<DeployResult>;

/** A service as `GET /previews` tells it. */
export interface ListedService extends ObservedService {
  readonly host: string;
  readonly pid?: number;
  readonly port?: number;
  readonly log?: string;
  /** What happened last, when `failed`. */
  readonly reason?: string;
}

/** A preview as `GET /previews` tells it. */
export interface ListedPreview extends ObservedPreview {
  readonly services: readonly ListedService[];
  /** A deploy under way. */
  readonly deploying?: { readonly commit: string; readonly step: string };
  /** The last deploy, when it failed. */
  readonly failure?: { readonly commit: string; readonly reason: string };
}
