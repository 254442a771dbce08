/** Folders that stay in step with groups: watched ones, whose files are shared, and those that a group is followed into. */
export { FolderKeeper } from './folder-keeper.ts';
