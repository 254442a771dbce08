/** The bytes are no record of ours: refuse them, and only them. The text says which field and why. */
export class RecordFault extends Error {
  override readonly name = 'RecordFault';
}
