/** Options of the SDK's `send`. */
export function sending(signal: AbortSignal | undefined) {
  return signal ? { abortSignal: signal } : {};
}
