/**
 * Where the compiled worker `name` of the calling room lies. Workers always run from the build output, also
 * when the caller itself is run from its TypeScript source by the tests (Node 20 can't load TypeScript).
 */
export function workerUrl(callerUrl: string, name: string): URL {
  const url = new URL(`${name}.js`, callerUrl);
  const at = url.href.lastIndexOf('/src/');
  if (!callerUrl.endsWith('.ts') || at < 0) return url;
  return new URL(`${url.href.slice(0, at)}/dist/${url.href.slice(at + '/src/'.length)}`);
}
