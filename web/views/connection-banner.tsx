import { connection } from '../state/store.ts';

export function ConnectionBanner() {
  return (
    <div class="banner-place" role="status">
      {connection.value === 'lost' && (
        <p class="banner">
          <span class="spinner" aria-hidden="true" /> Connection to your node lost, trying again. What you see
          may be old.
        </p>
      )}
    </div>
  );
}
