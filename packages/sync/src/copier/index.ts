export type { CopyOptions } from './copy-image.js';
export type { Copier, CopierOptions, Environment } from './create-copier.js';

export { copyImage } from './copy-image.js';
export { createCopier } from './create-copier.js';
export { readCaFiles } from './read-ca-files.js';
