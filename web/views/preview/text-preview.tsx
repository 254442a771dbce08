import { useEffect, useState } from 'preact/hooks';
import { ApiError, reach } from '../../api/client.ts';
import { formatBytes } from '../../text/format.ts';
import { Failure, Loading } from '../../ui/show.tsx';
import { TEXT_HEAD_BYTES, looksBinary, textHead } from './text-head.ts';
import type { OpenedLink } from './show-content.tsx';

/** The beginning of a text, as far as it has arrived. */
export function TextPreview({ link }: { readonly link: OpenedLink }) {
  const [bytes, setBytes] = useState<Uint8Array>();
  const [error, setError] = useState<unknown>();
  const [turn, setTurn] = useState(0);
  const wanted = Math.min(link.size, TEXT_HEAD_BYTES);
  useEffect(() => {
    const abort = new AbortController();
    setBytes(undefined);
    setError(undefined);
    void readHead(link.url, wanted, setBytes, abort.signal).catch((thrown: unknown) => {
      if (!abort.signal.aborted) setError(thrown);
    });
    return () => abort.abort();
  }, [link.url, wanted, turn]);
  const text = bytes === undefined ? undefined : textHead(bytes);
  return (
    <>
      {text !== undefined && text !== '' && <Text text={text} name={link.name} />}
      {wanted === 0 && <p class="hint">The file is empty.</p>}
      {error !== undefined && <Failure error={error} onRetry={() => setTurn((last) => last + 1)} />}
      {error === undefined && (bytes?.length ?? 0) < wanted && (
        <Loading
          what={`Waiting for its bytes: ${formatBytes(bytes?.length ?? 0)} of ${formatBytes(wanted)}…`}
        />
      )}
      {link.size > wanted && (
        <p class="hint">
          This is the beginning: {formatBytes(wanted)} of {formatBytes(link.size)}.
        </p>
      )}
    </>
  );
}

function Text({ text, name }: { readonly text: string; readonly name: string }) {
  return (
    <>
      {looksBinary(text) && <p class="hint">This does not look like text.</p>}
      <pre class="text-preview" tabIndex={0} role="region" aria-label={`Beginning of ${name}`} dir="auto">
        {text}
      </pre>
    </>
  );
}

/** Reads the first `wanted` bytes and shows them as they come, not oftener than the reader sees. */
async function readHead(
  url: string,
  wanted: number,
  show: (bytes: Uint8Array) => void,
  signal: AbortSignal,
): Promise<void> {
  if (wanted === 0) return show(new Uint8Array(0));
  const response = await reach(url, { headers: { range: `bytes=0-${wanted - 1}` }, signal });
  if (!response.ok || !response.body) {
    throw new ApiError('NOT_READY', `The node did not give the file (${response.status}).`);
  }
  const all = new Uint8Array(wanted);
  let length = 0;
  const reader = response.body.getReader();
  while (length < wanted) {
    const { done, value } = await reader.read();
    if (done) break;
    const part = value.subarray(0, wanted - length);
    all.set(part, length);
    length += part.length;
    show(all.slice(0, length));
  }
  await reader.cancel().catch(() => undefined);
}
