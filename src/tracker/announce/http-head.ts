/** The longest request that is taken, its blank line included; the body of a GET is refused. */
export const HEAD_CHARS_MAX = 8 * 1024;
export const TARGET_CHARS_MAX = 6 * 1024;
const HEADER_LINES_MAX = 32;

/** A GET as its head says (RFC 9112), as far as announcing needs it. */
export interface HttpHead {
  /** In origin form: `/path?query`. */
  readonly target: string;
  /** Whether the connection stays open for another request. */
  readonly keepAlive: boolean;
  /** Where the next request begins in the text. */
  readonly end: number;
}

/** Why a head is not taken; the connection ends with it. */
export type HttpFault = 400 | 405 | 414 | 431 | 505;

const TARGET = /^\/[\x21-\x7e]*$/;
const METHOD = /^[!#$%&'*+.^_`|~\w-]{1,32}$/;
const HEADER = /^([!#$%&'*+.^_`|~\w-]+):[\t ]*([\t\x20-\x7e\x80-\xff]*)$/;
const LONGEST_METHOD = 32;

/**
 * Reads one head from `text` (Latin-1, as it came), from `from` on. Undefined: it is not there as a whole yet. Strict:
 * what two readers could understand differently is a fault, since no honest client sends it.
 */
export function readHttpHead(text: string, from: number): HttpHead | HttpFault | undefined {
  const end = text.indexOf('\r\n\r\n', from);
  if (end < 0) return faultOfPart(text, from);
  if (end + 4 - from > HEAD_CHARS_MAX) return 431;
  const lineEnd = text.indexOf('\r\n', from);
  const line = readRequestLine(text.slice(from, lineEnd));
  if (typeof line === 'number') return line;
  const keepAlive = readHeaders(text, lineEnd, end, line.minor);
  if (typeof keepAlive === 'number') return keepAlive;
  return { target: line.target, keepAlive, end: end + 4 };
}

/** What is wrong already with a head that has not come to its end. */
function faultOfPart(text: string, from: number): HttpFault | undefined {
  const length = text.length - from;
  const start = text.slice(from, from + LONGEST_METHOD);
  if (!'GET '.startsWith(start.slice(0, 4))) return faultOfMethod(start);
  if (length <= TARGET_CHARS_MAX) return undefined;
  const lineEnd = text.indexOf('\r\n', from);
  if (lineEnd < 0 || lineEnd - from > TARGET_CHARS_MAX) return 414;
  return length > HEAD_CHARS_MAX ? 431 : undefined;
}

const faultOfMethod = (start: string): HttpFault => (METHOD.test(start.split(' ', 1)[0] ?? '') ? 405 : 400);

function readRequestLine(line: string): { readonly target: string; readonly minor: 0 | 1 } | HttpFault {
  if (!line.startsWith('GET ')) return faultOfMethod(line.slice(0, LONGEST_METHOD + 1));
  const targetEnd = line.indexOf(' ', 4);
  if (targetEnd < 0) return 400;
  const version = line.slice(targetEnd + 1);
  const target = line.slice(4, targetEnd);
  if (target.length > TARGET_CHARS_MAX) return 414;
  if (!TARGET.test(target)) return 400;
  if (version === 'HTTP/1.1') return { target, minor: 1 };
  if (version === 'HTTP/1.0') return { target, minor: 0 };
  return /^HTTP\/\d\.\d$/.test(version) ? 505 : 400;
}

/** Whether the connection may be kept, by the headers between `from` (the end of the request line) and `end`. */
function readHeaders(text: string, from: number, end: number, minor: 0 | 1): boolean | HttpFault {
  let hosts = 0;
  let connection = '';
  let lines = 0;
  for (let at = from; at < end;) {
    const next = text.indexOf('\r\n', at + 2);
    const header = HEADER.exec(text.slice(at + 2, next));
    lines += 1;
    if (header === null) return 400;
    if (lines > HEADER_LINES_MAX) return 431;
    const [, name = '', value = ''] = header;
    at = next;
    switch (name.length) {
      case 4:
        if (name.toLowerCase() === 'host') hosts += 1;
        break;
      case 10:
        if (name.toLowerCase() === 'connection') connection += `,${value.toLowerCase()}`;
        break;
      case 14:
        if (name.toLowerCase() === 'content-length' && value.trim() !== '0') return 400;
        break;
      case 17:
        if (name.toLowerCase() === 'transfer-encoding') return 400;
        break;
    }
  }
  if (hosts > 1 || (hosts === 0 && minor === 1)) return 400;
  if (connection === '') return minor === 1;
  const options = connection.split(',').map((option) => option.trim());
  return minor === 1 ? !options.includes('close') : options.includes('keep-alive');
}
