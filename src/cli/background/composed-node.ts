import type { LocalNode, LoggedIn } from '../../node/index.ts';

/** `node`, with the user told as soon as a call has changed who that is. */
export function tellingUser(node: LocalNode, onUser: (user: string | null) => void): LocalNode {
  const loggedIn = <T extends LoggedIn | undefined>(done: T): T => {
    if (done !== undefined) onUser(done.user);
    return done;
  };
  const own: Partial<LocalNode> = {
    login: async (...args) => loggedIn(await node.login(...args)),
    loginRemembered: async () => loggedIn(await node.loginRemembered()),
    logout: async () => {
      await node.logout();
      onUser(null);
    },
  };
  return new Proxy(node, {
    get(target, name) {
      const value: unknown = Reflect.get(own, name) ?? Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
