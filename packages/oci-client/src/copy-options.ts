import type { RefusedCredential } from './auth/credential-chain.js';
import type { CredentialProvider } from './auth/credentials/provider.js';
import type { ContentCache } from './content/content-cache.js';
import type { Platform } from './content/descriptor.js';
import { parsePlatform } from './content/platform.js';
import type { RepositoryCreator } from './content/repository-creator.js';
import type { CopyReport } from './copy/copy-report.js';
import type { CopyEvent } from './copy/events.js';
import { OciError, type Side } from './errors/oci-error.js';
import type { CopyPlan } from './plan/predict-copy.js';
import type { RateLimit } from './registry/rate-limit.js';
import type { RegistryProfile } from './registry/registry-profile.js';
import type { HttpClientOptions } from './transport/http-options.js';
import type { HttpRequestEvent } from './transport/http-message.js';

/** What to copy, and how much of it. */
export interface CopySelection {
  /**
   * `'all'` copies everything byte for byte, so that digests stay. A list such as `['linux/amd64']` copies one platform's
   * manifest unchanged, or an index rebuilt around several. Content without platforms (charts, artifacts) passes any list.
   * @default 'all'
   */
  readonly platforms?: 'all' | readonly string[] | undefined;
  /** What to do about a platform that the source does not have; `skip` still fails when none is left. @default 'fail' */
  readonly missingPlatform?: 'fail' | 'skip' | undefined;
  /** Whether to copy what refers to the image: signatures, attestations, SBOMs. @default false */
  readonly referrers?: boolean | undefined;
  /**
   * Whether to look for every manifest and blob at the destination, and bring what is missing, even where the tag has the
   * right digest already. @default false: what a tag stands for is taken to be complete, as registries promise
   */
  readonly repair?: boolean | undefined;
}

/** One image to copy. */
export interface CopyRequest extends CopySelection {
  /** `registry/repository:tag`, `…@sha256:…` (the digest wins), or `oci:PATH[:tag]`. */
  readonly source: string;
  /** The same; without tag and digest it means `latest`. A digest must equal what is pushed. */
  readonly destination: string;
}

/** Where requests of a run went, for verbose logs. */
export interface SidedRequestEvent extends HttpRequestEvent {
  readonly side: Side;
}

/** Options of {@link createCopier}. */
export interface CopierOptions {
  /** Connections: TLS, proxies, plain HTTP, time-outs, retries. @default https, no proxy */
  readonly http?: HttpClientOptions | undefined;
  /** Where credentials come from, asked in this order. @default none: anonymous */
  readonly credentials?: readonly CredentialProvider[] | undefined;
  /** Who creates missing destination repositories. @default nobody */
  readonly repositoryCreators?: readonly RepositoryCreator[] | undefined;
  /** What is known of a registry beyond the spec; wins over the built-in profiles. */
  readonly profileFor?: ((registry: string) => RegistryProfile | undefined) | undefined;
  /**
   * Called once for each registry and side before it is first used, for what a registry's name alone does not tell. What
   * it throws fails every copy that needs the registry.
   */
  readonly prepareRegistry?:
    | ((registry: string, side: Side, signal: AbortSignal | undefined) => Promise<void>)
    | undefined;
  /** Manifests and configurations of earlier runs, so that an unchanged filtered image costs two requests. */
  readonly cache?: ContentCache | undefined;
  /** Blob transfers at the same time to one destination registry. @default 32 */
  readonly transfers?: number | undefined;
  /** Of those, transfers of 8 MiB and more. @default 6 (registry note: ECR resets connections above it) */
  readonly largeTransfers?: number | undefined;
  /** Times a blob is sent at most. @default 4 */
  readonly maxAttempts?: number | undefined;
  readonly onEvent?: ((event: CopyEvent) => void) | undefined;
  /** Every HTTP request, with secrets left out. */
  readonly onRequest?: ((event: SidedRequestEvent) => void) | undefined;
  /** A credential from a file or helper was refused and gave way to the next. */
  readonly onCredentialRefused?: ((refused: RefusedCredential) => void) | undefined;
  readonly onRateLimit?: ((limit: RateLimit) => void) | undefined;
  /** Uniform random numbers in [0, 1), for jitter. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** Options of {@link Copier.copy} and {@link Copier.plan}. */
export interface CopyCallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@link Copier.copyAll}. */
export interface CopyAllOptions extends CopyCallOptions {
  /** Images at the same time. @default 48 */
  readonly concurrency?: number | undefined;
  /** Start no further image after one has failed. @default false */
  readonly failFast?: boolean | undefined;
  /** Called as each image ends, in that order. */
  readonly onOutcome?: ((outcome: CopyOutcome) => void) | undefined;
}

/** How one image of {@link Copier.copyAll} ended. */
export type CopyOutcome =
  | { readonly outcome: 'copied' | 'unchanged'; readonly request: CopyRequest; readonly report: CopyReport }
  | { readonly outcome: 'failed'; readonly request: CopyRequest; readonly error: Error }
  /** Never started, because `failFast` stopped the run. */
  | { readonly outcome: 'skipped'; readonly request: CopyRequest };

/** What {@link Copier.planAll} found out about one image. */
export type PlanOutcome =
  | { readonly request: CopyRequest; readonly plan: CopyPlan }
  | { readonly request: CopyRequest; readonly error: Error };

/** A selection with its defaults and its platforms read. */
export interface ResolvedSelection {
  readonly platforms: readonly Platform[] | undefined;
  readonly missingPlatform: 'fail' | 'skip';
  readonly referrers: boolean;
  readonly repair: boolean;
}

/** Applies the defaults of {@link CopySelection}. @throws OciError `OCI_INVALID_OPTION` */
export function resolveSelection(selection: CopySelection): ResolvedSelection {
  const { platforms = 'all', missingPlatform = 'fail', referrers = false, repair = false } = selection;
  if (platforms !== 'all' && platforms.length === 0) {
    throw new OciError('the list of platforms is empty', {
      code: 'OCI_INVALID_OPTION',
      hint: "leave it out, or say 'all'",
    });
  }
  const parsed = platforms === 'all' ? undefined : platforms.map((platform) => parsePlatform(platform));
  return { platforms: parsed, missingPlatform, referrers, repair };
}
