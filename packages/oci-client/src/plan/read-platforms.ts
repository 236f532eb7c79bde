import pLimit from 'p-limit';
import type { ContentNode } from './content-tree.js';
import type { ContentReader } from './walk-content.js';

const configsAtOnce = 8;

/**
 * The same tree with the platform of every image that no index names one for, from its configuration.
 * Artifacts and charts have none. @throws OciError of the source.
 */
export async function readPlatforms(reader: ContentReader, root: ContentNode): Promise<ContentNode> {
  const limit = pLimit(configsAtOnce);
  const read = async (node: ContentNode): Promise<ContentNode> => {
    const { manifest } = node;
    if (manifest.kind === 'index') {
      return { ...node, children: await Promise.all(node.children.map(async (child) => read(child))) };
    }
    if (node.platform !== undefined) return node;
    const facts = await limit(async () => reader.fetchConfigFacts(manifest.config));
    return { ...node, platform: facts?.platform };
  };
  return read(root);
}
