import axe from 'axe-core';
import type { Page } from 'playwright-core';

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
  }[];
}

/**
 * What axe-core finds wrong with the page as it is now (WCAG 2.2 A and AA, and its best practices), in light and dark
 * colours: a line for each.
 */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  const known = (await page.evaluate('typeof axe')) === 'object';
  if (!known) await page.evaluate(axe.source);
  const faults: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    const { violations } = await page.evaluate<AxeResult>(
      'axe.run(document, { resultTypes: ["violations"] })',
    );
    for (const { id, help, nodes } of violations) {
      const where = nodes
        .slice(0, 4)
        .map((node) => `${String(node.target[0])}: ${node.failureSummary ?? ''}`);
      faults.push(`${colorScheme}: ${id} (${help}) at ${where.join(' | ')}`);
    }
  }
  return faults;
}
