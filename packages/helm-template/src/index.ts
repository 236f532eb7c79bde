export type { Chart, ChartDependency, ChartFile, ChartMaintainer, ChartMetadata } from './chart/chart.js';
export type { HelmErrorLocation, HelmTemplateErrorCode, HelmTemplateErrorOptions } from './errors.js';
export type { GoIntKind, GoMethod, GoObject, GoValue } from './go/value.js';
export type { PreparedChart } from './render/prepared-chart.js';
export type { RenderLimits, RenderOptions, ResolveOptions } from './render/render-options.js';
export type { RenderedChart, RenderedDocument, ResolvedChart } from './render/rendered-chart.js';
export type { Constraint } from './semver/constraint.js';
export type { Version } from './semver/version.js';
export type { ValuesSources, ValuesText } from './values/values-sources.js';
export type { JsonObject, JsonValue } from './yaml/json-value.js';

export { HelmTemplateError } from './errors.js';
export { GoInt, GoMap, GoSlice } from './go/value.js';
export { parseConstraint, satisfies } from './semver/constraint.js';
export { compareVersions, formatVersion, parseVersion, SemverError } from './semver/version.js';
