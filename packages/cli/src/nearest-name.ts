/** Steps (insert, delete, replace, swap neighbours) from one word to another. */
function editDistance(from: string, to: string): number {
  const rows = Array.from({ length: from.length + 1 }, (_, row) => [row]);
  const first = rows[0] ?? [];
  for (let column = 1; column <= to.length; column += 1) first[column] = column;
  for (let row = 1; row <= from.length; row += 1) {
    for (let column = 1; column <= to.length; column += 1) {
      const cell = (up: number, left: number): number =>
        rows[row - up]?.[column - left] ?? Number.POSITIVE_INFINITY;
      const replaced = from[row - 1] === to[column - 1] ? 0 : 1;
      const swapped =
        from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
          ? cell(2, 2) + 1
          : Number.POSITIVE_INFINITY;
      (rows[row] ?? [])[column] = Math.min(cell(1, 0) + 1, cell(0, 1) + 1, cell(1, 1) + replaced, swapped);
    }
  }
  return rows[from.length]?.[to.length] ?? Number.POSITIVE_INFINITY;
}

/** The known name nearest to a mistyped one, or `undefined` when none is near enough to be meant. */
export function nearestName(mistyped: string, known: readonly string[]): string | undefined {
  const farthest = Math.max(1, Math.floor(mistyped.length / 3));
  const ranked = known
    .map((name) => ({ name, distance: editDistance(mistyped.toLowerCase(), name.toLowerCase()) }))
    .toSorted((one, other) => one.distance - other.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= farthest ? best.name : undefined;
}
