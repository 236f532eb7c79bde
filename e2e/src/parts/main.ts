import { installParts } from './install.js';

await installParts((line) => process.stdout.write(`parts: ${line}\n`));
