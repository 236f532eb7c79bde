/** Helm's bound on one file of a chart: 5 MiB. */
export const MAX_FILE_BYTES = 5 * 1024 * 1024;

/** Helm's bound on all files of a chart together: 100 MiB. */
export const MAX_CHART_BYTES = 100 * 1024 * 1024;
