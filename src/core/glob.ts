import picomatch from 'picomatch';

/** Whether a branch or path matches one of the globs: `*` stays within a segment, `**` crosses `/`. */
export function matchesGlob(text: string, globs: readonly string[]): boolean {
  return globs.some((glob) => glob === '**' || isMatch(text, glob));
}

function isMatch(text: string, glob: string): boolean {
  return picomatch.isMatch(text, glob, { dot: true, nonegate: true });
}

/**
 * Whether a login matches one of the patterns. Only `*` is special, because GitHub's own logins end in
 * `[bot]` and a glob would read that as a character class.
 */
export function matchesLogin(login: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => loginForm(pattern).test(login));
}

function loginForm(pattern: string): RegExp {
  const literal = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`, 'i');
}
