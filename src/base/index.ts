/** What every room may use: ids, errors, time, chance, bytes, logging. Knows nothing of the product. */
export * from './address-key.ts';
export * from './async.ts';
export * from './bytes.ts';
export * from './calm-log.ts';
export * from './clock.ts';
export * from './disk-error.ts';
export * from './errors.ts';
export * from './ids.ts';
export * from './log.ts';
export * from './program-version.ts';
export * from './random.ts';
export * from './sync-folder.ts';
export * from './worker-url.ts';
