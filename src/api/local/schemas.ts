import * as choiceRows from './choice-rows.ts';
import * as hostRows from './host-rows.ts';
import * as rows from './rows.ts';

/** Schemas of all rows that pass between a node and its faces, by name. */
export const localRows = { ...rows, ...choiceRows, ...hostRows };
