import { UserError } from '../../core/user-error.ts';
import type { DesiredPreview } from '../target.ts';
import type { PlacedService, ServedPlace } from './places/place.ts';
import type { Preparing, ServiceStages } from './service-stages.ts';

/** The one stage of a service that comes from manifests of the user's. Throws a `UserError`. */
export async function manifestStages(
  _placed: PlacedService,
  _place: ServedPlace,
  _preview: DesiredPreview,
  _preparing: Preparing,
): Promise<ServiceStages> {
  throw new UserError('manifests are not yet read', 'Use app:.');
}
