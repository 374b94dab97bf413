/** The stand-in's REST API, as a person's browser or `gh` would use it. */
export interface GithubApi {
  /** Answers the body; rejects with GitHub's message for a status from 400 on. */
  call<Answer = unknown>(method: string, path: string, body?: unknown): Promise<Answer>;
}

/** Speaks to the stand-in as the operator. */
export function githubApi(url: string, token: string): GithubApi {
  return {
    async call<Answer>(method: string, path: string, body?: unknown) {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const answer = text === '' ? undefined : JSON.parse(text);
      if (!response.ok)
        throw new Error(`${method} ${path}: ${response.status} ${answer?.message ?? text}`);
      return answer as Answer;
    },
  };
}
