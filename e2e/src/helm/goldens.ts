/** A file of goldens: what helm makes of each expression, with `values` as the chart's values. */
export interface GoldenFile {
  readonly helm: string;
  readonly values: unknown;
  readonly cases: readonly GoldenCase[];
}

/** `out` is what the expression printed; `outBase64` stands for output that is not UTF-8. */
export type GoldenCase =
  | { readonly expr: string; readonly out: string }
  | { readonly expr: string; readonly outBase64: string }
  | { readonly expr: string; readonly error: true };
