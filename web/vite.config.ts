import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type UserConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

const finish = {
  name: 'finish-page',
  async closeBundle(): Promise<void> {
    const finishing = new URL('../scripts/finish-page.mjs', import.meta.url).href;
    const { finishPage } = (await import(finishing)) as { finishPage: (root: string) => void };
    finishPage(join(root, '..'));
  },
};

/** The page for dist/web; `vite web` alone serves it with an invented node behind it, for work on the page. */
export default defineConfig(async ({ command }): Promise<UserConfig> => {
  const plugins = command === 'serve' ? [(await import('./dev/fake-node.ts')).fakeNodePlugin()] : [finish];
  return {
    root,
    plugins,
    server: { host: '127.0.0.1', port: 5199, strictPort: true, watch: { ignored: ['**/dist/**'] } },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: fileURLToPath(new URL('../dist/web', import.meta.url)),
      emptyOutDir: true,
      target: 'es2022',
      // Nothing inline: the page's security policy allows files of its own origin alone.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
    },
  };
});
