import {
  HelmTemplateError,
  toJsonValue,
  type JsonObject,
  type JsonValue,
  type PreparedChart,
  type RenderedChart,
  type RenderOptions,
} from '@oci-sync/helm-template';
import { isObject } from '../json/json-access.js';

/** Switches that charts use for optional parts. */
const switches = new Set(['enabled', 'create', 'install']);

/**
 * Renders a chart with every optional part switched on, to see the images that its default leaves out, or
 * `undefined` when it does not render so: parts may exclude each other.
 */
export async function renderForceEnabled(
  prepared: PreparedChart,
  rendered: RenderedChart,
  options: RenderOptions,
): Promise<RenderedChart | undefined> {
  const values = switchOn(toJsonValue(rendered.root.values));
  try {
    return await prepared.render({ ...options, values: isObject(values) ? values : {} });
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof HelmTemplateError) return undefined;
    throw error;
  }
}

function switchOn(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(switchOn);
  if (!isObject(value)) return value;
  const copy: Record<string, JsonValue> = Object.create(null) as Record<string, JsonValue>;
  for (const [key, item] of Object.entries(value)) {
    copy[key] = switches.has(key) && item === false ? true : switchOn(item);
  }
  return copy satisfies JsonObject;
}
