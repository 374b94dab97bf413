/** What a text names for git: an address, a folder of this machine, or a remote of the checkout. */
export type PlaceKind = 'address' | 'folder' | 'remote';

/** What git may go over; `ext::` and other helpers run programs, `http` and `git` show all that is sent. */
export const protocols = ['https', 'ssh', 'file'] as const;

const host = '(?:[a-z0-9_](?:[\\w.-]*)|\\[[0-9a-f:.]+\\])(?::\\d+)?';
const forms: readonly (readonly [PlaceKind, RegExp])[] = [
  ['folder', /^(?:\/|[a-z]:[\\/])/i],
  ['address', new RegExp(`^(?:https|ssh):\\/\\/(?:\\w[\\w.+-]*@)?${host}\\/\\S+$`, 'i')],
  ['address', /^file:\/\/\/\S+$/i],
  // As scp has it. git takes a path that begins with a dash for an option of the other side's shell.
  ['address', /^(?:\w[\w.+-]*@)?[a-z0-9][\w.-]*:(?![-:]|\/\/)\S+$/i],
  ['remote', /^\w[\w.-]*$/],
];

/** What kind of place a text names; `undefined` where git may not be given it. */
export function placeKind(text: string): PlaceKind | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\0-\x1f\x7f]/.test(text)) return undefined;
  return forms.find(([, form]) => form.test(text))?.[0];
}

/** A text of git's, or an address, without the name and password that addresses in it may hold. */
export function withoutPasswords(text: string): string {
  return text.replaceAll(/\/\/[^/\s]*@/g, '//');
}
