/** One tag-length-value of DER: `end` is the offset after it in the buffer it was read from. */
interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly end: number;
}

const SEQUENCE = 0x30;
const OBJECT_ID = 0x06;
const OCTET_STRING = 0x04;
const EXTENSIONS = 0xa3;
const LENGTH_BYTES_MAX = 3;

/**
 * What the extension `oid` (its DER content) of a certificate holds, as DER; undefined if it is not there. For the few
 * fields that Node does not show, or not exactly.
 */
export function extensionValue(certificate: Uint8Array, oid: Uint8Array): Uint8Array | undefined {
  const extension = extensionsOf(certificate).find((entry) => isNamed(entry, oid));
  return extension?.find((element) => element.tag === OCTET_STRING)?.content;
}

const isNamed = ([id]: readonly Element[], oid: Uint8Array): boolean =>
  id?.tag === OBJECT_ID && Buffer.compare(id.content, oid) === 0;

/** The parts of each extension; none where the bytes are not a certificate. */
function extensionsOf(certificate: Uint8Array): Element[][] {
  const [toBeSigned] = childrenOf(readElement(certificate, 0));
  const wrapper = childrenOf(toBeSigned).find((element) => element.tag === EXTENSIONS);
  const [extensions] = wrapper ? elementsIn(wrapper.content) : [];
  return childrenOf(extensions).map(childrenOf);
}

function childrenOf(element: Element | undefined): Element[] {
  return element?.tag === SEQUENCE ? elementsIn(element.content) : [];
}

function elementsIn(bytes: Uint8Array): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const element = readElement(bytes, at);
    if (element === undefined) break;
    elements.push(element);
    at = element.end;
  }
  return elements;
}

function readElement(bytes: Uint8Array, at: number): Element | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) return undefined;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (lengthBytes > LENGTH_BYTES_MAX || first === 0x80) return undefined;
  let length = lengthBytes === 0 ? first : 0;
  for (let i = 0; i < lengthBytes; i++) length = length * 256 + (bytes[at + 2 + i] ?? 0);
  const start = at + 2 + lengthBytes;
  const end = start + length;
  return end <= bytes.length ? { tag, content: bytes.subarray(start, end), end } : undefined;
}
