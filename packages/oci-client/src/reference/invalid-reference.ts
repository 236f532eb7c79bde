import { OciError } from '../errors/oci-error.js';

const shownCharacters = 300;

/** The error for text that is not a reference: the text (its first 300 characters), why, and what to write instead. */
export function invalidReference(text: string, why: string, hint?: string): OciError {
  return new OciError(`invalid reference "${text.slice(0, shownCharacters)}": ${why}`, {
    code: 'OCI_INVALID_REFERENCE',
    hint,
  });
}
