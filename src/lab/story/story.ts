import type { Lab } from './lab.ts';
import { look } from './look.ts';
import { Observation, type StoryParts } from './observation.ts';
import { type CommitPlan, commitTo, mainBranch } from './project.ts';
import type { SampleLook } from './sample-app.ts';
import type { Tell } from './story-event.ts';

/** Which pull requests the story opens, and what they change in the sample. */
const sampleFeatures = {
  first: { branch: 'feature/paper-moon', title: 'Light it like a paper moon', accent: '#e8b33a' },
  second: { branch: 'fix/ocean-blue', title: 'Bring the ocean in', accent: '#2f8fe0' },
  third: { branch: 'chore/rose', title: 'Try it in rose', accent: '#d9487d' },
} as const;

/** The same for an application of the user's, whose commits are empty. */
const plainFeatures: Features = {
  first: { branch: 'try/first', title: 'A first pull request' },
  second: { branch: 'try/second', title: 'A second pull request' },
  third: { branch: 'try/third', title: 'A third pull request' },
};

interface Feature {
  readonly branch: string;
  readonly title: string;
  /** A CSS colour, for the sample. */
  readonly accent?: string;
}

type Features = Readonly<Record<'first' | 'second' | 'third', Feature>>;

/** Look of the sample's main branch. */
export const firstLook: SampleLook = { greeting: 'The lantern is lit', accent: '#6b7a90' };

/**
 * Plays the whole life of previews and looks at each step whether it is as it should be. Answers the faults,
 * in words; never throws for one. Rejects when the signal ends it.
 */
export async function playStory(lab: Lab, parts: StoryParts): Promise<string[]> {
  const story = new Story(lab, parts);
  try {
    await story.play();
  } catch (error) {
    parts.signal.throwIfAborted();
    story.observe.fault(`the story broke off: ${(error as Error).message}`);
  }
  return story.observe.faults;
}

class Story {
  readonly observe: Observation;
  readonly #lab: Lab;
  readonly #tell: Tell;
  readonly #features: Features;
  #chapter = 0;

  constructor(lab: Lab, parts: StoryParts) {
    this.#lab = lab;
    this.#tell = parts.tell;
    this.#features = lab.project.sample ? sampleFeatures : plainFeatures;
    this.observe = new Observation(lab, parts);
  }

  /** Where the first pull request gets no preview, no later chapter can say more. */
  async play(): Promise<void> {
    this.#begin('A pull request opens, and its commit runs');
    const first = await this.#open(this.#features.first);
    if (!this.observe.answers(first)) return;
    this.#begin('A push renews the preview');
    await this.#push(first, this.#features.first);
    this.#begin('A second pull request runs beside it');
    const second = await this.#open(this.#features.second);
    await this.observe.stillAnswers(first);
    this.#begin('Closing a pull request removes its preview');
    await this.#close(first);
    this.#begin('A sweep removes what was missed');
    await this.#sweep(await this.#open(this.#features.third));
    await this.observe.stillAnswers(second);
  }

  #begin(title: string): void {
    this.#chapter += 1;
    this.#tell({ event: 'chapter', number: this.#chapter, title });
  }

  async #open(feature: Feature): Promise<number> {
    const commit = await this.#commit(feature, feature.title);
    const start = this.observe.mark();
    const { number } = await this.#lab.api.call<{ number: number }>('POST', this.#path('pulls'), {
      title: feature.title,
      head: feature.branch,
      base: mainBranch,
      body: 'Opened by the lab.',
    });
    this.#tellPull(number, 'opened', feature, commit);
    await this.observe.deployed({ number, commit, start, what: 'created' });
    return number;
  }

  async #push(number: number, feature: Feature): Promise<void> {
    const start = this.observe.mark();
    const commit = await this.#commit(feature, `${feature.title}, more warmly`);
    this.#tellPull(number, 'pushed', feature, commit);
    await this.observe.deployed({ number, commit, start, what: 'updated' });
  }

  async #close(number: number): Promise<void> {
    const start = this.observe.mark();
    await this.#lab.api.call('PATCH', this.#path(`pulls/${number}`), { state: 'closed' });
    this.#tellPull(number, 'closed', this.#features.first, this.observe.commitOf(number));
    await this.observe.removed(number, start);
  }

  async #sweep(number: number): Promise<void> {
    this.#lab.dispatcher.loseNext(({ payload }) => payload.action === 'closed');
    await this.#lab.api.call('PATCH', this.#path(`pulls/${number}`), { state: 'closed' });
    const lost = 'closed, and the event was lost';
    this.#tellPull(number, lost, this.#features.third, this.observe.commitOf(number));
    await this.observe.stillAnswers(number);
    const run = await this.#lab.sweep();
    if (run) this.observe.told(run);
    await this.observe.isGone(number);
  }

  #commit({ branch, accent }: Feature, message: string): Promise<string> {
    const greeting = message;
    const files = { 'look.json': `${JSON.stringify({ greeting, accent }, null, 2)}\n` };
    const plan: CommitPlan = { branch, message, ...(accent !== undefined && { files }) };
    return commitTo(this.#lab.project, plan);
  }

  #tellPull(
    number: number,
    what: 'opened' | 'pushed' | 'closed' | 'closed, and the event was lost',
    { title, branch }: Feature,
    commit: string,
  ): void {
    this.#tell({ event: 'pull-request', number, what, title, branch, commit });
  }

  #path(rest: string): string {
    return `/repos/${this.#lab.project.name}/${rest}`;
  }
}

/** Addresses of the previews that answer now. */
export async function answering(lab: Lab): Promise<string[]> {
  const urls = (await lab.gateway.previews()).flatMap(({ services }) =>
    services.map(({ url }) => url),
  );
  const looks = await Promise.all(urls.map((url) => look(url).catch(() => undefined)));
  return urls.filter((_, index) => (looks[index]?.status ?? 500) < 500);
}
