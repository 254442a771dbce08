/** One server-sent event (WHATWG HTML, section 9.2); `event` is `message` where the stream names none. */
export interface SseEvent {
  readonly event: string;
  readonly data: string;
}

/** The tracker's largest event is a record of 64 KiB in base64url, or a list of peers. */
const EVENT_CHARS_MAX = 4 * 1024 * 1024;

/** Text of an event stream in, events out, however the text is cut. Comments (heartbeats) are dropped. */
export class SseDecoder {
  #rest = '';
  #event = '';
  #data: string[] = [];
  #size = 0;

  /** Throws when one event exceeds 4 Mi characters. */
  push(text: string): SseEvent[] {
    const events: SseEvent[] = [];
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#onLine(line.endsWith('\r') ? line.slice(0, -1) : line, events);
    if (this.#size + this.#rest.length > EVENT_CHARS_MAX)
      throw new Error('an event of the tracker is too long');
    return events;
  }

  #onLine(line: string, events: SseEvent[]): void {
    if (line === '') return this.#dispatch(events);
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') this.#event = value;
    if (field === 'data') {
      this.#data.push(value);
      // An empty line takes room, too.
      this.#size += value.length + 1;
    }
  }

  #dispatch(events: SseEvent[]): void {
    if (this.#data.length > 0) events.push({ event: this.#event || 'message', data: this.#data.join('\n') });
    this.#event = '';
    this.#data = [];
    this.#size = 0;
  }
}
