import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { toApiError, type ApiError } from '../api/client.ts';
import { Failure, Loading } from './show.tsx';

type Load<Props> = () => Promise<{ readonly default: ComponentType<Props> }>;

/** A view of a file of its own, fetched when it is first shown. */
export function lazy<Props extends object>(load: Load<Props>): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  return function Lazy(props: Props) {
    const [View, setView] = useState(() => loaded);
    const [error, setError] = useState<ApiError>();
    const start = async (): Promise<void> => {
      try {
        loaded = (await load()).default;
        setView(() => loaded);
      } catch (thrown) {
        setError(toApiError(thrown));
      }
    };
    useEffect(() => {
      if (!View) void start();
    }, []);
    if (View) return <View {...props} />;
    return error ? <Failure error={error} onRetry={start} /> : <Loading what="Loading…" />;
  };
}
