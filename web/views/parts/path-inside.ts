/** A path as it reads inside of the folder `file`, whose name stands above already. */
export const pathInside = (file: string, path: string): string =>
  path.startsWith(`${file}/`) ? path.slice(file.length + 1) : path;
