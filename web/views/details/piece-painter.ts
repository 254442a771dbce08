import { cellPlace, layOutCells, type CellGrid } from './cell-grid.ts';
import { SHADES, changedCells } from './piece-cells.ts';

export interface Picture {
  readonly shades: Uint8Array;
  /** CSS pixels. */
  readonly width: number;
  readonly heightMax: number;
  readonly pixelRatio: number;
  /** Differs when the colours may have changed. */
  readonly theme: number;
}

/** Paints a piece map on a canvas, and of a later one only the cells that differ. */
export class PiecePainter {
  readonly #canvas: HTMLCanvasElement;
  #last: Picture | undefined;
  #grid: CellGrid | undefined;
  #colours: readonly string[] = [];

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  paint(picture: Picture): void {
    const context = this.#canvas.getContext('2d');
    if (!context || picture.width <= 0) return;
    const last = this.#last;
    if (last?.theme !== picture.theme) this.#colours = readColours(this.#canvas);
    const anew = this.#grid === undefined || last === undefined || !sameFrame(last, picture);
    if (anew) this.#resize(picture);
    const cells = changedCells(anew ? undefined : last.shades, picture.shades);
    for (const cell of cells) this.#paintCell(context, cell, picture.shades[cell] ?? 0);
    this.#last = picture;
  }

  #resize({ shades, width, heightMax, pixelRatio }: Picture): void {
    const grid = layOutCells(shades.length, width, heightMax, pixelRatio);
    this.#grid = grid;
    this.#canvas.width = grid.width;
    this.#canvas.height = grid.height;
    this.#canvas.style.width = `${grid.width / pixelRatio}px`;
    this.#canvas.style.height = `${grid.height / pixelRatio}px`;
  }

  #paintCell(context: CanvasRenderingContext2D, cell: number, shade: number): void {
    const grid = this.#grid;
    if (!grid) return;
    const { x, y } = cellPlace(grid, cell);
    context.clearRect(x, y, grid.stepX, grid.stepY);
    context.fillStyle = this.#colours[shade] ?? 'gray';
    context.fillRect(x, y, grid.stepX - grid.gap, grid.stepY - grid.gap);
  }
}

function sameFrame(a: Picture, b: Picture): boolean {
  return (
    a.width === b.width &&
    a.heightMax === b.heightMax &&
    a.pixelRatio === b.pixelRatio &&
    a.theme === b.theme &&
    a.shades.length === b.shades.length
  );
}

/** The colours `--piece-0` … of the style sheet, as a canvas takes them. */
function readColours(canvas: HTMLCanvasElement): string[] {
  // Who wants less motion has a moment of transition everywhere: a colour that is read must be the last one.
  canvas.style.setProperty('transition-property', 'none', 'important');
  const colours = Array.from({ length: SHADES.count }, (_, shade) => {
    canvas.style.color = `var(--piece-${shade})`;
    return getComputedStyle(canvas).color;
  });
  canvas.style.removeProperty('color');
  return colours;
}
