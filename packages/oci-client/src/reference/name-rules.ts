/** Longest repository name. distribution/reference, `RepositoryNameTotalLengthMax`; the registry is not counted. */
export const longestRepository = 255;

const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const repositoryPattern = new RegExp(`^${component}(?:/${component})*$`);
const tagPattern = /^\w[\w.-]{0,127}$/;
const hostLabel = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const registryPattern = new RegExp(
  `^(?:${hostLabel}(?:\\.${hostLabel})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]{1,5})?$`,
);

/**
 * Whether the text is a repository name: lower-case components joined by `/`, at most 255 characters.
 * Distribution spec, "Pulling manifests"; grammar of distribution/reference.
 */
export function isRepository(text: string): boolean {
  return text.length <= longestRepository && repositoryPattern.test(text);
}

/** Whether the text is a tag: a word character, then at most 127 of `[\w.-]`. Distribution spec, "Pulling manifests". */
export function isTag(text: string): boolean {
  return tagPattern.test(text);
}

/**
 * Whether the text is a registry's host, with its port if it has one: a domain name, an IPv4 address or an
 * IPv6 address in brackets, without zone. Stricter than distribution/reference in one point: what no URL can
 * hold (`[:::]`, `1.2.3.999`, port 70000) is refused here instead of failing at the first request.
 */
export function isRegistry(text: string): boolean {
  return registryPattern.test(text) && URL.canParse(`https://${text}/`);
}
