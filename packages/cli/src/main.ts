import { exitCodes } from './exit-codes.js';
import { packageVersion } from './version.js';

const args = process.argv.slice(2);

if (args.length === 1 && args[0] === '--version') {
  process.stdout.write(`${packageVersion()}\n`);
} else {
  const interruption = new AbortController();
  let exitCode: number | undefined;
  const stopBy = (signal: 'SIGINT' | 'SIGTERM', code: number): void => {
    process.on(signal, () => {
      // The second time it is meant: whatever is still going on is left.
      if (interruption.signal.aborted) process.exit(code);
      exitCode = code;
      interruption.abort(new Error(`stopped by ${signal}`));
    });
  };
  stopBy('SIGINT', exitCodes.interrupted);
  stopBy('SIGTERM', exitCodes.terminated);
  // A reader that goes away (`| head`) ends the output, not the work.
  process.stdout.on('error', () => undefined);
  const { tuneV8 } = await import('./tune-v8.js');
  tuneV8();
  const { runCli } = await import('./run-cli.js');
  const { stdin, stdout, stderr, env } = process;
  const finished = await runCli(args, {
    stdin,
    stdout,
    stderr,
    environment: env,
    signal: interruption.signal,
  });
  process.exitCode = exitCode ?? finished;
}
