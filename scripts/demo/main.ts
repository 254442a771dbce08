export async function main(_args: string[], _root: string): Promise<number> {
  return Promise.resolve(1);
}
