import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * Lower-case hex digits of the SHA-256 of the UTF-8 text. In JavaScript: a few short texts are hashed long before
 * `node:crypto` is loaded.
 */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}
