import { fixed, stringAt, type FunctionEntries } from './define.js';

/** Slash-separated paths. The `os` functions are those of Linux on every system, so a render does not depend on where it runs. */
export const pathFunctions: FunctionEntries = (['', 'os'] as const).flatMap((prefix) => {
  const named = (name: string): string =>
    prefix === '' ? name : prefix + name.charAt(0).toUpperCase() + name.slice(1);
  return [
    [named('base'), fixed(['string'], (args) => base(stringAt(args, 0)))],
    [named('dir'), fixed(['string'], (args) => directory(stringAt(args, 0)))],
    [named('clean'), fixed(['string'], (args) => cleanPath(stringAt(args, 0)))],
    [named('ext'), fixed(['string'], (args) => extension(stringAt(args, 0)))],
    [named('isAbs'), fixed(['string'], (args) => stringAt(args, 0).startsWith('/'))],
  ] satisfies FunctionEntries;
});

/** `path.Base`: the last element, `.` for an empty path, `/` for slashes only. */
function base(path: string): string {
  if (path === '') return '.';
  const trimmed = path.replace(/\/+$/, '');
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

/** `path.Clean`: the shortest path that means the same, without looking at a file system. */
function cleanPath(path: string): string {
  const rooted = path.startsWith('/');
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (!rooted) kept.push(part);
  }
  const cleaned = (rooted ? '/' : '') + kept.join('/');
  return cleaned === '' ? '.' : cleaned;
}

function directory(path: string): string {
  return cleanPath(path.slice(0, path.lastIndexOf('/') + 1));
}

function extension(path: string): string {
  const last = path.slice(path.lastIndexOf('/') + 1);
  return last.includes('.') ? last.slice(last.lastIndexOf('.')) : '';
}
