/** Where the cells of a piece map lie, in device pixels, so that their edges are crisp on every screen. */
export interface CellGrid {
  readonly columns: number;
  readonly rows: number;
  /** From one cell's left edge to the next one's. */
  readonly stepX: number;
  readonly stepY: number;
  /** Between two cells. */
  readonly gap: number;
  readonly width: number;
  readonly height: number;
}

/** Sizes in CSS pixels. */
const CELL_MAX = 14;
const WIDE_CELL_MAX = 48;

/**
 * The largest cells with which `cells` of them fit into the width and the greatest height, both in CSS pixels.
 * Few pieces make one row of wide cells.
 */
export function layOutCells(cells: number, width: number, heightMax: number, pixelRatio: number): CellGrid {
  const across = Math.max(1, Math.floor(width * pixelRatio));
  const down = Math.max(1, Math.floor(heightMax * pixelRatio));
  const largest = Math.max(1, Math.floor(CELL_MAX * pixelRatio));
  const wide = Math.min(Math.floor(across / Math.max(1, cells)), Math.floor(WIDE_CELL_MAX * pixelRatio));
  if (wide >= largest) return gridOf(cells, cells, wide, largest, pixelRatio);
  let step = largest;
  while (step > 1 && Math.floor(across / step) * Math.floor(down / step) < cells) step -= 1;
  return gridOf(cells, Math.max(1, Math.floor(across / step)), step, step, pixelRatio);
}

export function cellPlace(grid: CellGrid, cell: number): { readonly x: number; readonly y: number } {
  return {
    x: (cell % grid.columns) * grid.stepX,
    y: Math.floor(cell / grid.columns) * grid.stepY,
  };
}

function gridOf(
  cells: number,
  columnsMax: number,
  stepX: number,
  stepY: number,
  pixelRatio: number,
): CellGrid {
  const columns = Math.max(1, Math.min(cells, columnsMax));
  const rows = Math.max(1, Math.ceil(cells / columns));
  const gap = stepY >= 4 ? Math.max(1, Math.floor(pixelRatio)) : 0;
  return { columns, rows, stepX, stepY, gap, width: columns * stepX, height: rows * stepY };
}
