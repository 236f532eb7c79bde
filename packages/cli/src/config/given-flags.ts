import { optionName } from './setting-kinds.js';

const shortNames: Readonly<Record<string, string>> = {
  b: 'branch',
  c: 'chart',
  e: 'extraImages',
  f: 'values',
  n: 'namespace',
  p: 'prefix',
  v: 'verbose',
};

/** Whether a flag switches something off: `--no-cache`, `--cache=false`. */
const isOff = (negated: string | undefined, value: string | undefined): boolean =>
  (negated !== undefined) !== (value === 'false');

/** The settings that a command line states, `false` for those it switches off. Values are not looked at. */
export function givenFlags(
  args: readonly string[],
  settings: Iterable<string>,
): ReadonlyMap<string, boolean> {
  const byOption = new Map(
    [...settings].flatMap((name) => [name, optionName(name)].map((key) => [key, name])),
  );
  const given = new Map<string, boolean>();
  const end = args.indexOf('--');
  for (const argument of end < 0 ? args : args.slice(0, end)) {
    const long = /^--(no-)?([^=]+)(?:=(.*))?$/s.exec(argument);
    const name =
      long?.[2] === undefined ? shortNames[/^-([a-z])/.exec(argument)?.[1] ?? ''] : byOption.get(long[2]);
    if (name !== undefined) given.set(name, !isOff(long?.[1], long?.[3]));
  }
  return given;
}

/** What `--config` says: a path, `''` for no file at all, `undefined` when it is not there. */
export function configFlag(args: readonly string[]): string | undefined {
  const end = args.indexOf('--');
  const options = end < 0 ? args : args.slice(0, end);
  const at = options.findLastIndex((argument) => argument === '--config' || argument.startsWith('--config='));
  const flag = options[at];
  if (flag === undefined) return undefined;
  return flag === '--config' ? options[at + 1] : flag.slice('--config='.length);
}
