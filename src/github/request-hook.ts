import type { EndpointDefaults, OctokitResponse } from '@octokit/types';

/** What octokit hands to what wraps its requests (`octokit.hook.wrap`). */
export type RequestOptions = Required<EndpointDefaults>;
// biome-ignore lint/suspicious/noExplicitAny: the type of octokit's own hook
export type Answer = OctokitResponse<any>;
export type Send = (options: RequestOptions) => Answer | Promise<Answer>;
