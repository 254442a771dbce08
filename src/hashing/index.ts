/** SHA-256 trees of files and pieces, computed in worker threads over shared memory, which store what is right. */
export { openHasher, type FileHashes, type FileToHash, type Hasher, type HasherOptions } from './hasher.ts';
