const mask = '***';

/** The values that never show in a log, with the encodings the runner knows (actions/runner, ValueEncoders). */
export class Masks {
  #values: string[] = [];

  /** Registers the value, each of its lines and their usual encodings. Blank ones are ignored. */
  add(value: string): void {
    const parts = [value, ...value.split(/\r\n|\r|\n/)].filter((part) => part.trim() !== '');
    const all = new Set([...this.#values, ...parts.flatMap(encodings)]);
    this.#values = [...all].sort((a, b) => b.length - a.length);
  }

  /** The text with every registered value replaced by three asterisks, longest first. */
  hide(text: string): string {
    return this.#values.reduce((hidden, value) => hidden.replaceAll(value, mask), text);
  }
}

function encodings(value: string): string[] {
  const bytes = Buffer.from(value);
  const shifted = [0, 1, 2].map((shift) => wholeBase64(bytes.subarray(shift)));
  const escaped = [encodeURIComponent(bytes.toString()), JSON.stringify(value).slice(1, -1)];
  return [value, ...escaped, ...shifted.filter((text) => text.length >= 8)];
}

/** Base64 of the part that does not depend on what follows: whole groups of three bytes. */
function wholeBase64(bytes: Buffer): string {
  return bytes.subarray(0, bytes.length - (bytes.length % 3)).toString('base64');
}
