/** What the demo promises, each with what was found. */
export class Verdict {
  readonly #found: { readonly claim: string; readonly ok: boolean; readonly detail: string }[] = [];

  check(claim: string, ok: boolean, detail: string): void {
    this.#found.push({ claim, ok, detail });
  }

  get allTrue(): boolean {
    return this.#found.length > 0 && this.#found.every(({ ok }) => ok);
  }

  lines(): string[] {
    return this.#found.map(({ claim, ok, detail }) => `${ok ? 'yes' : 'NO '}  ${claim}: ${detail}`);
  }
}
