import { compareRenders } from './compare-renders.js';
import type { RandomFields } from './random-fields.js';
import type { Render } from './render-both.js';

/** How the two sides of one render relate. */
export interface Verdict {
  readonly documents: number;
  readonly equalDocuments: number;
  readonly imagesEqual: boolean;
  /** Both render, or both refuse. */
  readonly sameOutcome: boolean;
  readonly refused: boolean;
  readonly problems: readonly string[];
}

/** Compares what helm and this package made of one chart with one set of values. */
export async function judge(
  helm: Render,
  ours: Render,
  rerender: () => Promise<Render>,
  randomFields?: RandomFields,
): Promise<Verdict> {
  if ('output' in helm && 'output' in ours) {
    const renderAgain = async (): Promise<string> => {
      const again = await rerender();
      return 'output' in again ? again.output : '';
    };
    const comparison = await compareRenders(helm.output, ours.output, renderAgain, randomFields);
    return { ...comparison, sameOutcome: true, refused: false };
  }
  const refused = 'refusal' in helm && 'refusal' in ours;
  const none = { documents: 0, equalDocuments: 0, imagesEqual: true, sameOutcome: refused, refused };
  if (refused) return { ...none, problems: [] };
  return { ...none, problems: [`helm ${outcome(helm)}, we ${outcome(ours)}`] };
}

/** Both sides end in the same way, and nothing differs. */
export function isGood({ sameOutcome, imagesEqual, problems }: Verdict): boolean {
  return sameOutcome && imagesEqual && problems.length === 0;
}

function outcome(render: Render): string {
  if ('output' in render) return 'renders it';
  const reason = 'refusal' in render ? render.refusal : render.crash;
  return `${'refusal' in render ? 'refuse(s)' : 'crash'}: ${reason.replace(/\s+/g, ' ').slice(0, 300)}`;
}
