export type { CopyOptions } from './copier/copy-image.js';
export type { Copier, CopierOptions, Environment } from './copier/create-copier.js';

export { copyImage } from './copier/copy-image.js';
export { createCopier } from './copier/create-copier.js';
export { readCaFiles } from './copier/read-ca-files.js';
