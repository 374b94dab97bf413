import { createExchangeValidator } from '../lab/github/openapi.ts';
import type { TappedCall } from './tap.ts';
import { inWorld, type World, type WorldOptions } from './world.ts';

/** The description forbids `null` in lists of pull requests alone; GitHub answers it for labels without one. */
const flaw = /\/pulls 200: \/\d+\/labels\/\d+\/description must be string/;

/** Worlds whose exchanges with GitHub are kept, to be held against GitHub's published description. */
export class Traffic {
  readonly #calls: TappedCall[] = [];

  /** As `inWorld` of the worlds. */
  readonly inWorld = (options: WorldOptions, play: (world: World) => Promise<void>) =>
    inWorld(options, async (world) => {
      await play(world);
      this.#calls.push(...world.tap.history);
    });

  /** How many exchanges there were, and what is wrong with them, each fault once. */
  judge(): { readonly exchanges: number; readonly problems: readonly string[] } {
    const validate = createExchangeValidator();
    const exchanges = this.#calls.filter(isJudged);
    const problems = exchanges.flatMap((call) => {
      const requestBody = parsed(call.body);
      const responseBody = parsed(call.answer);
      return validate({
        ...{ method: call.method, path: call.path, status: call.status },
        ...(requestBody !== undefined && { requestBody }),
        ...(responseBody !== undefined && { responseBody }),
      });
    });
    const real = problems.filter((problem) => !flaw.test(problem));
    return { exchanges: exchanges.length, problems: [...new Set(real)] };
  }
}

/** Git and raw files are not described; faults that were asked for are meant to be wrong. */
function isJudged({ status, answer, answerHeaders }: TappedCall): boolean {
  if (status < 200 || status >= 500) return false;
  return answer.length === 0
    ? status === 204 || status === 304
    : String(answerHeaders['content-type']).includes('application/json');
}

function parsed(body: Buffer): unknown {
  return body.length === 0 ? undefined : JSON.parse(body.toString('utf8'));
}
