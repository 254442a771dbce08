import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { CommandError, invariant } from '../base/index.ts';
import { checkNameOn, type Content, type ContentFile } from '../metainfo/index.ts';
import { findOnDisk, findPath } from './disk-names.ts';

/** Which file of a content lies at which absolute path; all of them are the root itself or below it. */
export class StoragePlan {
  readonly content: Content;
  /** Of the file, or of the folder. */
  readonly root: string;
  /** Free of links; every folder that files lie in is it or below it. */
  readonly realBase: string;

  private constructor(content: Content, root: string, realBase: string) {
    this.content = content;
    this.root = root;
    this.realBase = realBase;
  }

  /**
   * `root` is where the content's only file or its folder lies or will lie; the folder that holds it must
   * exist. Rejects with the system's error, or INVALID_NAME if this system cannot hold one of the names.
   */
  static async make(content: Content, root: string): Promise<StoragePlan> {
    const folder = path.dirname(root);
    const parent = await realpath((await findPath(folder)) ?? folder);
    for (const { path: names } of content.files) checkNames(content.isFolder ? names : [path.basename(root)]);
    const name = path.basename(root);
    const realRoot = (await findOnDisk(parent, [name])) ?? path.join(parent, name);
    return new StoragePlan(content, realRoot, content.isFolder ? realRoot : parent);
  }

  /** Where we would create that file. */
  pathOf(file: number): string {
    return this.content.isFolder ? path.join(this.root, ...this.file(file).path) : this.root;
  }

  /** Where that file is, if the disk may spell its name in another Unicode form. */
  async diskPathOf(file: number): Promise<string> {
    if (!this.content.isFolder) return this.root;
    return (await findOnDisk(this.root, this.file(file).path)) ?? this.pathOf(file);
  }

  file(index: number): ContentFile {
    const file = this.content.files[index];
    invariant(file, `file ${index} of ${this.content.files.length}`);
    return file;
  }

  /** The folders that must be there before that file is created, outermost first. */
  foldersOf(file: number): string[] {
    if (!this.content.isFolder) return [];
    const names = this.file(file).path.slice(0, -1);
    return [this.root, ...names.map((_, depth) => path.join(this.root, ...names.slice(0, depth + 1)))];
  }
}

/** A link, or a file, in the place of a folder is REFUSED. */
export async function checkIsFolder(at: string): Promise<void> {
  if ((await lstat(at)).isDirectory()) return;
  throw new CommandError('REFUSED', `${at}: something else stands where a folder is needed: move it away`);
}

function checkNames(names: readonly string[]): void {
  for (const name of names) {
    const fault = checkNameOn(process.platform, name);
    if (fault === undefined) continue;
    throw new CommandError(
      'INVALID_NAME',
      `${JSON.stringify(name)} cannot be stored on this system: ${fault}`,
    );
  }
}
