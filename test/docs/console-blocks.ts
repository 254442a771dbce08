/** One thing that a person types in a page of the documentation, and what the page says comes of it. */
export interface Step {
  /** Where it stands, for who looks for a fault: `page.md:12`. */
  readonly at: string;
  readonly person: string;
  readonly command: string;
  /** Lines as the page shows them; `…` stands for anything. */
  readonly shown: readonly string[];
}

/** A shell line that prepares what the page takes for granted; not shown to readers. */
export interface Preparation {
  readonly at: string;
  readonly line: string;
}

export interface Page {
  readonly steps: readonly (Step | Preparation)[];
  /** Blocks of commands that are not run, with the reason that the page's source gives. */
  readonly untried: readonly { readonly at: string; readonly reason: string | undefined }[];
}

const TYPED = /^([a-z][a-z0-9-]*)\$ (.*)$/;
const BEFORE = /^<!-- before: (.*) -->$/;
/** A command that the page takes for granted, with the line that tells its end. */
const RUN = /^<!-- run: ([a-z][a-z0-9-]*)\$ (.*) => (.*) -->$/;
const UNTRIED = /^<!-- not run: (.*) -->$/;
/** Languages of blocks that a reader may copy into a terminal. */
const COMMANDS = new Set(['sh', 'bash', 'console', 'powershell']);

/**
 * The `console` blocks of a page of Markdown, in order: lines such as `anna$ mbt list_groups`, each followed by what the
 * page says is printed. `<!-- before: … -->` and
 * `<!-- run: person$ command => line -->` prepare, `<!-- not run: why -->` excuses the block that follows it.
 */
export function readPage(markdown: string, name: string): Page {
  const steps: (Step | Preparation)[] = [];
  const untried: Page['untried'][number][] = [];
  const lines = markdown.split('\n');
  let excuse: string | undefined;
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i] ?? '';
    const at = `${name}:${i + 1}`;
    const before = BEFORE.exec(line)?.[1];
    if (before !== undefined) steps.push({ at, line: before });
    const [, person, command, last] = RUN.exec(line) ?? [];
    if (person !== undefined && command !== undefined)
      steps.push({ at, person, command, shown: [last ?? ''] });
    excuse = UNTRIED.exec(line)?.[1] ?? (line.trim() === '' || line.startsWith('```') ? excuse : undefined);
    if (!line.startsWith('```')) continue;
    const end = lines.indexOf('```', i + 1);
    const body = lines.slice(i + 1, end);
    const language = line.slice(3).trim();
    if (language === 'console' && excuse === undefined) steps.push(...stepsOf(body, name, i + 2));
    else if (COMMANDS.has(language)) untried.push({ at, reason: excuse });
    excuse = undefined;
    i = end;
  }
  return { steps, untried };
}

function stepsOf(body: readonly string[], name: string, firstLine: number): Step[] {
  const steps: Step[] = [];
  for (const [index, line] of body.entries()) {
    const [, person, command] = TYPED.exec(line) ?? [];
    const last = steps.at(-1);
    if (person !== undefined && command !== undefined)
      steps.push({ at: `${name}:${firstLine + index}`, person, command, shown: [] });
    else if (last !== undefined) steps[steps.length - 1] = { ...last, shown: [...last.shown, line] };
    else throw new Error(`${name}:${firstLine + index}: what is printed before anything is typed?`);
  }
  return steps;
}

/** Whether `printed` holds all lines of `shown` in their order; what lies between them does not matter after a line `…`. */
export function shows(printed: readonly string[], shown: readonly string[]): boolean {
  let from = 0;
  for (const line of shown) {
    if (line.trim() === '' || line.trim() === '…') continue;
    const at = printed.findIndex((candidate, index) => index >= from && fits(candidate, line));
    if (at < 0) return false;
    from = at + 1;
  }
  return true;
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** Blanks count as one, so that columns may be of other widths. */
function fits(printed: string, shown: string): boolean {
  const words = shown.trim().split(/\s+/).join(' ');
  const pattern = words.split('…').map(escape).join('.*');
  return new RegExp(`^${pattern}$`).test(printed.trim().split(/\s+/).join(' '));
}
