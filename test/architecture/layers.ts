/** Which sibling packages the sources of each package may import. Test files beside the source obey it too. */
export const packageImports: Readonly<Record<string, readonly string[]>> = {
  'oci-client': [],
  ecr: ['oci-client'],
  registry: ['oci-client'],
  'helm-template': ['oci-client'],
  discovery: ['oci-client', 'helm-template'],
  sync: ['oci-client', 'ecr', 'helm-template', 'discovery'],
  cli: ['oci-client', 'ecr', 'registry', 'helm-template', 'discovery', 'sync'],
};

/**
 * Which folders of oci-client's sources each folder may import. plan and copy know content through its
 * interfaces only. Files at the top of `src` join both chains and may import every folder; nothing imports them.
 */
export const clientFolderImports: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  reference: ['errors'],
  content: ['errors', 'reference'],
  cache: ['errors', 'reference', 'content'],
  transport: ['errors', 'reference', 'content'],
  auth: ['errors', 'reference', 'content', 'transport'],
  registry: ['errors', 'reference', 'content', 'transport', 'auth'],
  layout: ['errors', 'reference', 'content'],
  plan: ['errors', 'reference', 'content', 'cache'],
  copy: ['errors', 'reference', 'content', 'cache', 'plan'],
};

/** Third-party packages that belong to one package of ours. */
export const packageOwners: readonly { readonly pattern: RegExp; readonly owner: string }[] = [
  { pattern: /^yargs(\/|$)/, owner: 'cli' },
  { pattern: /^pino(\/|$)/, owner: 'cli' },
  { pattern: /^@aws-sdk\//, owner: 'ecr' },
];

/** Loaded with `import()` only: 18 MB of SDK are not for people who have no ECR. */
export const lazyOnly: readonly RegExp[] = [/^@aws-sdk\//];

/** File names that say nothing about a job. */
export const vagueNames = ['utils.ts', 'util.ts', 'helpers.ts', 'common.ts', 'types.ts', 'misc.ts'];

/** The CLI's entry: what it reaches without entering the folder of commands is loaded for each of them. */
export const cliEntry = 'packages/cli/src/main.ts';
export const cliCommands = 'packages/cli/src/commands/';
