/**
 * A Go `error`: what a function returned or panicked with. Only its text matters to a template, which reports it
 * with the place of the call.
 */
export class GoError extends Error {
  override readonly name = 'GoError';
}
