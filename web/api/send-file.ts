import type { ErrorCode } from '../../src/base/errors.ts';
import { localStreams } from '../../src/api/local/paths.ts';
import { ApiError } from './client.ts';
import { keyHeader } from './page-key.ts';

/**
 * Sends one file of a begun drop. XMLHttpRequest, because fetch does not tell how much has gone. Rejects with ApiError
 * (INTERRUPTED when `signal` is aborted).
 */
export function sendFile(
  target: { readonly id: string; readonly path: string },
  file: File,
  onSent: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = (): void => request.abort();
    const end = (error?: ApiError): void => {
      signal.removeEventListener('abort', abort);
      if (error) reject(error);
      else resolve();
    };
    request.upload.onprogress = (event) => onSent(event.loaded);
    request.onload = () => end(request.status < 300 ? undefined : errorOf(request));
    request.onerror = () =>
      end(
        new ApiError(
          'NO_CONNECTION',
          'The file could not be handed to the node. It may have been moved, or the node was stopped.',
        ),
      );
    request.onabort = () => end(new ApiError('INTERRUPTED', 'It was not handed over.'));
    if (signal.aborted) return end(new ApiError('INTERRUPTED', 'It was not handed over.'));
    signal.addEventListener('abort', abort, { once: true });
    request.open('PUT', `${localStreams.drop}?${new URLSearchParams({ ...target }).toString()}`);
    const headers = { 'content-type': 'application/octet-stream', ...keyHeader() };
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.send(file);
  });
}

function errorOf(request: XMLHttpRequest): ApiError {
  try {
    const { error } = JSON.parse(request.responseText) as { error: { code: ErrorCode; text: string } };
    return new ApiError(error.code, error.text);
  } catch {
    return new ApiError('BAD_ANSWER', `The node answered with ${request.status}.`);
  }
}
