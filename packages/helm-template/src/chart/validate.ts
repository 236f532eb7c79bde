import { HelmTemplateError } from '../errors.js';
import { parseVersion } from '../semver/version.js';
import type { ChartMetadata } from './chart.js';

/**
 * Helm's checks of a chart's metadata.
 *
 * @throws HelmTemplateError `HELM_CHART_INVALID`
 */
export function validateMetadata(metadata: ChartMetadata): void {
  const { name, version, type, apiVersion } = metadata;
  const fail = (problem: string): never => {
    throw new HelmTemplateError('HELM_CHART_INVALID', `validation: chart.metadata.${problem}`, {
      chart: name === '' ? undefined : name,
    });
  };
  if (name === '') fail('name is required');
  if (name.includes('/') || name === '.' || name === '..') fail(`name "${name}" is invalid`);
  if (version === '') fail('version is required');
  if (!isVersion(version)) fail(`version "${version}" is invalid`);
  if (apiVersion !== 'v1' && apiVersion !== 'v2') fail(`apiVersion "${apiVersion}" is not supported`);
  if (type !== '' && type !== 'application' && type !== 'library')
    fail('type must be application or library');
  const names = new Set<string>();
  for (const { name: dependency, alias } of metadata.dependencies) {
    if (alias !== '' && !/^[a-zA-Z0-9_-]+$/.test(alias))
      fail(`dependencies: alias "${alias}" has disallowed characters`);
    const key = alias || dependency;
    if (names.has(key)) fail(`dependencies: more than one dependency with name or alias "${key}"`);
    names.add(key);
  }
}

function isVersion(text: string): boolean {
  try {
    parseVersion(text);
    return true;
  } catch {
    return false;
  }
}
