import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 optimise later than it does by default. A command runs for seconds, most of them in the system, in TLS and in
 * sha256: optimising JavaScript cost a tenth of a copy's processor time and a quarter of a chart's, and the HTTP parser,
 * WebAssembly that runs for milliseconds, 0.1 s of each run, for which a short one even waited at its end. What is hot
 * for longer than a moment is still optimised. The flags are those of Node 20 to 26; they hold for the whole process,
 * so that this is for the command line and not for the library.
 */
export function tuneV8(): void {
  const version = Number.parseInt(process.versions.v8, 10);
  setFlagsFromString(version < 12 ? '--interrupt-budget=1000000' : '--invocation-count-for-turbofan=30000');
  setFlagsFromString('--wasm-tiering-budget=1000000000');
}
