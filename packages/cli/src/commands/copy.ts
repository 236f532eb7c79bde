import { defineCommand } from '../command.js';
import { copyOptions } from './copy-options.js';

/** `oci-sync copy` */
export const copyCommand = defineCommand({
  positionals: '[source] [destination]',
  builder: copyOptions,
  settings: 'connections',
  run: async (...given) => (await import('./run-copy.js')).runCopy(...given),
});
