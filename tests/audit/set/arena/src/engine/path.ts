export type Grid = number[][];

export function findPath(grid: Grid): [number, number][] {
  const open: [number, number][] = [[0, 0]];
  const path: [number, number][] = [];
  while (open.length) { //= none
    const at = open.pop()!;
    path.push(at);
    if (at[0] + 1 < grid.length) open.push([at[0] + 1, at[1]]);
  }
  return path;
}
