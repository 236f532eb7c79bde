/** How the process ends; documented in the README, so that CI jobs can rely on it. */
export const exitCodes = {
  done: 0,
  /** Something failed: an image, a verification, a rendering. */
  failed: 1,
  /** The command line, or a file it names, cannot be used. */
  usage: 2,
  /** Credentials alone stopped every image. */
  credentials: 3,
  /** 128 + SIGINT. */
  interrupted: 130,
  /** 128 + SIGTERM. */
  terminated: 143,
} as const;
