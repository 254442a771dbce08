import { formatRate } from '../text/format.ts';
import type { View } from './output.ts';
import { alignedLines } from './table.ts';

/** One thing that a status tells. */
export interface Property {
  readonly name: string;
  /** Null: there is none. */
  readonly value: string | number | null;
  readonly unit?: 'bytes/s';
  /** Of a tracker. */
  readonly state?: string;
}

const plainCells = ({ name, value, state }: Property): string[] => [
  name,
  value === null ? '-' : String(value),
  ...(state === undefined ? [] : [state]),
];

/** The state stands beside its value: in a column of its own a long value elsewhere would push it off the screen. */
function humanCells(property: Property): string[] {
  const [name = '', value = '', ...state] = plainCells(property);
  const shown =
    property.unit === 'bytes/s' && property.value !== null ? formatRate(Number(property.value)) : value;
  return [name.replaceAll('_', ' '), [shown, ...state].join('  ')];
}

/** A property a row, its name first. */
export const propertiesView: View<Property> = {
  plain: plainCells,
  human: (properties) => alignedLines(properties.map(humanCells), ['left', 'left']),
};
