import { understudyAction } from '../../../src/actions/understudy/run.ts';
import { repository } from '../../lab/github/lab.ts';
import type { Circumstance, Ended, PromotionLab } from './promotion-lab.ts';

/** An issue on which people comment. */
export interface Conversation {
  readonly number: number;
  /** Somebody comments, and the root action is woken by it, with these inputs. */
  say(
    text: string,
    login: string,
    inputs?: Readonly<Record<string, string>>,
    more?: Circumstance,
  ): Promise<Ended>;
  /** The comments that promotions have answered with. */
  answers(): Promise<string[]>;
  /** How the comments were reacted to, by GitHub's names. */
  reactions(): Promise<string[]>;
}

interface Commented {
  readonly body: string;
  readonly reactions: Readonly<Record<string, number>>;
}

/** Opens an issue. */
export async function openConversation({ lab, act }: PromotionLab): Promise<Conversation> {
  const issues = `/repos/${repository}/issues`;
  const { number } = (await lab.call('POST', issues, { title: 'Release' })).body;
  const comments = `${issues}/${number}/comments`;
  const all = async () => (await lab.call('GET', comments)).body as Commented[];
  return {
    number,
    say: async (body, login, inputs = {}, more = {}) => {
      const said = await lab.call('POST', comments, { body });
      const comment = { ...said.body, user: { login, type: 'User' } };
      const payload = { action: 'created', issue: { number }, comment };
      return act(understudyAction, inputs, {
        event: 'issue_comment',
        payload,
        actor: login,
        ...more,
      });
    },
    answers: async () =>
      (await all()).map(({ body }) => body).filter((text) => text.includes('understudy:promote:')),
    reactions: async () =>
      (await all()).flatMap(({ reactions }) =>
        ['+1', 'eyes', 'confused'].filter((name) => reactions[name]),
      ),
  };
}
