import { duration } from '../../../core/time.ts';
import { type Fields, fieldsOf, numberOf, textOf } from '../fields.ts';
import { brief, noPatience, somePatience, type Trouble } from './trouble.ts';

/** A container of a pod, as its status tells of it. */
export interface ContainerSight {
  readonly pod: { readonly name: string; readonly uid: string };
  readonly init: boolean;
  /** An entry of `containerStatuses`. */
  readonly status: Fields;
}

type Finding = Pick<Trouble, 'cause' | 'detail' | 'patience' | 'mendable'> & {
  /** Tells one occurrence from the next; a trouble that merely lasts has none. */
  readonly occurrence?: number;
};

/** After so many restarts another one will not help. */
const manyRestarts = 2;
/** A registry's refusal is asked once more: the kubelet does after ten seconds. */
const refusalPatience = duration(5000);

/** What keeps one container from running; `undefined` = nothing, as far as is known yet. */
export function containerTrouble(sight: ContainerSight): Trouble | undefined {
  const { status, pod, init } = sight;
  const found = status.ready === true ? undefined : findingOf(status);
  if (!found) return undefined;
  const { occurrence, detail, ...rest } = found;
  const name = textOf(status.name);
  return {
    ...rest,
    key: [pod.uid, name, kindOf(found.cause), occurrence]
      .filter((part) => part !== undefined)
      .join('/'),
    detail: `${init ? 'init container' : 'container'} ${name}: ${detail}`,
    pod: pod.name,
    container: name,
  };
}

/** How the container ended last: exit code and reason; `undefined` = it never did. */
export function lastEnd(status: Fields): Fields | undefined {
  const ended = fieldsOf(status.state).terminated ?? fieldsOf(status.lastState).terminated;
  return ended === undefined || ended === null ? undefined : fieldsOf(ended);
}

/** Pulling alternates between two reasons that are one trouble. */
function kindOf(cause: string): string {
  return cause === 'ErrImagePull' ? 'ImagePullBackOff' : cause;
}

function findingOf(status: Fields): Finding | undefined {
  const { waiting, terminated, running } = fieldsOf(status.state);
  if (waiting) return waitingFinding(status, fieldsOf(waiting));
  if (terminated && numberOf(fieldsOf(terminated).exitCode) !== 0) return endFinding(status);
  const restarts = numberOf(status.restartCount);
  return running && restarts > manyRestarts
    ? { ...crash(status), patience: somePatience }
    : undefined;
}

function waitingFinding(status: Fields, waiting: Fields): Finding | undefined {
  const cause = textOf(waiting.reason);
  const words = brief(textOf(waiting.message)) || cause;
  switch (cause) {
    case 'ErrImagePull':
    case 'ImagePullBackOff':
      return {
        cause,
        detail: pullWords(status, waiting),
        mendable: false,
        patience: pullPatience(textOf(waiting.message)),
      };
    case 'InvalidImageName':
    case 'ErrImageNeverPull':
      return { cause, detail: pullWords(status, waiting), mendable: false, patience: noPatience };
    case 'CreateContainerConfigError':
      return configFinding(cause, words);
    case 'CreateContainerError':
    case 'RunContainerError':
      return { cause, detail: words, mendable: false, patience: startPatience(words) };
    case 'CrashLoopBackOff':
      return endFinding(status);
    default:
      return undefined;
  }
}

/** Kubelet and containerd wrap the registry's words in layers that each name the image again. */
const pullLayers =
  /Back-off pulling image "[^"]*"(?:: |$)|(?:ErrImagePull|ImagePullBackOff): |rpc error: code = \w+ desc = |failed to (?:pull(?: and unpack)? image|resolve(?: reference| image)?|resolve source metadata for|do request) ?(?:"[^"]*"|[^ ":]*): /gi;

function pullWords(status: Fields, waiting: Fields): string {
  const image = textOf(status.image);
  const told = textOf(waiting.message).replaceAll(pullLayers, '');
  const words = told.startsWith(`${image}: `) ? told.slice(image.length + 2) : told;
  return `the image ${image} cannot be pulled: ${brief(words) || textOf(waiting.reason)}`;
}

function pullPatience(words: string) {
  const isRefusal =
    /not found|manifest unknown|unauthorized|denied|forbidden|no match for platform|invalid reference/i;
  return isRefusal.test(words) ? refusalPatience : somePatience;
}

/** A Secret or ConfigMap that is not there may come; an image that runs as root will not change. */
function configFinding(cause: string, words: string): Finding {
  const isMissing = /not found|couldn't find key/i.test(words);
  const patience = /runAsNonRoot/.test(words) ? noPatience : somePatience;
  return { cause, detail: words, mendable: isMissing, patience };
}

function startPatience(words: string) {
  return /executable file not found|no such file or directory|permission denied|exec format error/i.test(
    words,
  )
    ? noPatience
    : somePatience;
}

/** One end may be an accident; one for which there is no start is none. */
function endFinding(status: Fields): Finding | undefined {
  const { reason, message, exitCode } = lastEnd(status) ?? {};
  const restarts = numberOf(status.restartCount);
  const words = brief(textOf(message));
  if (/^(StartError|ContainerCannotRun)$/.test(textOf(reason)))
    return { cause: 'StartError', detail: words, mendable: false, patience: startPatience(words) };
  const isSuspect = restarts > 0 || reason === 'OOMKilled';
  const isLooping = fieldsOf(fieldsOf(status.state).waiting).reason === 'CrashLoopBackOff';
  return isSuspect || (isLooping && exitCode !== undefined) ? crash(status) : undefined;
}

function crash(status: Fields): Finding {
  const { reason, exitCode } = lastEnd(status) ?? {};
  const occurrence = numberOf(status.restartCount);
  const patience = occurrence >= manyRestarts ? noPatience : somePatience;
  const times = occurrence > 0 ? `, ${occurrence + 1} times by now` : '';
  if (reason === 'OOMKilled')
    return {
      cause: 'OOMKilled',
      detail: `it was killed because it needs more memory than its limit${times}`,
      mendable: false,
      occurrence,
      patience,
    };
  return {
    cause: 'CrashLoopBackOff',
    detail: `it ended with exit code ${numberOf(exitCode)}${times}`,
    mendable: true,
    occurrence,
    patience,
  };
}
