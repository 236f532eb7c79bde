/** A pattern that gobwas/glob cannot read. */
export class GlobError extends Error {
  override readonly name = 'GlobError';
}

type Piece =
  | { readonly kind: 'one'; readonly accepts: (character: string) => boolean }
  /** `*` or, crossing separators, `**`. */
  | { readonly kind: 'any'; readonly crosses: boolean }
  | { readonly kind: 'either'; readonly branches: readonly (readonly Piece[])[] };

const MAX_DEPTH = 100;

/**
 * Compiles a pattern of gobwas/glob with `/` as separator: `*` and `?` stop at it, `**` does not, `[a-c]`, `[!abc]`,
 * `{one,two}`, and `\` takes the next character as it is. Matching takes time in proportion to pattern times text.
 *
 * @throws GlobError
 */
export function compileGlob(pattern: string): (text: string) => boolean {
  const parser = new GlobParser(Array.from(pattern));
  const pieces = parser.parse();
  return (text) => {
    const characters = Array.from(text);
    const starts = new Uint8Array(characters.length + 1);
    starts[0] = 1;
    return step(pieces, characters, starts)[characters.length] === 1;
  };
}

/** Moves a set of positions over pieces: `1` where the text up to there can have been matched. */
function step(pieces: readonly Piece[], text: readonly string[], starts: Uint8Array): Uint8Array {
  let positions = starts;
  for (const piece of pieces) {
    const next = new Uint8Array(text.length + 1);
    if (piece.kind === 'either') {
      for (const branch of piece.branches) {
        for (const [index, reached] of step(branch, text, positions).entries())
          if (reached === 1) next[index] = 1;
      }
    } else if (piece.kind === 'one') {
      for (const [index, character] of text.entries()) {
        if (positions[index] === 1 && piece.accepts(character)) next[index + 1] = 1;
      }
    } else {
      let open = false;
      for (let index = 0; index <= text.length; index++) {
        if (index > 0 && text[index - 1] === '/' && !piece.crosses) open = false;
        if (positions[index] === 1) open = true;
        if (open) next[index] = 1;
      }
    }
    positions = next;
  }
  return positions;
}

class GlobParser {
  readonly #characters: readonly string[];
  #index = 0;
  #depth = 0;

  constructor(characters: readonly string[]) {
    this.#characters = characters;
  }

  parse(): Piece[] {
    return this.#sequence();
  }

  /** Up to the end, or inside braces up to `,` or `}`. */
  #sequence(): Piece[] {
    const pieces: Piece[] = [];
    for (; this.#index < this.#characters.length; this.#index++) {
      const character = this.#characters[this.#index] ?? '';
      if (this.#depth > 0 && (character === ',' || character === '}')) return pieces;
      pieces.push(this.#piece(character));
    }
    if (this.#depth > 0) throw new GlobError('unclosed {');
    return pieces;
  }

  #piece(character: string): Piece {
    switch (character) {
      case '*': {
        const crosses = this.#characters[this.#index + 1] === '*';
        if (crosses) this.#index += 1;
        return { kind: 'any', crosses };
      }
      case '?':
        return { kind: 'one', accepts: (other) => other !== '/' };
      case '[':
        return this.#class();
      case '{':
        return this.#alternatives();
      case '\\': {
        this.#index += 1;
        return literal(this.#characters[this.#index]);
      }
      default:
        return literal(character);
    }
  }

  #alternatives(): Piece {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new GlobError('too many nested {');
    const branches: Piece[][] = [];
    do {
      this.#index += 1;
      branches.push(this.#sequence());
    } while (this.#characters[this.#index] === ',');
    this.#depth -= 1;
    return { kind: 'either', branches };
  }

  #class(): Piece {
    const end = this.#characters.indexOf(']', this.#index + 1);
    if (end === -1) throw new GlobError('unclosed [');
    let inside = this.#characters.slice(this.#index + 1, end);
    const negated = inside[0] === '!';
    if (negated) inside = inside.slice(1);
    if (inside.length === 0) throw new GlobError('empty []');
    this.#index = end;
    const [low = '', dash, high = ''] = inside;
    if (inside.length === 3 && dash === '-') {
      if (high < low) throw new GlobError('range bounds are the wrong way round');
      return { kind: 'one', accepts: (other) => (low <= other && other <= high) !== negated };
    }
    const listed = new Set(inside);
    return { kind: 'one', accepts: (other) => listed.has(other) !== negated };
  }
}

function literal(character: string | undefined): Piece {
  if (character === undefined) throw new GlobError('nothing after \\');
  return { kind: 'one', accepts: (other) => other === character };
}
