import type { Written } from './written.ts';

/** Releases of the repository. */
export interface Releases {
  /** The release of a tag: the one that is published, else a draft. All pages are looked through. */
  ofTag(tag: string): Promise<Release | undefined>;
  /** The tag of the release that GitHub shows as the latest. */
  latest(): Promise<string | undefined>;
  /** Makes a pre-release a release, and the latest if it is said; a release stays one. Doing it twice changes nothing. */
  release(id: number, latest: boolean): Promise<Written>;
}

/** A release as far as it matters here. */
export interface Release {
  readonly id: number;
  readonly tag: string;
  readonly draft: boolean;
  readonly prerelease: boolean;
  /** For people. */
  readonly url: string;
}
