import type { SyncEvent } from '@oci-sync/sync';
import type { CommandIo } from '../command-io.js';
import { stepLine } from './discovery-lines.js';
import type { Progress } from './progress.js';

const signs = {
  start: '🚀',
  chart: '📦',
  search: '🔍',
  good: '✅',
  copy: '🔄',
  tag: '🏷️ ',
  values: '📝',
  file: '💾',
} as const;

/** Signs in front of lines, where the terminal can show them. */
export type Sign = (sign: keyof typeof signs, text: string) => string;

/** Whether emoji are shown: asked for or not, on a terminal that is not dumb, in a UTF-8 locale. */
export function chooseSign(wanted: boolean, io: CommandIo): Sign {
  const { environment, stderr } = io;
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
  const shown = wanted && stderr.isTTY === true && environment['TERM'] !== 'dumb' && /utf-?8/i.test(locale);
  return (sign, text) => (shown ? `${signs[sign]} ${text}` : text);
}

function discoveryLine(event: Extract<SyncEvent, { type: 'discovery' }>['event'], sign: Sign): string {
  switch (event.type) {
    case 'chart-loading':
      return sign('chart', `Processing Helm chart: ${event.chart}`);
    case 'catalog-reading':
      return sign('search', `Discovering CodeCollection images: ${event.catalog}`);
    case 'chart-rendered':
      return sign(
        'good',
        `Using Helm chart images of ${event.name} ${event.version} (${event.images} image${event.images === 1 ? '' : 's'} found)`,
      );
    case 'catalog-read':
      return sign(
        'good',
        `Using discovered CodeCollection images (${event.images} image${event.images === 1 ? '' : 's'} found)`,
      );
    default:
      return stepLine(event);
  }
}

/** Tells a run step by step, as the script that oci-sync replaces did, on stderr. */
export function createStory(
  progress: Progress,
  options: { readonly sign: Sign; readonly platforms: 'all' | readonly string[] },
): (event: SyncEvent) => void {
  const { sign, platforms } = options;
  const say = (text: string, fields: object): void => progress.logger.info(text, fields);
  return (event) => {
    switch (event.type) {
      case 'registry-found':
        say(sign('start', 'Starting registry sync'), {});
        say(`Registry: ${event.registry}${event.own ? ' (your own)' : ''}`, event);
        if (event.region !== undefined) say(`Region: ${event.region}`, {});
        say(`Platform: ${platforms === 'all' ? 'all' : platforms.join(', ')}`, {});
        say('---', {});
        break;
      case 'discovery':
        say(discoveryLine(event.event, sign), event.event);
        break;
      case 'planning':
        say(sign('tag', stepLine(event.event)), event.event);
        break;
      case 'copy-started':
        say(sign('copy', `Starting sync of ${event.images} image${event.images === 1 ? '' : 's'}`), event);
        break;
      case 'copy':
        progress.onEvent(event.event);
        break;
      case 'values-rewriting':
        say(sign('values', `Pointing the values of ${event.chart} at the mirror`), event);
        break;
      default:
        say(sign('file', `Wrote ${event.path}`), event);
    }
  };
}
