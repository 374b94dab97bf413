import { defaultConfiguration } from '../../src/config/defaults.ts';
import type { PreviewConfiguration } from '../../src/config/schema.ts';

/** The defaults of `preview`, with some of them replaced. */
export function configuration(overrides: Partial<PreviewConfiguration> = {}): PreviewConfiguration {
  return { ...defaultConfiguration.preview, ...overrides };
}

type Eligible = PreviewConfiguration['eligible'];

/** The defaults of `preview.eligible`, with some of them replaced. */
export function rules(overrides: Partial<Eligible> = {}): Eligible {
  return { ...defaultConfiguration.preview.eligible, ...overrides };
}
