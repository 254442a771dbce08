import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type GroupId, fromBase64Url, sha256, toBase64Url, toHex } from '../base/index.ts';
import { type InvitationLink, encodeInvitation, parseInvitation, trackerListOf } from './invitation.ts';
import { parseTrackerList } from './tracker-list.ts';

const hex = (bytes: number) => fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(toHex);
const label = fc.stringMatching(/^[A-Za-z0-9._-]{1,32}(~[0-9a-f]{4,16})?$/);
const port = fc.integer({ min: 1, max: 65_535 });
const tracker = fc.oneof(
  fc.tuple(fc.ipV4(), port).map(([host, at]) => ({ host, port: at, text: `${host}:${at}` })),
  fc.tuple(fc.ipV6(), port).map(([typed, at]) => {
    const host = new URL(`http://[${typed}]/`).hostname.slice(1, -1);
    return { host, port: at, text: `[${host}]:${at}` };
  }),
);
const invitation: fc.Arbitrary<InvitationLink> = fc.record({
  trackers: fc.array(tracker, { minLength: 1, maxLength: 16 }),
  cluster: hex(32),
  gid: hex(32).map((text) => text as GroupId),
  group: label,
  inviter: label,
  id: hex(8),
  secret: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  expiresAtMs: fc.integer({ min: 0, max: 2 ** 40 - 1 }).map((seconds) => seconds * 1_000),
});

const SAMPLE: InvitationLink = {
  trackers: [{ host: '192.0.2.7', port: 7000, text: '192.0.2.7:7000' }],
  cluster: 'c'.repeat(64),
  gid: 'a'.repeat(64) as GroupId,
  group: 'lab',
  inviter: 'anna',
  id: '0123456789abcdef',
  secret: new Uint8Array(16).fill(7),
  expiresAtMs: Date.UTC(2026, 11, 1),
};

const faultOf = (text: string): unknown => {
  try {
    return parseInvitation(text);
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

describe('the link of an invitation', () => {
  test('says again what was put into it', () => {
    fc.assert(
      fc.property(invitation, (link) => {
        expect(parseInvitation(encodeInvitation(link))).toEqual(link);
      }),
    );
  });

  test('survives line breaks, gaps and a scheme in capitals', () => {
    const text = encodeInvitation(SAMPLE);
    const pasted = `  ${text.slice(0, 40)}\r\n  ${text.slice(40, 90)}\n${text.slice(90)} `;
    expect(parseInvitation(pasted)).toEqual(SAMPLE);
    expect(parseInvitation(text.replace('mbt://join/', 'MBT://Join/'))).toEqual(SAMPLE);
  });

  test('with one character changed, one left out or one more is refused', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/.%'.split('');
    fc.assert(
      fc.property(invitation, fc.nat(), fc.constantFrom(...alphabet), fc.nat(2), (link, where, char, how) => {
        const text = encodeInvitation(link);
        const at = where % text.length;
        const kept = how === 2 ? at : at + 1;
        const changed = text.slice(0, at) + (how === 1 ? '' : char) + text.slice(kept);
        if (changed.toLowerCase().startsWith('mbt://join/') && changed.slice(11) === text.slice(11)) return;
        expect(faultOf(changed)).toBe('INVALID_INVITATION');
      }),
      { numRuns: 1_000 },
    );
  });

  test('cut off anywhere is refused', () => {
    const text = encodeInvitation(SAMPLE);
    for (let length = 0; length < text.length; length += 1) {
      expect(faultOf(text.slice(0, length))).toBe('INVALID_INVITATION');
    }
  });

  test.each([
    { why: 'nothing', text: '' },
    { why: 'another address', text: 'https://example.org/join/abc' },
    { why: 'no end in sight', text: `mbt://join/${'A'.repeat(1_000_000)}` },
    { why: 'not of this world', text: 'mbt://join/\u{1F600}' },
  ])('is none: $why', ({ text }) => expect(faultOf(text)).toBe('INVALID_INVITATION'));

  test('of whatever bytes is refused, be they well summed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const sum = sha256('mbt invitation\n', bytes).subarray(0, 4);
        const text = `mbt://join/${toBase64Url(Buffer.concat([bytes, sum]))}`;
        expect(faultOf(text)).toBe('INVALID_INVITATION');
      }),
    );
  });

  test('of a newer form says so', () => {
    const bytes = fromBase64Url(encodeInvitation(SAMPLE).slice(11)).slice(0, -4);
    bytes[0] = 2;
    const sum = sha256('mbt invitation\n', bytes).subarray(0, 4);
    const text = `mbt://join/${toBase64Url(Buffer.concat([bytes, sum]))}`;
    expect(() => parseInvitation(text)).toThrow(/newer version/);
  });

  test('gives a list of trackers that pins their cluster', () => {
    const { trackers, cluster } = SAMPLE;
    expect(parseTrackerList(trackerListOf(SAMPLE))).toEqual({ trackers, cluster });
  });

  test('is short enough for a QR code that a terminal can show', () => {
    expect(encodeInvitation(SAMPLE).length).toBeLessThan(200);
  });
});
