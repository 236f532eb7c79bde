import type { Command } from './command.js';

/** A command's name and line in the list of commands; the rest is loaded when it is wanted. */
export interface CommandEntry {
  readonly name: string;
  readonly describe: string;
  readonly load: () => Promise<Command>;
}

/** Every command, in the order `--help` lists them. */
export const commandTable: readonly CommandEntry[] = [
  {
    name: 'sync',
    describe: 'Mirror all images of charts, catalogs and lists, and point the chart at the mirror',
    load: async () => (await import('./commands/sync.js')).syncCommand,
  },
  {
    name: 'copy',
    describe: 'Copy images from registry to registry',
    load: async () => (await import('./commands/copy.js')).copyCommand,
  },
  {
    name: 'plan',
    describe: 'Show which images would be copied where, and why',
    load: async () => (await import('./commands/plan.js')).planCommand,
  },
  {
    name: 'discover',
    describe: 'List the images of charts, catalogs, lists and manifests',
    load: async () => (await import('./commands/discover.js')).discoverCommand,
  },
  {
    name: 'verify',
    describe: 'Check that everything is at the mirror, and mend it',
    load: async () => (await import('./commands/verify.js')).verifyCommand,
  },
  {
    name: 'tags',
    describe: 'List the tags of a repository, or tell the newest',
    load: async () => (await import('./commands/tags.js')).tagsCommand,
  },
  {
    name: 'inspect',
    describe: 'Show what an image consists of',
    load: async () => (await import('./commands/inspect.js')).inspectCommand,
  },
  {
    name: 'login',
    describe: 'Save credentials for a registry',
    load: async () => (await import('./commands/login.js')).loginCommand,
  },
  {
    name: 'logout',
    describe: 'Remove saved credentials of a registry',
    load: async () => (await import('./commands/logout.js')).logoutCommand,
  },
  {
    name: 'config',
    describe: 'Show every setting, its value and where it comes from',
    load: async () => (await import('./commands/config.js')).configCommand,
  },
  {
    name: 'serve',
    describe: 'Run a registry on loopback for trying things out',
    load: async () => (await import('./commands/serve.js')).serveCommand,
  },
  {
    name: 'template',
    describe: 'Render a Helm chart as helm template does',
    load: async () => (await import('./commands/template.js')).templateCommand,
  },
];
