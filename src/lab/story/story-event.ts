/**
 * What `lab --json` prints, one a line, each with `at` (ISO 8601). The human story is told from the same
 * events, so that neither knows more than the other.
 */
export type StoryEvent =
  | {
      readonly event: 'started';
      /** The page. */
      readonly url: string;
      readonly repository: string;
      /** Bare directory that takes an ordinary `git push`. */
      readonly git: string;
      /** Base address of the stand-in's REST API. */
      readonly github: string;
    }
  | { readonly event: 'chapter'; readonly number: number; readonly title: string }
  | { readonly event: 'note'; readonly text: string }
  | {
      readonly event: 'pull-request';
      readonly number: number;
      readonly what: 'opened' | 'pushed' | 'closed' | 'closed, and the event was lost';
      readonly title: string;
      readonly branch: string;
      readonly commit: string;
    }
  | {
      readonly event: 'run';
      readonly id: number;
      /** `pull_request.opened`, `schedule` … */
      readonly on: string;
      readonly conclusion: string;
      readonly exit: number;
      readonly 'wall-ms': number;
      readonly outputs: Readonly<Record<string, string>>;
      readonly errors: readonly string[];
    }
  | {
      readonly event: 'preview';
      readonly what: 'created' | 'updated';
      readonly url: string;
      readonly commit: string;
      readonly 'pull-request': number;
      /** From the pull request's event to an answer of that commit. */
      readonly 'ready-ms': number;
    }
  | { readonly event: 'gone'; readonly url: string; readonly 'pull-request': number }
  | {
      readonly event: 'check';
      /** What was looked at, and held or not. */
      readonly what: string;
      readonly ok: boolean;
      readonly detail?: string;
    }
  | {
      readonly event: 'done';
      readonly ok: boolean;
      readonly faults: readonly string[];
      /** Addresses that answer now. */
      readonly previews: readonly string[];
      readonly 'wall-ms': number;
    }
  | { readonly event: 'open'; readonly url: string; readonly git: string }
  | { readonly event: 'stopped' }
  | { readonly event: 'error'; readonly message: string; readonly hint: string };

/** Takes the story as it happens. */
export type Tell = (event: StoryEvent) => void;
