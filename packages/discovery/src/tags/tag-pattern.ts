/**
 * A test for texts that match a glob: `*` is any run of characters, `/` included, `?` one; all else is literal.
 * The time grows with the product of both lengths at most, whatever the glob is.
 */
export function matchesGlob(glob: string): (text: string) => boolean {
  return (text) => {
    let position = 0;
    let at = 0;
    // Where the last `*` was, and how far it reaches so far.
    let star = -1;
    let reach = 0;
    while (position < text.length) {
      if (glob[at] === '*') {
        star = at;
        reach = position;
        at += 1;
      } else if (at < glob.length && (glob[at] === '?' || glob[at] === text[position])) {
        at += 1;
        position += 1;
      } else if (star !== -1) {
        at = star + 1;
        reach += 1;
        position = reach;
      } else return false;
    }
    while (glob[at] === '*') at += 1;
    return at === glob.length;
  };
}

/** Tags that are no versions of the image but stand for a digest: cosign's and the referrers fallback's. */
const digestTag = /^sha(?:256|512)-[a-f0-9]{64,128}(?:\.[a-z]+)?$/;

/**
 * A test for tags that can be the newest: all but `latest`, tags made of a digest (signatures, attestations,
 * SBOMs, referrer lists), and those that match a glob of `exclude`.
 */
export function isCandidate(exclude: readonly string[]): (tag: string) => boolean {
  const excluded = exclude.map(matchesGlob);
  return (tag) => tag !== 'latest' && !digestTag.test(tag) && !excluded.some((matches) => matches(tag));
}

/**
 * A test for tags of a CodeCollection's branch: `<branch>-<commit>-<runtime commit>`, both of 7 to 40 hex digits.
 */
export function isBranchTag(branch: string): (tag: string) => boolean {
  return (tag) => /^(.+?)-[0-9a-f]{7,40}-[0-9a-f]{7,40}$/.exec(tag)?.[1] === branch;
}
