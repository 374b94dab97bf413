import { onceEach } from '../../../core/once.ts';
import type { CloudFormationContext } from '../context.ts';
import { loadNearby } from '../load-units.ts';
import type { Nearby } from '../nearby/nearby.ts';
import type { CloudFormationSettings } from '../settings.ts';
import { type Cloud, connectCloud } from './cloud.ts';

/** Connections to the regions that the configuration names, each opened once. */
export interface Connections {
  cloud(settings: Pick<CloudFormationSettings, 'region'>): Cloud;
  nearby(settings: Pick<CloudFormationSettings, 'region'>): Promise<Nearby>;
  /** One for each region that services of the configuration are in. */
  all(): readonly Cloud[];
}

/** Opens nothing yet. Methods throw a `UserError` where no region is known. */
export function connections({ environment, services }: CloudFormationContext): Connections {
  const cloudIn = onceEach((region: string | undefined) =>
    connectCloud({ environment, ...(region !== undefined && { region }) }),
  );
  return {
    cloud: ({ region }) => cloudIn(region),
    async nearby(settings) {
      const region = await cloudIn(settings.region).config.region();
      const connectNearby = await loadNearby();
      return connectNearby({ region, environment });
    },
    all: () => {
      const regions = new Set(services.map(({ settings }) => settings.region));
      return [...regions].map(cloudIn);
    },
  };
}
